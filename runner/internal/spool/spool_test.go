package spool

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/record"
)

const budget = 2 << 20

func newSpool(t *testing.T) (*Writer, *dir.Dir) {
	t.Helper()
	job, err := dir.OpenBase(filepath.Join(t.TempDir(), "job"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Prepare(job); err != nil {
		t.Fatal(err)
	}
	w, err := Create(job, budget, host.NewClock(), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(job.Close)
	return w, job
}

// readAll reads a spool from an offset on in small pieces, and returns the records and the holes.
func readAll(t *testing.T, job *dir.Dir, from int64) ([]record.Record, [][2]int64) {
	t.Helper()
	reader, err := OpenReader(job, from)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	end, err := Size(job)
	if err != nil {
		t.Fatal(err)
	}
	whole, holes, due := []byte{}, [][2]int64{}, from
	piece := make([]byte, 10_007)
	for {
		offset, n, err := reader.Read(piece, end)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		if offset != due {
			holes = append(holes, [2]int64{due, offset})
		}
		whole, due = append(whole, piece[:n]...), offset+int64(n)
	}
	if due != end {
		t.Errorf("read up to %d, want %d", due, end)
	}
	records := []record.Record{}
	for len(whole) > 0 {
		r, n, err := record.Decode(whole)
		if err != nil || n == 0 {
			t.Fatalf("record %d: %v", len(records), err)
		}
		records, whole = append(records, r), whole[n:]
	}
	return records, holes
}

func gaps(t *testing.T, records []record.Record) []map[string]int64 {
	t.Helper()
	found := []map[string]int64{}
	for _, r := range records {
		if r.Type == record.Gap {
			body := struct{ From, To, Records, Lines, Bytes int64 }{}
			if err := json.Unmarshal(r.Body, &body); err != nil {
				t.Fatal(err)
			}
			found = append(found, map[string]int64{
				"from": body.From, "to": body.To, "records": body.Records, "lines": body.Lines, "bytes": body.Bytes,
			})
		}
	}
	return found
}

var line = append(bytes.Repeat([]byte{'x'}, 999), '\n')

func flood(w *Writer, bytes int) {
	for range bytes / len(line) {
		w.Output(record.Out, line)
	}
}

func TestWithinTheBudgetNothingIsDropped(t *testing.T) {
	w, job := newSpool(t)
	flood(w, budget*9/10)
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	records, holes := readAll(t, job, 0)
	if len(holes) > 0 || len(records) != budget*9/10/1000+1 {
		t.Errorf("got %d records and the holes %v", len(records), holes)
	}
	for i, r := range records {
		if r.Seq != uint64(i) {
			t.Fatalf("record %d has the number %d", i, r.Seq)
		}
	}
}

func TestAcknowledgedSegmentsGoFirstAndSilently(t *testing.T) {
	w, job := newSpool(t)
	flood(w, budget*9/10)
	w.Ack(w.End())
	flood(w, budget*3/4)
	records, holes := readAll(t, job, 0)
	if len(holes) != 1 || holes[0][0] != 0 || len(gaps(t, records)) != 0 {
		t.Errorf("got the holes %v and the gaps %v, want one hole at the beginning and no gap", holes, gaps(t, records))
	}
}

func TestReadersHavePatienceForEightBudgets(t *testing.T) {
	w, job := newSpool(t)
	w.AddReaders(1)
	flood(w, budget*7)
	if _, holes := readAll(t, job, 0); len(holes) != 0 {
		t.Errorf("got the holes %v, want none while somebody reads", holes)
	}
	flood(w, budget*2)
	if _, holes := readAll(t, job, 0); len(holes) != 1 {
		t.Errorf("got the holes %v, want one behind eight budgets", holes)
	}
}

func TestEveryHoleHasItsGap(t *testing.T) {
	w, job := newSpool(t)
	flood(w, budget*4)
	// A client takes all, and leaves; what it has not acknowledged goes again.
	w.Ack(w.End())
	flood(w, budget*4)
	_ = w.Exit([]byte("{}"))
	records, holes := readAll(t, job, 0)
	last := map[int64]map[string]int64{}
	for _, g := range gaps(t, records) {
		last[g["from"]] = g
	}
	missing := int64(0)
	for _, hole := range holes {
		missing += hole[1] - hole[0]
	}
	told := int64(0)
	for _, g := range last {
		told += g["to"] - g["from"]
		if g["bytes"] != g["lines"]*1000 || g["records"] < g["lines"] {
			t.Errorf("the counts of %v do not fit together", g)
		}
	}
	if told > missing || told == 0 {
		t.Errorf("the gaps tell of %d bytes, and %d are missing", told, missing)
	}
}

func TestOutputWithoutRoomIsCounted(t *testing.T) {
	w, job := newSpool(t)
	w.Output(record.Out, []byte("before\n"))
	// A file that cannot be written stands in for a full disk.
	path := filepath.Join(job.Path(), directory, fileName(0))
	closed, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	good := w.current
	w.current = closed
	w.Output(record.Out, []byte("one\ntwo\n"))
	w.Output(record.Err, []byte("three"))
	w.current = good
	w.tryAgain = time.Now()
	w.Output(record.Out, []byte("after\n"))
	_ = w.Exit([]byte("{}"))
	records, _ := readAll(t, job, 0)
	got := gaps(t, records)
	at := int64(record.Overhead + len("before\n"))
	if len(records) != 4 || len(got) != 1 || got[0]["from"] != at || got[0]["to"] != at ||
		got[0]["records"] != 2 || got[0]["lines"] != 2 || got[0]["bytes"] != 13 {
		t.Errorf("got %d records and the gaps %v", len(records), got)
	}
}

func TestReaderStartsAnywhere(t *testing.T) {
	w, job := newSpool(t)
	flood(w, budget/2)
	whole, reader := []byte{}, make([]byte, budget)
	for from := int64(0); from < w.End(); from += 99_991 {
		r, err := OpenReader(job, from)
		if err != nil {
			t.Fatal(err)
		}
		offset, n, err := r.Read(reader, w.End())
		if err != nil || offset != from || n == 0 {
			t.Errorf("from %d: got %d bytes at %d, %v", from, n, offset, err)
		}
		if from == 0 {
			whole = append(whole, reader[:n]...)
		} else if from < int64(len(whole)) && !bytes.HasPrefix(whole[from:], reader[:min(n, len(whole)-int(from))]) {
			t.Errorf("from %d: other bytes", from)
		}
		r.Close()
	}
}
