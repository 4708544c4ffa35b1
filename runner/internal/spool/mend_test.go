package spool

import (
	"os"
	"path/filepath"
	"testing"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/record"
)

func TestARemovedSpoolGoesOnWithAGap(t *testing.T) {
	everything := func(path string) error { return os.RemoveAll(path) }
	one := func(path string) error { return os.Remove(filepath.Join(path, fileName(0))) }
	contents := func(path string) error {
		names, err := filepath.Glob(filepath.Join(path, "*"))
		for _, name := range names {
			_ = os.Remove(name)
		}
		return err
	}
	for name, test := range map[string]struct {
		remove func(path string) error
		before int
	}{
		"the directory":           {everything, 400_000},
		"all segments":            {contents, 400_000},
		"the only segment":        {contents, 2_000},
		"the first":               {one, 400_000},
		"when nothing was in it":  {contents, 0},
		"a directory of nothing":  {everything, 0},
		"more than once, in fact": {func(path string) error { _ = one(path); return everything(path) }, 400_000},
	} {
		t.Run(name, func(t *testing.T) {
			w, job := newSpool(t)
			flood(w, test.before)
			end := w.End()
			if err := test.remove(filepath.Join(job.Path(), directory)); err != nil {
				t.Fatal(err)
			}
			w.look()
			flood(w, 5_000)
			if err := w.Exit([]byte("{}")); err != nil {
				t.Fatal(err)
			}
			records, _ := readAll(t, job, 0)
			if records[len(records)-1].Type != record.Exit {
				t.Error("the EXIT is gone")
			}
			if got, want := account(t, job), int64(test.before/1000+5); got.Lines != want || got.Bytes != want*1000 {
				t.Errorf("got %v, want %d lines", got, want)
			}
			if seq := records[len(records)-1].Seq; w.seq != seq+1 || w.end <= end {
				t.Errorf("numbers do not go on: %d of %d", seq, w.seq)
			}
		})
	}
}

func TestASpoolThatCannotBeMadeAgainIsWrittenToItsEnd(t *testing.T) {
	w, job := newSpool(t)
	flood(w, 10_000)
	open, err := os.Open(filepath.Join(job.Path(), directory, fileName(0)))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if err := os.RemoveAll(job.Path()); err != nil {
		t.Fatal(err)
	}
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	entry, err := open.Stat()
	if err != nil || entry.Size() != w.End() {
		t.Errorf("got %v, %v, want %d bytes", entry.Size(), err, w.End())
	}
}

func TestSizeTellsWhatItCannotMeasure(t *testing.T) {
	job, err := dir.OpenBase(filepath.Join(t.TempDir(), "job"))
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	if size, err := Size(job); size != 0 || err != nil {
		t.Errorf("without a spool: got %d, %v, want 0", size, err)
	}
	if err := os.Symlink("elsewhere", filepath.Join(job.Path(), directory)); err != nil {
		t.Fatal(err)
	}
	if size, err := Size(job); err == nil {
		t.Errorf("a link: got %d, want an error", size)
	}
}
