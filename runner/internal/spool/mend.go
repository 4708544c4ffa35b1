package spool

import (
	"errors"
	"slices"
	"syscall"

	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
)

// look mends what was done to the spool since it was looked at last.
func (w *Writer) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	// Nothing may follow the EXIT.
	if !w.isOver {
		w.mend()
	}
}

// mend notices that somebody has removed segments, or the whole directory: it goes on in new ones, and a NOTE and a GAP
// tell what is gone. When not even that can be done, all stays as it is: who has the old files open reads them to the end.
func (w *Writer) mend() {
	present, err := starts(w.files)
	if err != nil && !errors.Is(err, syscall.ENOENT) {
		return
	}
	isGone := func(s *segment) bool { return !slices.Contains(present, s.start) }
	if !slices.ContainsFunc(w.segments, isGone) {
		return
	}
	old := slices.Clone(w.segments)
	if isGone(old[len(old)-1]) && w.roll() != nil && w.restore() != nil {
		return
	}
	for _, s := range old {
		if !isGone(s) {
			continue
		}
		at := slices.Index(w.segments, s)
		if s.size == 0 {
			w.segments = slices.Delete(w.segments, at, at+1)
		} else {
			w.give(at, wasRemoved)
		}
	}
	_ = w.append(record.Note, jsontext.NewObject().Text("code", "spool/removed").
		Text("message", "A part of this log was removed on the server while the script ran").Bytes())
	_ = w.announce()
	w.rewrite()
}

// restore makes the directory again, with a segment to go on in.
func (w *Writer) restore() error {
	files, err := w.job.Make(directory, 0o700)
	if err != nil {
		return err
	}
	w.files.Close()
	w.files = files
	return w.roll()
}
