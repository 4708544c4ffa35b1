package spool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cronium.dev/runner/internal/record"
)

func output(key, text string) Value {
	return Value{Kind: record.Output, Name: key, ID: "output " + key, JSON: []byte(text)}
}

// told is a value as a client puts it together from records.
type told struct {
	seq, again uint64
	text       string
}

// valuesOf reads a spool as a client does: parts follow each other, and a value that breaks off is none.
func valuesOf(t *testing.T, records []record.Record) map[string][]told {
	t.Helper()
	found, text, due := map[string][]told{}, "", 0
	for _, r := range records {
		if r.Type != record.Output && r.Type != record.Variable {
			continue
		}
		line, chunk, _ := bytes.Cut(r.Body, []byte{'\n'})
		var head struct {
			Key, Name, Scope string
			Part             int
			More             bool
			Again            uint64
		}
		if err := json.Unmarshal(line, &head); err != nil {
			t.Fatal(err)
		}
		if head.Part == 0 {
			text, due = "", 0
		}
		if head.Part != due {
			t.Fatalf("part %d stands where %d was due", head.Part, due)
		}
		text, due = text+string(chunk), due+1
		if !head.More {
			name := head.Key + head.Name
			found[name] = append(found[name], told{r.Seq, head.Again, text})
		}
	}
	return found
}

func TestALongValueComesInParts(t *testing.T) {
	w, job := newSpool(t)
	long := `"` + strings.Repeat("ab", 100_000) + `"`
	seq, err := w.Put(output("long", long))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Put(Value{Kind: record.Variable, Name: "n", Scope: "server", ID: "n", JSON: []byte("1")}); err != nil {
		t.Fatal(err)
	}
	records, _ := readAll(t, job, 0)
	got := valuesOf(t, records)
	if len(got["long"]) != 1 || got["long"][0] != (told{seq, 0, long}) || seq != 3 || got["n"][0].text != "1" || w.LastValue() != 4 {
		t.Errorf("got %d records, the value at %d", len(records), seq)
	}
	if want := "{\"name\":\"n\",\"scope\":\"server\"}\n1"; string(records[4].Body) != want {
		t.Errorf("got %q, want %q", records[4].Body, want)
	}
}

func TestTheNewestValuesSurviveADrop(t *testing.T) {
	w, job := newSpool(t)
	if err := w.Start([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	flood(w, budget/4)
	first := map[string]uint64{}
	for i := range 20 {
		key := fmt.Sprint("key", i%10)
		seq, err := w.Put(output(key, fmt.Sprintf("%q", strings.Repeat("v", 10_000)+fmt.Sprint(i))))
		if err != nil {
			t.Fatal(err)
		}
		first[key] = seq
	}
	flood(w, 5*budget)
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	records, _ := readAll(t, job, 0)
	got := valuesOf(t, records)
	for key, seq := range first {
		list := got[key]
		last := list[len(list)-1]
		if last.again != seq || !strings.HasSuffix(last.text, fmt.Sprint(key[3:])+`"`) || last.text[10_001] != '1' {
			t.Errorf("%s: got its writing of %d, want that of %d", key, last.again, seq)
		}
	}
	if last := records[len(records)-1]; last.Type != record.Exit {
		t.Errorf("the last record has the type %d", last.Type)
	}
}

func TestWhatAClientHasIsNotWrittenAgain(t *testing.T) {
	w, job := newSpool(t)
	flood(w, budget/4)
	if _, err := w.Put(output("safe", "1")); err != nil {
		t.Fatal(err)
	}
	w.Ack(w.End())
	if _, err := w.Put(output("unsafe", "1")); err != nil {
		t.Fatal(err)
	}
	flood(w, 3*budget)
	records, _ := readAll(t, job, 0)
	got := valuesOf(t, records)
	if len(got["safe"]) != 0 || len(got["unsafe"]) != 1 || got["unsafe"][0].again == 0 {
		t.Errorf("got %v", got)
	}
}

func TestAValueWithoutRoomIsRefused(t *testing.T) {
	w, job := newSpool(t)
	withoutRoom(t, w, job, func() {
		if _, err := w.Put(output("a", "1")); err == nil {
			t.Error("got no error")
		}
	})
	if _, err := w.Put(output("a", "2")); err != nil {
		t.Fatal(err)
	}
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Put(output("a", "3")); !errors.Is(err, ErrOver) {
		t.Errorf("got %v, want that the job is over", err)
	}
	records, _ := readAll(t, job, 0)
	if got := valuesOf(t, records)["a"]; len(got) != 1 || got[0].text != "2" {
		t.Errorf("got %v", got)
	}
}
