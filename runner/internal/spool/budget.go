package spool

import (
	"slices"
	"time"

	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
)

const (
	// protected is how many segments at a spool's beginning are kept: how a job began explains the rest.
	protected = 2
	// patienceBudgets is how many budgets a spool may grow while somebody reads it.
	patienceBudgets = 8
)

// why says what output was dropped for.
type why string

const (
	forBudget  why = "budget"
	forRoom    why = "room"
	wasRemoved why = "removed"
)

// gap is a range of a spool that was dropped.
type gap struct {
	from, to int64
	counts   Counts
	why      why
}

func (g gap) body() []byte {
	return jsontext.NewObject().Int("from", g.from).Int("to", g.to).
		Int("records", g.counts.Records).Int("lines", g.counts.Lines).Int("bytes", g.counts.Bytes).
		Text("why", string(g.why)).Bytes()
}

// shrink drops segments until the spool is within its budget, as far as it may.
func (w *Writer) shrink() {
	for w.kept > w.budget && len(w.segments) > 1 && w.segments[0].end() <= w.acked {
		w.remove(0)
	}
	if w.readers.Load() > 0 && w.kept <= patienceBudgets*w.budget {
		return
	}
	for w.kept > w.budget {
		victim := w.victim()
		if victim < 0 {
			break
		}
		w.give(victim, forBudget)
	}
	_ = w.announce()
	w.rewrite()
}

// give drops a segment and makes the GAPs due that tell of it and of what was told in it.
func (w *Writer) give(index int, reason why) {
	gone := w.segments[index]
	for _, from := range append(gone.gaps, w.record(gone, reason)) {
		if !slices.Contains(w.untold, from) {
			w.untold = append(w.untold, from)
		}
	}
	w.lose(gone)
	w.remove(index)
}

// victim is the oldest segment that may go: not one of the first, and not the one being written.
func (w *Writer) victim() int {
	for i, s := range w.segments[:len(w.segments)-1] {
		if s.number >= protected {
			return i
		}
	}
	return -1
}

// record notes a dropped segment, in the gap that it prolongs or in a new one, and returns where that begins.
func (w *Writer) record(gone *segment, reason why) int64 {
	if last := len(w.gaps) - 1; last >= 0 && w.gaps[last].to == gone.start {
		w.gaps[last].to = gone.end()
		w.gaps[last].counts.add(gone.counts)
		w.gaps[last].why = reason
		return w.gaps[last].from
	}
	w.gaps = append(w.gaps, gap{gone.start, gone.end(), gone.counts, reason})
	return gone.start
}

// announce writes the GAP records that are due: of gaps that are new, have grown, or whose record went with its segment.
// Without room for one, those that are left stay due, and the next output or the end tells.
func (w *Writer) announce() error {
	for len(w.untold) > 0 {
		from := w.untold[0]
		at := slices.IndexFunc(w.gaps, func(g gap) bool { return g.from == from })
		if err := w.append(record.Gap, w.gaps[at].body()); err != nil {
			w.tryAgain = time.Now().Add(retryAfter)
			return err
		}
		last := w.segments[len(w.segments)-1]
		last.gaps = append(last.gaps, from)
		w.untold = w.untold[1:]
	}
	return nil
}

func (w *Writer) remove(index int) {
	gone := w.segments[index]
	_ = w.files.Remove(fileName(gone.start))
	w.kept -= gone.size
	w.segments = slices.Delete(w.segments, index, index+1)
}
