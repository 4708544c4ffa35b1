package spool

import (
	"errors"
	"sort"
	"time"

	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
)

// ErrOver says that the job's last record is written, so that nothing can follow.
var ErrOver = errors.New("the job has ended")

// Value is what a script has set: an output or a variable.
type Value struct {
	// Kind is record.Output or record.Variable.
	Kind record.Type
	Name string
	// Scope is the one that the script named, or "".
	Scope string
	// ID is the same for all values that replace each other.
	ID   string
	JSON []byte
}

// keptValue is the newest value of its ID, with where it stands.
type keptValue struct {
	Value
	from, end int64
	// first is the number of the last record of its first writing.
	first uint64
	// isLost says that it went with a dropped segment, or a part of it did, and must be written again.
	isLost bool
}

// values are what must survive when segments are dropped.
type values struct {
	newest map[string]*keptValue
	// last is the number of the last record of any value.
	last uint64
	// isPutting says that the records of a value are being written, between which no other value may stand.
	isPutting bool
	lost      int
}

// Put writes a value and returns the number of its last record. Unlike output it is written whole or refused.
func (w *Writer) Put(v Value) (uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isOver {
		return 0, ErrOver
	}
	if len(w.untold) > 0 || w.unwritten.Records > 0 {
		if err := w.confess(); err != nil && w.unwritten.Records > 0 {
			return 0, err
		}
	}
	written, err := w.put(v, 0)
	if err != nil {
		return 0, err
	}
	if w.values.newest == nil {
		w.values.newest = map[string]*keptValue{}
	}
	if old := w.values.newest[v.ID]; old != nil && old.isLost {
		w.values.lost--
	}
	w.values.newest[v.ID] = written
	w.rewrite()
	return written.first, nil
}

// LastValue is the number of the last record of any value, 0 when there is none.
func (w *Writer) LastValue() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.values.last
}

// put writes a value in as many records as it takes; the lock is held. A value that breaks off has no last record, and
// the next one begins anew. Again is the number of its first writing, or 0.
func (w *Writer) put(v Value, again uint64) (*keptValue, error) {
	w.values.isPutting = true
	defer func() { w.values.isPutting = false }()
	written := &keptValue{Value: v, from: w.end}
	for part, rest := int64(0), v.JSON; ; part++ {
		chunk := rest[:min(len(rest), record.MaxBody-len(v.head(part, true, again)))]
		rest = rest[len(chunk):]
		if err := w.append(v.Kind, append(v.head(part, len(rest) > 0, again), chunk...)); err != nil {
			return nil, err
		}
		if len(rest) == 0 {
			break
		}
	}
	written.end, written.first = w.end, again
	w.values.last = w.lastSeq
	if again == 0 {
		written.first = w.lastSeq
	}
	return written, nil
}

// head is the first line of a record's body.
func (v Value) head(part int64, isMore bool, again uint64) []byte {
	name := "key"
	if v.Kind == record.Variable {
		name = "name"
	}
	head := jsontext.NewObject().Text(name, v.Name).TextIf("scope", v.Scope).IntIf("part", part)
	if isMore {
		head.True("more")
	}
	return append(head.IntIf("again", int64(again)).Bytes(), '\n')
}

// lose notes which values went with a segment. One that a client has on its disk has been applied from there.
func (w *Writer) lose(gone *segment) {
	for _, v := range w.values.newest {
		if v.from < gone.end() && v.end > gone.start && v.end > w.acked && !v.isLost {
			v.isLost = true
			w.values.lost++
		}
	}
}

// rewrite writes lost values again, in their order. Without room they stay lost, and the next output tries again.
func (w *Writer) rewrite() {
	// What was not written must be told of before anything follows it.
	if w.values.lost == 0 || w.values.isPutting || w.unwritten.Records > 0 {
		return
	}
	lost := inOrder{}
	for _, v := range w.values.newest {
		if v.isLost {
			lost = append(lost, v)
		}
	}
	sort.Sort(lost)
	for _, v := range lost {
		written, err := w.put(v.Value, v.first)
		if err != nil {
			w.tryAgain = time.Now().Add(retryAfter)
			return
		}
		w.values.lost--
		w.values.newest[v.ID] = written
	}
	// Writing them can have dropped others. All are at the end then, which is never dropped for them: what a script may
	// set is a small part of the budget.
	w.rewrite()
}

// inOrder sorts by sort.Interface, because a generic sort costs 10 KB for each type that is sorted.
type inOrder []*keptValue

func (o inOrder) Len() int           { return len(o) }
func (o inOrder) Less(i, j int) bool { return o[i].first < o[j].first }
func (o inOrder) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
