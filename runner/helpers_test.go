package main

import (
	"strings"
	"testing"
)

// performAlone runs a script to its end with nobody attached, and then applies its records.
func performAlone(t *testing.T, h *helper, script string, more fields) result {
	t.Helper()
	base, job := newBase(t), newID()
	c := connect(t, base)
	c.start(job, c.script(script), 0, more)
	c.await("started")
	c.await("state")
	c.leave()
	h.serveUntilEnd(base, job)
	return h.printed()
}

func TestAScriptAloneReadsItsInputAndLeavesItsOutputs(t *testing.T) {
	h := newHelper(t)
	h.variables["server host"] = variable{[]byte(`"web"`), 3, "plain"}
	h.variables["workspace host"] = variable{[]byte(`"any"`), 1, "plain"}
	h.variables["workspace list"] = variable{[]byte(`[1, "two", {"three": null}]`), 1, "plain"}
	got := performAlone(t, h, `
cronium.input; cronium.input user.name; cronium.input user.name --json; cronium.input 'items[1].id'; cronium.input nothing; echo "$?"
cronium.input nothing --default none; cronium.input nothing --json --default '{ "a": 1 }'; cronium input 'a..b'; echo $?
cronium.event name; cronium.event git.commit
cronium.getVariable host; cronium.getVariable host --scope workspace; cronium.getVariable list; cronium.getVariable none; echo $?
cronium.getVariable host --version; cronium.getVariable none --version
cronium.output rows 42; cronium.output count --json 42; printf 'a\n\n' | cronium.output text -; echo '{"one": 1, "two": [true]}' | cronium output
cronium.setVariable host db; cronium.getVariable host; cronium.setVariable new --json '{"deep": [1.10]}' --scope event; cronium.getVariable new
`, fields{"context": h.snapshot(fields{"input": fields{"user": fields{"name": "Ann"}, "items": []any{0, fields{"id": 7}}}})})
	want := strings.Join([]string{
		`{"items":[0,{"id":7}],"user":{"name":"Ann"}}`, `Ann`, `"Ann"`, `7`, `1`, `none`, `{"a":1}`, `2`, `X`, `abc`,
		`web`, `any`, `[1,"two",{"three":null}]`, `1`, `3`, `0`, `db`, `{"deep":[1.10]}`, ``,
	}, "\n")
	if got.out != want {
		t.Errorf("got %q\nwant %q\n%s", got.out, want, got.err)
	}
	for _, sentence := range []string{
		`cronium.input: The input has no "nothing"`, `cronium.input: "a..b" is no path`, `cronium.getVariable: There is no variable "none"`,
	} {
		if !strings.Contains(got.err, sentence) {
			t.Errorf("%q is not in %q", sentence, got.err)
		}
	}
	for key, want := range map[string]string{"rows": `"42"`, "count": `42`, "text": `"a\n"`, "one": "1", "two": "[true]"} {
		if h.outputs[key] != want || h.writes[key] != 1 {
			t.Errorf("output %s: got %s, written %d times, want %s", key, h.outputs[key], h.writes[key], want)
		}
	}
	if v := h.variables["server host"]; string(v.Value) != `"db"` || v.Version != 4 {
		t.Errorf("got %s of version %d", v.Value, v.Version)
	}
	if v := h.variables["event new"]; string(v.Value) != `{"deep":[1.10]}` {
		t.Errorf("got %s", v.Value)
	}
}
