package spool

import (
	"bytes"
	"testing"

	"cronium.dev/runner/internal/record"
)

func TestExitIsTheLastRecord(t *testing.T) {
	w, job := newSpool(t)
	w.AddReaders(1)
	for range 80 {
		w.Output(record.Out, bytes.Repeat([]byte{'x'}, record.MaxBody))
	}
	w.AddReaders(-1)
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	records, _ := readAll(t, job, 0)
	if last := records[len(records)-1]; last.Type != record.Exit {
		t.Errorf("the last record is of type %d, want EXIT", last.Type)
	}
}

func TestTooLongABodyIsRefused(t *testing.T) {
	w, job := newSpool(t)
	if err := w.Exit(make([]byte, record.MaxBody+1)); err != errTooLong {
		t.Errorf("got %v", err)
	}
	if err := w.Exit([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if records, _ := readAll(t, job, 0); len(records) != 1 {
		t.Errorf("got %d records, want 1", len(records))
	}
	if kept, err := job.Stat(reserveName); err != nil || kept.Size != reserveSize {
		t.Errorf("the reserve was given up: %d bytes left, %v", kept.Size, err)
	}
}
