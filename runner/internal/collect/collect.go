// Package collect removes what nobody needs any more from a server.
package collect

import (
	"sort"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/payload"
)

const (
	// keepAcknowledged leaves a job that is safe elsewhere for clients that come back at once.
	keepAcknowledged = time.Hour
	// keep is how long anything else outlives its last use.
	keep = 7 * 24 * time.Hour
	// keepRunners is how many versions stay, so that going back needs no upload.
	keepRunners = 3
)

// Removed counts what is gone.
type Removed struct{ Jobs, Payloads, Runners, Bytes int64 }

// Run collects. self is the hash of the runner that runs now.
func Run(base *dir.Dir, jobs *job.Store, payloads *payload.Store, self string, now time.Time) Removed {
	removed := Removed{}
	usedPayloads, usedRunners := map[string]bool{}, map[string]bool{self: true}
	jobs.Sweep()
	ids, err := jobs.IDs()
	if err != nil {
		return removed
	}
	for _, id := range ids {
		state, err := jobs.Load(id)
		if err != nil {
			// What cannot be judged is left alone.
			continue
		}
		if !state.IsOver() {
			usedPayloads[state.Payload], usedRunners[state.Runner] = true, true
			continue
		}
		if jobs.IsOurs(state) && isDue(jobs, id, state, now) && jobs.Remove(id) == nil {
			removed.Jobs++
			removed.Bytes += state.End
		}
	}
	count, bytes := payloads.Collect(now.Add(-keep), func(sum string) bool { return usedPayloads[sum] })
	removed.Payloads += count
	removed.Bytes += bytes
	count, bytes = collectRunners(base, usedRunners)
	removed.Runners += count
	removed.Bytes += bytes
	return removed
}

func isDue(jobs *job.Store, id string, state *job.State, now time.Time) bool {
	// A lost job has no time of its end; its start is the next best, and then its directory's.
	at := time.UnixMicro(max(state.EndedAt, state.StartedAt))
	if state.EndedAt == 0 && state.StartedAt == 0 {
		at = jobs.Changed(id)
	}
	age := now.Sub(at)
	isTombstone := state.StartedAt == 0
	if age > keep {
		return true
	}
	return !isTombstone && state.Phase == job.Ended && jobs.Acknowledged(id) >= state.End && age > keepAcknowledged
}

// collectRunners removes all but the newest runners and those that live jobs use.
func collectRunners(base *dir.Dir, isUsed map[string]bool) (count, bytes int64) {
	bin, err := base.Sub("bin")
	if err != nil {
		return 0, 0
	}
	defer bin.Close()
	names, err := bin.Names()
	if err != nil {
		return 0, 0
	}
	found := newestFirst{}
	for _, name := range names {
		if entry, err := bin.Stat(name); err == nil && entry.IsDir && jsontext.IsHex(name, 64) {
			found = append(found, runner{name, entry.Modified})
		}
	}
	sort.Sort(found)
	for i, r := range found {
		if i < keepRunners || isUsed[r.name] {
			continue
		}
		size := sizeOf(bin, r.name)
		if bin.RemoveAll(r.name) == nil {
			count++
			bytes += size
		}
	}
	return count, bytes
}

type runner struct {
	name     string
	modified time.Time
}

// newestFirst sorts by sort.Interface, because a generic sort costs 10 KB for each type that is sorted.
type newestFirst []runner

func (n newestFirst) Len() int           { return len(n) }
func (n newestFirst) Less(i, j int) bool { return n[i].modified.After(n[j].modified) }
func (n newestFirst) Swap(i, j int)      { n[i], n[j] = n[j], n[i] }

func sizeOf(bin *dir.Dir, name string) int64 {
	sub, err := bin.Sub(name)
	if err != nil {
		return 0
	}
	defer sub.Close()
	entry, _ := sub.Stat("cronium-runner")
	return entry.Size
}
