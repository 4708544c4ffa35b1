package desk

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/record"
	"cronium.dev/runner/internal/spool"
)

func TestRateLetsABurstThroughAndThenFiftyASecond(t *testing.T) {
	now := time.Unix(1000, 0)
	r := newRate(now)
	for i := range burst {
		if pause := r.take(now); pause != 0 {
			t.Fatalf("call %d waits %v", i, pause)
		}
	}
	for i := range 10 {
		if got, want := r.take(now), time.Duration(i+1)*time.Second/perSecond; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if pause := r.take(now.Add(time.Hour)); pause != 0 {
		t.Errorf("after an hour a call waits %v", pause)
	}
}

func newTestBook(t *testing.T) book {
	t.Helper()
	parsed, err := parseContext([]byte(`{"variables":[
		{"scope":"global","name":"a","type":"plain","value":1,"version":1},
		{"scope":"workspace","name":"a","value":2,"version":2},
		{"scope":"server","name":"s","type":"secret","version":3}],"defaultScope":"event","other":true}`), message.Start{})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.book
}

func TestTheMostSpecificScopeAnswers(t *testing.T) {
	b := newTestBook(t)
	for _, test := range []struct{ name, scope, in, value string }{
		{"a", "", "workspace", "2"}, {"a", "global", "global", "1"}, {"a", "server", "", ""}, {"s", "", "server", ""}, {"none", "", "", ""},
	} {
		found, in, ok := b.find(test.name, test.scope)
		if in != test.in || string(found.value) != test.value || ok != (test.in != "") {
			t.Errorf("%v: got %s in %q", test, found.value, in)
		}
	}
	for name, want := range map[string]string{"a": "workspace", "s": "server", "none": "event"} {
		if got := b.resolve(name, ""); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if got := b.resolve("a", "global"); got != "global" {
		t.Errorf("got %s", got)
	}
}

func TestWhatAClientTellsReplacesWhatWasKnown(t *testing.T) {
	b := newTestBook(t)
	b.learn("a", "", "global", entry{[]byte("5"), plain, 7}, true)
	if found, in, _ := b.find("a", ""); in != "global" || string(found.value) != "5" || found.version != 7 {
		t.Errorf("got %s in %s: the workspace's is gone", found.value, in)
	}
	b.learn("a", "", "", entry{}, false)
	b.learn("s", "global", "", entry{}, false)
	_, _, isThere := b.find("a", "")
	_, in, _ := b.find("s", "")
	if isThere || in != "server" || b.bytes != 0 {
		t.Errorf("got %v, %q and %d bytes", isThere, in, b.bytes)
	}
}

func TestContextsThatAreNoContexts(t *testing.T) {
	for _, text := range []string{
		``, `{`, `{"variables":[1]}`, `{"variables":[{"scope":"moon","name":"a","value":1,"version":1}]}`,
		`{"variables":[{"scope":"global","name":"a","version":1}]}`, `{"variables":[{"scope":"global","name":"a","value":1}]}`,
	} {
		if _, err := parseContext([]byte(text), message.Start{}); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestJournalLimits(t *testing.T) {
	j := newJournal(4 << 20)
	value := func(kind record.Type, name string, size int) spool.Value {
		return spool.Value{Kind: kind, Name: name, ID: name, JSON: make([]byte, size)}
	}
	if j.check(value(record.Variable, "v", maxVariable+1)) == "" || j.check(value(record.Variable, "v", maxVariable)) != "" {
		t.Error("the limit of a variable is another one")
	}
	for _, each := range []spool.Value{value(record.Output, "a", 600_000), value(record.Output, "b", 400_000), value(record.Output, "a", 600_000)} {
		if problem := j.check(each); problem != "" {
			t.Fatal(problem)
		}
		j.add(each)
	}
	if j.check(value(record.Output, "c", 100_000)) == "" || j.check(value(record.Output, "b", 440_000)) != "" {
		t.Errorf("a quarter of the budget is another: %d bytes of %d", j.total, j.limit)
	}
}

func TestASecretThatWasNotDeliveredIsThereAgain(t *testing.T) {
	v := vault{}
	v.fill(nil)
	v.secrets["A"] = []byte(`"hush"`)
	for _, step := range []struct {
		code        string
		isDelivered bool
	}{{call.OK, false}, {call.OK, true}, {call.Gone, false}} {
		got := v.take("A", "")
		if got.Code != step.code {
			t.Fatalf("got %v, want %s", got, step.code)
		}
		if got.Code == call.OK {
			v.settle("A", "", step.isDelivered)
		}
		if step.isDelivered && got.Value[1] != 0 {
			t.Errorf("got %q, want that it is wiped", got.Value)
		}
	}
}

// TestValuesAreMaskedAsTheTableSays plays the table that the client is held to as well.
func TestValuesAreMaskedAsTheTableSays(t *testing.T) {
	text, err := os.ReadFile("../../testdata/masks.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Values []struct {
			Secrets       []string
			Value, Masked json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	for _, each := range table.Values {
		d := Desk{job: Job{Mask: mask.New(each.Secrets)}}
		got, _, problem := d.clean(each.Value)
		want, err := jsontext.Compact(each.Masked, func(text string) string { return text })
		if problem != nil || err != nil || string(got) != string(want) {
			t.Errorf("%s: got %s, want %s", each.Value, got, want)
		}
	}
}

func TestASecretIsHandedOutAgainToTheSameCallOnly(t *testing.T) {
	v := vault{}
	v.fill([]jsontext.Pair{{Name: "A", Value: "hush"}})
	for _, step := range []struct{ caller, code string }{
		{"http 1", call.OK}, {"http 1", call.OK}, {"http 2", call.Gone}, {"", call.Gone}, {"http 1", call.OK},
	} {
		got := v.take("A", step.caller)
		if got.Code != step.code || got.Code == call.OK && string(got.Value) != `"hush"` {
			t.Errorf("%q: got %v, want %s", step.caller, got, step.code)
		}
		if got.Code == call.OK {
			v.settle("A", step.caller, false)
		}
	}
}
