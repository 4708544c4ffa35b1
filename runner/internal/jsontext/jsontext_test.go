package jsontext

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

var seeds = []string{
	`{}`, ` { "a" : [ 1 , -0.5e+3 , true , false , null , "x" ] } `, `{"a":{"b":{"c":[]}}}`, `[]`, `"x"`, `1`, ``, `{`, `{"a"}`,
	`{"a":1,}`, `{"a":01}`, `{"a":1.}`, `{"a":.1}`, `{"a":+1}`, `{"a":1e}`, `{"a":nul}`, `{"a":"\x"}`, `{"a":"\u12"}`,
	"{\"a\":\"\n\"}", `{"a":"\ud83e\udd8a \ud83e \udd8a \"\\\/\b\f\n\r\t\u0000"}`, "{\"a\":\"\xff\"}", `{"a":1}{}`, `{'a':1}`, `{"a":1 "b":2}`,
	`{"a":1,"a":2}`, "\ufeff{}", `{"a":"` + strings.Repeat("x", 1000) + `"}`,
}

// FuzzParse holds the reader against encoding/json: it accepts the same, but for UTF-8 that is none and for the depth.
func FuzzParse(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		got, err := parse(input)
		if err == errUTF8 || err == errDepth {
			return
		}
		if valid := json.Valid(input); valid != (err == nil) {
			t.Fatalf("%q: got %v, want valid %v", input, err, valid)
		}
		if err != nil {
			return
		}
		var want any
		if json.Unmarshal(input, &want) == nil && !reflect.DeepEqual(plain(got), want) {
			t.Errorf("%q: got %v, want %v", input, plain(got), want)
		}
	})
}

func plain(v *value) any {
	switch v.kind {
	case object:
		m := map[string]any{}
		for i, name := range v.names {
			m[name] = plain(v.items[i])
		}
		return m
	case list:
		items := []any{}
		for _, item := range v.items {
			items = append(items, plain(item))
		}
		return items
	case text:
		return v.text
	}
	var other any
	_ = json.Unmarshal(v.raw, &other)
	return other
}

func TestDepthIsBounded(t *testing.T) {
	for depth, want := range map[int]error{MaxDepth: nil, MaxDepth + 1: errDepth, 60000: errDepth} {
		nested := strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1)
		if _, got := ParseObject([]byte(`{"a":` + nested + `}`)); got != want {
			t.Errorf("depth %d: got %v, want %v", depth, got, want)
		}
	}
}

func TestObjectIsReadBackAsItWasWritten(t *testing.T) {
	for _, want := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "Größe ≠ 🦊", "\u2028"} {
		var got struct{ A string }
		if err := json.Unmarshal(NewObject().Text("a", want).Bytes(), &got); err != nil || got.A != want {
			t.Errorf("got %q, %v, want %q", got.A, err, want)
		}
	}
	got := string(Message("x").Int("n", -1).IntIf("o", 0).TextIf("p", "").True("q").Texts("l", []string{"a", "b"}).Text("bad", "\xff").Bytes())
	if want := `{"type":"x","n":-1,"q":true,"l":["a","b"],"bad":"` + "\ufffd" + `"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFieldsAreStrict(t *testing.T) {
	cases := []struct {
		text string
		read func(f *Fields)
		want string
	}{
		{`{"a":"x"}`, func(f *Fields) { f.Text("a", 1) }, ""},
		{`{"a":"xx"}`, func(f *Fields) { f.Text("a", 1) }, "a"},
		{`{"a":"\u0000"}`, func(f *Fields) { f.Text("a", 9) }, "a"},
		{`{"a":1}`, func(f *Fields) { f.Text("a", 9) }, "a"},
		{`{}`, func(f *Fields) { f.Text("a", 9) }, "a"},
		{`{"a":null}`, func(f *Fields) { f.TextOr("a", 9, "") }, "a"},
		{`{"a":"AB"}`, func(f *Fields) { f.Hex("a", 2) }, "a"},
		{`{"a":"0f"}`, func(f *Fields) { f.Hex("a", 2) }, ""},
		{`{"a":1.5}`, func(f *Fields) { f.Int("a", 0, 9) }, "a"},
		{`{"a":1e0}`, func(f *Fields) { f.Int("a", 0, 9) }, "a"},
		{`{"a":"1"}`, func(f *Fields) { f.Int("a", 0, 9) }, "a"},
		{`{"a":10}`, func(f *Fields) { f.Int("a", 0, 9) }, "a"},
		{`{"a":99999999999999999999}`, func(f *Fields) { f.Int("a", 0, MaxInt) }, "a"},
		{`{"a":["x",1]}`, func(f *Fields) { f.Texts("a") }, "a"},
		{`{"a":{"X":"1"}}`, func(f *Fields) { f.Pairs("a") }, ""},
		{`{"a":{"X=Y":"1"}}`, func(f *Fields) { f.Pairs("a") }, "a"},
		{`{"a":{"":"1"}}`, func(f *Fields) { f.Pairs("a") }, "a"},
		{`{"a":[]}`, func(f *Fields) { f.Pairs("a") }, "a"},
		{`{"b":1,"c":2}`, func(f *Fields) { f.Text("b", 1); f.Text("c", 1) }, "b"},
	}
	for _, test := range cases {
		fields, err := ParseObject([]byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		test.read(fields)
		if got := fields.Wrong(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}
