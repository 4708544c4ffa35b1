package jsontext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func same(text string) string { return text }

func TestCompact(t *testing.T) {
	for text, want := range map[string]string{
		` { "a" : [ 1 , 2.50 , "x y" , null , true ] , "b" : { } } `: `{"a":[1,2.50,"x y",null,true],"b":{}}`,
		`"p\u00e4\/\""`: `"pä/\""`,
		`[]`:            `[]`,
		`-1.5e+3`:       `-1.5e+3`,
		`{"a":1,}`:      "",
		`[1 2]`:         "",
		`"a" "b"`:       "",
		``:              "",
		`"a`:            "",
		`nul`:           "",
		strings.Repeat("[", 33) + strings.Repeat("]", 33): "",
		"\"\xff\"": "",
	} {
		got, err := Compact([]byte(text), same)
		if (err != nil) != (want == "") || (err == nil && string(got) != want) {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
	got, _ := Compact([]byte(`{"key":["secret",1234,12]}`), func(text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, "secret", "***"), "1234", "***")
	})
	if want := `{"key":["***","***",12]}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFind(t *testing.T) {
	const document = `{"user":{"name":"Ann","a.b":1},"items":[{"id":7},[1,[2]]],"twice":1,"twice":2,"none":null}`
	for path, want := range map[string]string{
		"user.name": `"Ann"`, "items[0].id": "7", "items[1][1][0]": "2", "twice": "2", "none": "null",
		"items[2]": "", "user.age": "", "user[0]": "", "items.id": "", "user.name.x": "", "items[0]": `{"id":7}`,
	} {
		steps, ok := ParsePath(path)
		if got := Find([]byte(document), steps); !ok || string(got) != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	for _, path := range []string{"", ".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[+1]", "a[x]", "a]", "a[0]b", "[0].", "a[99999999999999999999]"} {
		if steps, ok := ParsePath(path); ok {
			t.Errorf("%q: got %v, want no path", path, steps)
		}
	}
	steps, ok := ParsePath("[1].x")
	if got := Find([]byte(`[0,{"x":1}]`), steps); !ok || string(got) != "1" {
		t.Errorf("got %s", got)
	}
}

func FuzzCompact(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\u00e4",null,{"b":-0.5e7}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		compact, err := Compact(text, same)
		v, wrong := parse(text)
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%q: got %v, the reader of fields %v", text, err, wrong)
		}
		if eachErr := Each(text, func(string, []byte) {}); (eachErr == nil) != (err == nil) {
			t.Fatalf("%q: got %v, want %v", text, eachErr, err)
		}
		if err != nil {
			return
		}
		if one, two := tree(v.raw), tree(compact); one != two {
			t.Fatalf("%q became %q: %s, %s", text, compact, one, two)
		}
	})
}

// tree is a document as another reader sees it.
func tree(text []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	return fmt.Sprint(decoder.Decode(&value), value)
}
