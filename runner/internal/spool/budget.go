package spool

import (
	"slices"

	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
)

const (
	// protected is how many segments at a spool's beginning are kept: how a job began explains the rest.
	protected = 2
	// patienceBudgets is how many budgets a spool may grow while somebody reads it.
	patienceBudgets = 8
)

// gap is a range of a spool that was dropped.
type gap struct {
	from, to int64
	counts   Counts
}

func (g gap) body() []byte {
	return jsontext.NewObject().Int("from", g.from).Int("to", g.to).
		Int("records", g.counts.Records).Int("lines", g.counts.Lines).Int("bytes", g.counts.Bytes).Bytes()
}

// shrink drops segments until the spool is within its budget, as far as it may.
func (w *Writer) shrink() {
	for w.kept > w.budget && len(w.segments) > 1 && w.segments[0].end() <= w.acked {
		w.remove(0)
	}
	if w.readers.Load() > 0 && w.kept <= patienceBudgets*w.budget {
		return
	}
	dropped := []int64{}
	for w.kept > w.budget {
		victim := w.victim()
		if victim < 0 {
			break
		}
		gone := w.segments[victim]
		for _, from := range append(gone.gaps, w.record(gone)) {
			if !slices.Contains(dropped, from) {
				dropped = append(dropped, from)
			}
		}
		w.remove(victim)
	}
	for _, from := range dropped {
		w.announce(from)
	}
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
func (w *Writer) record(gone *segment) int64 {
	if last := len(w.gaps) - 1; last >= 0 && w.gaps[last].to == gone.start {
		w.gaps[last].to = gone.end()
		w.gaps[last].counts.add(gone.counts)
		return w.gaps[last].from
	}
	w.gaps = append(w.gaps, gap{gone.start, gone.end(), gone.counts})
	return gone.start
}

// announce writes the GAP record of the gap that begins here. It is written again when the segment that holds it goes.
func (w *Writer) announce(from int64) {
	for _, g := range w.gaps {
		if g.from != from {
			continue
		}
		// Without room for it now, the next record that is dropped or the end tells.
		if w.append(record.Gap, g.body()) == nil {
			last := w.segments[len(w.segments)-1]
			last.gaps = append(last.gaps, from)
		}
	}
}

func (w *Writer) remove(index int) {
	gone := w.segments[index]
	_ = w.files.Remove(fileName(gone.start))
	w.kept -= gone.size
	w.segments = slices.Delete(w.segments, index, index+1)
}
