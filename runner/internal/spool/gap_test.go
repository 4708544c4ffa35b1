package spool

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/record"
)

// withoutRoom does something while the segment that is written takes nothing more.
func withoutRoom(t *testing.T, w *Writer, job *dir.Dir, do func()) {
	t.Helper()
	closed, err := os.Open(filepath.Join(job.Path(), directory, fileName(0)))
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	good := w.current
	w.current = closed
	do()
	if w.current != closed {
		t.Fatal("a new segment was begun")
	}
	w.current = good
}

// account counts the lines and bytes that a spool holds or tells of.
func account(t *testing.T, job *dir.Dir) Counts {
	t.Helper()
	records, _ := readAll(t, job, 0)
	total := Counts{}
	for _, r := range records {
		if r.Type == record.Out {
			total.add(Counts{0, int64(bytes.Count(r.Body, []byte{'\n'})), int64(len(r.Body))})
		}
	}
	last := map[int64]map[string]int64{}
	for _, g := range gaps(t, records) {
		last[g["from"]] = g
	}
	for _, g := range last {
		total.add(Counts{0, g["lines"], g["bytes"]})
	}
	return total
}

func TestAGapTellsOfTheGapsInIt(t *testing.T) {
	w, job := newSpool(t)
	flood(w, 300_000)
	withoutRoom(t, w, job, func() { flood(w, 50_000) })
	w.tryAgain = time.Now()
	told := w.End()
	flood(w, 2*budget)
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	_, holes := readAll(t, job, 0)
	if len(holes) != 1 || told < holes[0][0] || told >= holes[0][1] {
		t.Fatalf("got the holes %v, want one over %d", holes, told)
	}
	lines := int64(350 + 2*budget/1000)
	if got := account(t, job); got.Lines != lines || got.Bytes != lines*1000 {
		t.Errorf("got %v, want %d lines", got, lines)
	}
}

func TestAGapThatFoundNoRoomIsToldLater(t *testing.T) {
	for name, after := range map[string]int64{"at the end": 0, "with the next output": 1} {
		t.Run(name, func(t *testing.T) {
			w, job := newSpool(t)
			written := int64(0)
			for w.kept+int64(len(line))+record.Overhead <= w.budget {
				w.Output(record.Out, line)
				written++
			}
			// The record that exceeds the budget is written, and the GAP is not.
			good := w.current
			w.onGrow = func(int64) {
				closed, err := os.Open(filepath.Join(job.Path(), directory, fileName(0)))
				if err != nil {
					t.Fatal(err)
				}
				good, w.current = w.current, closed
			}
			w.Output(record.Out, line)
			w.onGrow = func(int64) {}
			w.current = good
			if records, holes := readAll(t, job, 0); len(holes) != 1 || len(gaps(t, records)) != 0 {
				t.Fatalf("got the holes %v and the gaps %v, want a hole without a gap", holes, gaps(t, records))
			}
			w.tryAgain = time.Now()
			for range after {
				w.Output(record.Out, line)
				if records, _ := readAll(t, job, 0); len(gaps(t, records)) != 1 {
					t.Errorf("got the gaps %v, want one", gaps(t, records))
				}
			}
			if err := w.Exit([]byte("{}")); err != nil {
				t.Fatal(err)
			}
			if got, want := account(t, job), written+1+after; got.Lines != want || got.Bytes != want*1000 {
				t.Errorf("got %v, want %d lines", got, want)
			}
			if records, _ := readAll(t, job, 0); len(gaps(t, records)) != 1 {
				t.Errorf("got the gaps %v, want one", gaps(t, records))
			}
		})
	}
}
