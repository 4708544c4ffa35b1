// Package inventory tells what of ours is below the base directory, and removes what nobody needs.
package inventory

import (
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/payload"
)

// Kind says what an item is.
type Kind string

// The kinds of docs/protocol.md, "Inventory".
const (
	Runner  Kind = "runner"
	Payload Kind = "payload"
	Job     Kind = "job"
	Other   Kind = "other"
)

const (
	// comeBack is how long a client that has not acknowledged a job's log may take to ask for it; until then the job's
	// directory also keeps a late start from running it again.
	comeBack = 10 * time.Minute
	// settle is how long a start may take from looking for its payload to being a job that can be seen.
	settle = time.Second
	// unfinished is how long something half-written may still be written.
	unfinished = time.Hour
)

// Item is something of ours. Bytes are those of its files.
type Item struct {
	Kind    Kind
	Name    string
	Bytes   int64
	IsInUse bool
	remove  func() error
}

// JSON is the item on the wire.
func (i *Item) JSON() []byte {
	o := jsontext.NewObject().Text("kind", string(i.Kind)).Text("name", i.Name).Int("bytes", i.Bytes)
	if i.IsInUse {
		o.True("isInUse")
	}
	return o.Bytes()
}

// Base is where everything of ours is.
type Base struct {
	Dir      *dir.Dir
	Jobs     *job.Store
	Payloads *payload.Store
}

// List tells all there is; what has another name than ours is passed over.
func (b Base) List(now time.Time) ([]Item, error) {
	judged, err := b.Jobs.Judge()
	if err != nil {
		return nil, err
	}
	items, need := b.jobs(judged, now), needsOf(judged)
	for _, list := range []func(time.Time, needs) ([]Item, error){b.payloads, b.runners, b.probes} {
		more, err := list(now, need)
		if err != nil {
			return nil, err
		}
		items = append(items, more...)
	}
	return items, nil
}

// Clean removes all that is not in use. What it could not remove is kept, too.
func (b Base) Clean() (removed, kept []Item, err error) {
	b.settle()
	items, err := b.List(time.Now())
	if err != nil {
		return nil, nil, err
	}
	for _, item := range items {
		if item.IsInUse || item.remove() != nil {
			kept = append(kept, item)
		} else {
			removed = append(removed, item)
		}
	}
	return removed, kept, nil
}

// settle waits until whoever has just looked for a payload has made its job, so that the job is seen to need it.
func (b Base) settle() {
	files, _ := b.Payloads.List()
	now := time.Now()
	wait := time.Duration(0)
	for _, file := range files {
		if age := now.Sub(file.Modified); age >= 0 {
			wait = max(wait, settle-age)
		}
	}
	time.Sleep(wait)
}

// needs is what jobs that have not ended cannot do without.
type needs struct {
	payloads, runners map[string]bool
	// isUnclear says that there is a job of which nothing is known, so that everything may be needed.
	isUnclear bool
}

func needsOf(judged []job.Judged) needs {
	need := needs{payloads: map[string]bool{}, runners: map[string]bool{}}
	for _, j := range judged {
		switch {
		case j.Err != nil:
			need.isUnclear = true
		case !j.State.IsOver():
			// One of another machine that shares the directory is believed: its lock cannot be judged from here.
			need.payloads[j.State.Payload], need.runners[j.State.Runner] = true, true
		}
	}
	return need
}

func (b Base) jobs(judged []job.Judged, now time.Time) []Item {
	items := []Item{}
	for _, j := range judged {
		isInUse := j.Err != nil || !j.State.IsOver() || len(j.State.Strays) > 0 ||
			!b.Jobs.IsSafe(j.ID, j.State) && now.Sub(b.Jobs.Since(j.ID, j.State)) < comeBack
		items = append(items, Item{Job, j.ID, b.Jobs.Size(j.ID), isInUse, func() error { return b.Jobs.Remove(j.ID) }})
	}
	for _, name := range b.Jobs.Gone() {
		remove := func() error { return b.Jobs.RemoveGone(name) }
		items = append(items, Item{Other, "jobs/" + name, b.Jobs.Size(name), false, remove})
	}
	return items
}

func (b Base) payloads(now time.Time, need needs) ([]Item, error) {
	files, err := b.Payloads.List()
	items := []Item{}
	for _, file := range files {
		item := Item{Payload, file.SHA256, file.Size, false, func() error { return b.Payloads.Remove(file.Name) }}
		if file.SHA256 == "" {
			item.Kind, item.Name = Other, "payloads/"+file.Name
			item.IsInUse = file.IsUpload(now)
		} else {
			// Looked for a moment ago: a start is under way.
			item.IsInUse = need.isUnclear || need.payloads[file.SHA256] || file.Modified.After(now.Add(-settle))
		}
		items = append(items, item)
	}
	return items, err
}
