package message

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

const (
	id   = "0123456789abcdef0123456789abcdef"
	hash = id + id
)

const wholeStart = `{"type":"start","job":"` + id + `","run":"` + id + `","install":"` + id + `","server":"s","event":"e","payload":"` + hash + `"`

func TestParse(t *testing.T) {
	defaults := Start{Job: id, Run: id, Install: id, Server: "s", Event: "e", Payload: hash,
		TimeoutMs: 3_600_000, GraceMs: 5_000, SpoolBytes: 256 << 20, StopAfterMs: Continue}
	full := defaults
	full.Args, full.Env, full.Secrets = []string{"a", ""}, []jsontext.Pair{{Name: "A", Value: "1"}}, []jsontext.Pair{{Name: "B", Value: "2"}}
	full.TimeoutMs, full.GraceMs, full.SpoolBytes, full.StopAfterMs = 1, 0, 1<<20, 7
	full.ContextStream, full.ContextSize, full.Stream, full.Helpers = 9, 1<<25, 5, true
	full.SecretsInEnvironment, full.HasAPI, full.Token = true, true, "t"
	cases := []struct {
		text string
		want Message
	}{
		{`{"type":"put","payload":"` + hash + `","size":3,"stream":1}`, Put{hash, 3, 1}},
		{`{"type":"attach","job":"` + id + `","offset":9007199254740991,"stream":2147483647}`, Attach{id, 1<<53 - 1, 1<<31 - 1, false}},
		{`{"type":"attach","job":"` + id + `","offset":0,"stream":1,"helpers":true}`, Attach{id, 0, 1, true}},
		{`{"type":"token","job":"` + id + `","token":"a.b.c"}`, Token{id, "a.b.c"}},
		{`{"type":"ack","job":"` + id + `","offset":0}`, Ack{id, 0}},
		{`{"type":"cancel","job":"` + id + `","install":"` + id + `"}`, Cancel{id, id}},
		{`{"type":"forget","job":"` + id + `"}`, Forget{id}},
		{`{"type":"list","install":"` + id + `"}`, List{id}},
		{`{"type":"collect"}`, Collect{}},
		{`{"type":"health","id":1}`, Health{1}},
		{`{"type":"inventory","id":2}`, Inventory{2}},
		{`{"type":"clean","id":3}`, Clean{3}},
		{`{"type":"remove","id":9007199254740991,"sha256":"` + hash + `"}`, Remove{1<<53 - 1, hash}},
		{`{"type":"window","stream":1,"bytes":2}`, Window{1, 2}},
		{`{"type":"window","stream":4294967295,"bytes":2}`, Window{1<<32 - 1, 2}},
		{`{"type":"ping","id":0}`, Ping{0}},
		{`{"type":"bye","code":"x","message":"y"}`, Bye{}},
		{wholeStart + `}`, defaults},
		{wholeStart + `,"args":["a",""],"env":{"A":"1"},"secrets":{"B":"2"},"timeoutMs":1,"graceMs":0,"spoolBytes":5,"onDisconnect":{"kind":"stop","afterMs":7},"context":{"stream":9,"size":33554432},"secretsAs":"environment","api":{"token":"t"},"stream":5,"helpers":true}`, full},
	}
	for _, test := range cases {
		got, err := Parse([]byte(test.text))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %v, %v\nwant %v", test.text, got, err, test.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``: "message/json", `[]`: "message/json", `{}`: "message/type", `{"type":1}`: "message/type",
		`{"type":"dance"}`: "message/unknown",
		`{"type":"put","payload":"` + hash + `","size":3}`:                          "message/fields",
		`{"type":"put","payload":"` + hash + `","size":3,"stream":0}`:               "message/fields",
		`{"type":"put","payload":"` + hash + `","size":3,"stream":` + "2147483648}": "message/fields",
		`{"type":"forget","job":"../../x"}`:                                         "message/fields",
		`{"type":"forget","job":"` + strings.ToUpper(id) + `"}`:                     "message/fields",
		`{"type":"health"}`:                                       "message/fields",
		`{"type":"clean","id":0}`:                                 "message/fields",
		`{"type":"remove","id":1,"sha256":"../../x"}`:             "message/fields",
		wholeStart + `,"timeoutMs":0}`:                            "message/fields",
		wholeStart + `,"timeoutMs":null}`:                         "message/fields",
		wholeStart + `,"env":{"A":1}}`:                            "message/fields",
		wholeStart + `,"args":"a"}`:                               "message/fields",
		wholeStart + `,"onDisconnect":{"kind":"stop"}}`:           "message/fields",
		wholeStart + `,"onDisconnect":{"kind":"pause"}}`:          "message/fields",
		wholeStart + `,"context":{"stream":1,"size":33554433}}`:   "message/fields",
		wholeStart + `,"context":{"stream":2147483648,"size":1}}`: "message/fields",
		wholeStart + `,"secretsAs":"file"}`:                       "message/fields",
		wholeStart + `,"api":{}}`:                                 "message/fields",
		wholeStart + `,"helpers":1}`:                              "message/fields",
	} {
		_, err := Parse([]byte(text))
		var violation *frame.Violation
		var refused *Refused
		got := ""
		if errors.As(err, &violation) {
			got = violation.Code
		} else if errors.As(err, &refused) {
			got = refused.Code
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestARefusalRepeatsTheNumberOfTheQuestion(t *testing.T) {
	_, err := Parse([]byte(`{"type":"dance","id":7}`))
	var refused *Refused
	if !errors.As(err, &refused) || refused.ID != 7 || !strings.Contains(string(refused.JSON()), `"id":7`) {
		t.Errorf("got %v", err)
	}
}

func TestAnOrderIsAStartAndItsContext(t *testing.T) {
	body := []byte(wholeStart + `,"context":{"stream":1,"size":2}}`)
	order := Order(body, []byte("{}"))
	start, context, err := ParseOrder(order)
	if err != nil || start.Job != id || string(context) != "{}" {
		t.Errorf("got %v, %q, %v", start, context, err)
	}
	if strings.Contains(string(order), "install") {
		t.Errorf("got %q, want that the start is wiped", order)
	}
	if _, _, err := ParseOrder(Order(body, nil)[:9]); err == nil {
		t.Errorf("an order that is cut off was taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(wholeStart + `}`))
	f.Add([]byte(`{"type":"attach","job":"` + id + `","offset":1,"stream":1}`))
	f.Add([]byte(`{"type":"dance","job":"` + id + `","stream":-1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := Parse(body)
		var refused *Refused
		if errors.As(err, &refused) && !json.Valid(refused.JSON()) {
			t.Errorf("the refusal is no JSON: %s", refused.JSON())
		}
	})
}
