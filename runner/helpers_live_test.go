package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// performServed runs a script with a client that serves helpers, whose line breaks where h.drop says.
func performServed(t *testing.T, h *helper, script string, more fields) result {
	t.Helper()
	base, job := newBase(t), newID()
	c := connect(t, base)
	c.start(job, c.script(script), 0, more)
	c.await("started")
	c.leave()
	h.serveUntilEnd(base, job)
	return h.printed()
}

// everything uses each verb that a client has a part in. It waits at first, so that a client is there.
const everything = `
until cronium.setVariable first 1 --if-unchanged=0 --scope workspace; do [ $? = 4 ] || exit 99; done
cronium.output rows 42
cronium.setVariable plain one
cronium.getVariable plain
cronium.getVariable counter
cronium.setVariable counter --json 8 --if-unchanged || echo "lost $?"
cronium.getVariable counter
cronium.setVariable counter --json 9 --if-unchanged=8 || echo "lost $?"
cronium.setVariable counter --json 10 --if-unchanged=8; echo "code $?"
printf hush-hush-hush | cronium.setVariable hidden - --secret --scope server
cronium.getVariable hidden | sed 's/hush/HUSH/'
cronium.setVariable plain two
cronium.output rows 43
cronium.getVariable plain --version >/dev/null && cronium.setVariable plain three --if-unchanged && cronium.getVariable plain
`

func checkEverything(t *testing.T, h *helper, got result) {
	t.Helper()
	// What a client was asked for twice it did once.
	if want := "one\n7\n8\ncode 4\nHUSH-hush-hush\nthree\n"; got.out != want {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
	for name, want := range map[string]int{"first": 1, "rows": 2, "plain": 3, "counter": 2, "hidden": 1} {
		if h.writes[name] != want {
			t.Errorf("%s was written %d times, want %d", name, h.writes[name], want)
		}
	}
	if v := h.variables["workspace counter"]; string(v.Value) != "9" || v.Version != 9 {
		t.Errorf("got the counter %s of version %d", v.Value, v.Version)
	}
	if v := h.variables["server hidden"]; v.Type != "secret" || string(v.Value) != `"hush-hush-hush"` {
		t.Errorf("got the secret %v", v)
	}
	if v := h.variables["workspace plain"]; string(v.Value) != `"three"` || h.outputs["rows"] != `"43"` {
		t.Errorf("got %s and %s", v.Value, h.outputs["rows"])
	}
	if strings.Contains(string(h.spool), "hush-hush-hush") {
		t.Errorf("the secret is in the spool")
	}
}

func newCounter(t *testing.T) *helper {
	h := newHelper(t)
	h.variables["workspace counter"] = variable{[]byte("7"), 7, "plain"}
	return h
}

func TestAScriptIsServedByAClient(t *testing.T) {
	t.Parallel()
	h := newCounter(t)
	got := performServed(t, h, everything, fields{"context": h.snapshot(nil)})
	checkEverything(t, h, got)
}

// TestALineThatBreaksAtEveryCall drops the session at one point of each call, so that each is asked, done or answered on
// a line that is gone.
func TestALineThatBreaksAtEveryCall(t *testing.T) {
	for _, point := range []string{"tunnel", "asked", "done", "half", "answered", "record"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			h := newCounter(t)
			seen, left := 0, 40
			h.drop = func(at string) bool {
				if at != point || left == 0 {
					return false
				}
				// Every other time, or nothing would ever get through.
				seen++
				left--
				return seen%2 == 1
			}
			got := performServed(t, h, everything, fields{"context": h.snapshot(nil)})
			checkEverything(t, h, got)
			if seen < 4 {
				t.Errorf("the line came to this point %d times only", seen)
			}
		})
	}
}

func TestACallThatWasDoneIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	h := newCounter(t)
	lost := false
	h.drop = func(at string) bool {
		isFirst := at == "done" && !lost && h.calls[len(h.calls)-1]["verb"] == "set"
		lost = lost || isFirst
		return isFirst
	}
	got := performServed(t, h, `cronium.setVariable counter 8 --if-unchanged=7; echo $?`, fields{"context": h.snapshot(nil)})
	ids := []string{}
	for _, q := range h.calls {
		if q["verb"] == "set" {
			ids = append(ids, q["call"].(string))
		}
	}
	if got.out != "0\n" || len(ids) != 2 || ids[0] != ids[1] || h.writes["counter"] != 1 {
		t.Errorf("got %q, the calls %v and %d writes\n%s", got.out, ids, h.writes["counter"], got.err)
	}
}

func TestWhatTakesAClientWaitsForOneAndThenSaysSo(t *testing.T) {
	t.Parallel()
	h := newHelper(t)
	h.variables["global known"] = variable{[]byte("1"), 1, "plain"}
	h.variables["global hidden"] = variable{[]byte(`"x"`), 1, "secret"}
	got := performAlone(t, h, `
cronium.setVariable known 2 --if-unchanged=1 --wait 100ms; echo $?
cronium.setVariable other 2 --secret --wait 0s; echo $?
cronium.getVariable hidden --wait 100ms --default no; echo $?
cronium.setVariable hidden plain --wait 100ms; echo $?
cronium.setVariable unread 2 --if-unchanged; echo $?
cronium.setVariable known 3
cronium.getVariable known
cronium.setVariable known 4 --if-unchanged --wait 100ms; echo $?
cronium.getVariable known --version --wait 100ms; echo $?
`, fields{"context": h.snapshot(nil)})
	if want := "3\n3\n3\n3\n4\n3\n3\n3\n"; got.out != want || strings.Count(got.err, "\n") != 7 {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
	if v := h.variables["global known"]; string(v.Value) != `"3"` || v.Version != 2 || h.writes["other"]+h.writes["hidden"] != 0 {
		t.Errorf("got %v and the writes %v", v, h.writes)
	}
}

func TestSecretsAreHandedOutOnceAndPrintedNever(t *testing.T) {
	t.Parallel()
	h := newHelper(t)
	got := performAlone(t, h, `
env | grep -c s3cret-
p=$(cronium.secret DB_PASSWORD); echo "${#p}"; echo "$p"; printf %s "$p" | base64
cronium.secret DB_PASSWORD; echo $?
cronium.secret NOTHING; echo $?
cronium.output leak "it is $p"
cronium.setVariable doc --json "{\"p\": [\"$p\", 1]}"; cronium.getVariable doc
`, fields{"secrets": fields{"DB_PASSWORD": "s3cret-value-1"}})
	if want := "0\n14\n***\n***\n1\n1\n{\"p\":[\"***\",1]}\n"; got.out != want {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
	if h.outputs["leak"] != `"it is ***"` || strings.Count(got.err, "was replaced by") != 2 {
		t.Errorf("got %s\n%s", h.outputs["leak"], got.err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	h := newHelper(t)
	got := performAlone(t, h, `
head -c 70000 /dev/zero | tr '\0' x | cronium.setVariable long -; echo $?
head -c 1048570 /dev/zero | tr '\0' x | cronium.output long -; echo $?
head -c 1048577 /dev/zero | tr '\0' x | cronium.output longer -; echo $?
i=0; doc=; while [ $i -lt 256 ]; do doc="$doc\"k$i\":$i,"; i=$((i+1)); done
echo "{${doc%,}}" | cronium.output; echo $?
cronium.output k9 again; echo $?
cronium.output 'a b' 1; echo $?
cronium.setVariable x 1 --scope mars; echo $?
cronium.setVariable x '{' --json; echo $?
cronium.output deep --json "$(printf '%033d' 0 | tr 0 '[')$(printf '%033d' 0 | tr 0 ']')"; echo $?
cronium.setVariable x; echo $?
cronium.getVariable x --wrong; echo $?
`, nil)
	if want := "5\n0\n5\n5\n0\n2\n2\n2\n2\n2\n2\n"; got.out != want {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
	if len(h.outputs) != 256 || h.outputs["k9"] != `"again"` || len(h.outputs["long"]) != 1048572 {
		t.Errorf("got %d outputs", len(h.outputs))
	}
}

func TestManyCallsAtOnceWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	h := newHelper(t)
	got := performAlone(t, h, `
for i in $(seq 150); do cronium.output "k$i" "$i" & done; wait; echo done
`, nil)
	if got.out != "done\n" || got.err != "" || len(h.outputs) != 150 {
		t.Errorf("got %q, %q and %d outputs", got.out, got.err, len(h.outputs))
	}
}

func TestTheNewestTokenIsTold(t *testing.T) {
	t.Parallel()
	base, job, stream := newBase(t), newID(), newStream()
	c := connect(t, base)
	c.start(job, c.script(`echo "$CRONIUM_API_TOKEN" "$CRONIUM_EXECUTION_ID"
until [ "$(cronium.token | cut -c1-6)" = second ]; do sleep 0.01; done; cronium.token`),
		stream, fields{"api": fields{"token": "first-token"}})
	c.await("attached")
	c.send("token", fields{"job": job, "token": "second-token"})
	got := read(t, job, c.drain(stream))
	if want := "*** " + job + "\n***\n"; got.out != want {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
}

// TestAParallelCounterLosesNothing has several programs of one job that name the version which they have seen.
func TestAParallelCounterLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHelper(t)
	h.variables["workspace n"] = variable{[]byte("0"), 1, "plain"}
	got := performServed(t, h, `
add() { while :; do v=$(cronium.getVariable n --version --wait 60s); n=$(cronium.getVariable n); cronium.setVariable n --json $((n+1)) --if-unchanged=$v --wait 60s 2>/dev/null && return; [ $? = 4 ] || echo "code $?"; done; }
for i in 1 2 3 4; do (add; add; add) & done; wait; cronium.getVariable n
`, fields{"context": h.snapshot(nil)})
	if got.out != "12\n" || h.writes["n"] != 12 {
		t.Errorf("got %q and %d writes\n%s", got.out, h.writes["n"], got.err)
	}
}

func TestHelpTellsEverything(t *testing.T) {
	t.Parallel()
	got := performAlone(t, newHelper(t), `cronium --help; for v in input output getVariable setVariable event secret token; do cronium.$v --help || echo "no $v"; done; cronium dance; echo $?`, nil)
	for _, word := range []string{"Usage: cronium.setVariable", "--if-unchanged[=VERSION]", "--wait TIME", "Exit codes", "server, event, workspace and global"} {
		if !strings.Contains(got.out, word) {
			t.Errorf("%q is not in %q", word, got.out)
		}
	}
	if !strings.HasSuffix(got.out, "2\n") || !strings.Contains(got.err, "cronium.dance: There is no such command") {
		t.Errorf("got %q", got.err)
	}
	if lines := strings.Split(got.out, "\n"); slices.ContainsFunc(lines, func(line string) bool { return len(line) > 130 }) {
		t.Error("a line is too long for a terminal: " + fmt.Sprint(lines))
	}
}
