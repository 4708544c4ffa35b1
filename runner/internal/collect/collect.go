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
	judged, err := jobs.Judge()
	if err != nil {
		return removed
	}
	for _, j := range judged {
		if j.Err != nil {
			// What cannot be judged is left alone.
			continue
		}
		if !j.State.IsOver() {
			usedPayloads[j.State.Payload], usedRunners[j.State.Runner] = true, true
			continue
		}
		if jobs.IsOurs(j.State) && isDue(jobs, j.ID, j.State, now) && jobs.Remove(j.ID) == nil {
			removed.Jobs++
			removed.Bytes += j.State.End
		}
	}
	count, bytes := payloads.Collect(now, now.Add(-keep), func(sum string) bool { return usedPayloads[sum] })
	removed.Payloads += count
	removed.Bytes += bytes
	count, bytes = collectRunners(base, usedRunners)
	removed.Runners += count
	removed.Bytes += bytes
	return removed
}

func isDue(jobs *job.Store, id string, state *job.State, now time.Time) bool {
	if len(state.Strays) > 0 {
		// They work in its directory.
		return false
	}
	age := now.Sub(jobs.Since(id, state))
	return age > keep || age > keepAcknowledged && jobs.IsSafe(id, state)
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
		size := bin.Size(r.name)
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
