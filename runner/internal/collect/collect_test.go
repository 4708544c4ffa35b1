package collect

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/payload"
)

func TestCollectKeepsWhatMayBeNeeded(t *testing.T) {
	now := time.Now()
	here := host.Host{ID: "here", BootID: "boot"}
	base, jobs, payloads := open(t, here)
	ago := func(hours int) int64 { return now.Add(-time.Duration(hours) * time.Hour).UnixMicro() }
	states := map[string]struct {
		state        job.State
		acknowledged int64
		isKept       bool
	}{
		"1": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(3), EndedAt: ago(2), End: 5}, 5, false},
		"2": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(3), EndedAt: ago(2), End: 5}, 4, true},
		"3": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(3), EndedAt: ago(0), End: 5}, 5, true},
		"4": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(300), EndedAt: ago(200), End: 5}, 0, false},
		"5": {job.State{Phase: job.Ended, Host: "there", StartedAt: ago(300), EndedAt: ago(200), End: 5}, 5, true},
		"6": {job.State{Phase: job.Ended, Host: "here", EndedAt: ago(100)}, 0, true},
		"7": {job.State{Phase: job.Ended, Host: "here", EndedAt: ago(200)}, 0, false},
		"8": {job.State{Phase: job.Running, Host: "there", StartedAt: ago(300), Payload: sum("a"), Runner: sum("1")}, 0, true},
		"9": {job.State{Phase: job.Running, Host: "here", BootID: "before", StartedAt: ago(200)}, 0, false},
	}
	for id, test := range states {
		d, lock, err := jobs.Claim(name(id))
		must(t, err)
		must(t, test.state.Write(d))
		must(t, lock.Close())
		d.Close()
		must(t, jobs.Acknowledge(name(id), test.acknowledged))
	}
	for _, archive := range []string{"a", "b", "c"} {
		put(t, filepath.Join(base.Path(), "payloads", sum(archive)+".tar.gz"), now.Add(-8*24*time.Hour))
	}
	must(t, os.Chtimes(filepath.Join(base.Path(), "payloads", sum("c")+".tar.gz"), now, now))
	for i, runner := range []string{"1", "2", "3", "4", "5", "6"} {
		path := filepath.Join(base.Path(), "bin", sum(runner))
		put(t, filepath.Join(path, "cronium-runner"), now)
		must(t, os.Chtimes(path, now, now.Add(time.Duration(i)*time.Minute)))
	}

	removed := Run(base, jobs, payloads, sum("2"), now)
	if want := (Removed{Jobs: 4, Payloads: 1, Runners: 1, Bytes: 5 + 5 + 4 + 4}); removed != want {
		t.Errorf("got %v, want %v", removed, want)
	}
	for id, test := range states {
		_, err := os.Stat(filepath.Join(base.Path(), "jobs", name(id)))
		if isKept := err == nil; isKept != test.isKept {
			t.Errorf("job %s: got kept %v, want %v", id, isKept, test.isKept)
		}
	}
	left := []string{}
	for _, runner := range []string{"1", "2", "3", "4", "5", "6"} {
		if _, err := os.Stat(filepath.Join(base.Path(), "bin", sum(runner))); err == nil {
			left = append(left, runner)
		}
	}
	// The newest three, the one of a job that goes on, and the one that runs now.
	if want := []string{"1", "2", "4", "5", "6"}; !reflect.DeepEqual(left, want) {
		t.Errorf("got the runners %v, want %v", left, want)
	}
}

func open(t *testing.T, here host.Host) (*dir.Dir, *job.Store, *payload.Store) {
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	must(t, err)
	jobs, err := job.OpenStore(base, here)
	must(t, err)
	payloads, err := payload.OpenStore(base)
	must(t, err)
	return base, jobs, payloads
}

func put(t *testing.T, path string, at time.Time) {
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte("1234"), 0o600))
	must(t, os.Chtimes(path, at, at))
}

func name(id string) string { return strings.Repeat(id, 32) }
func sum(id string) string  { return strings.Repeat(id, 64) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCollectLeavesADirectoryWithoutAState makes one whose supervisor died before it wrote anything.
func TestCollectLeavesADirectoryWithoutAState(t *testing.T) {
	base, jobs, payloads := open(t, host.Host{ID: "here", BootID: "boot"})
	path := filepath.Join(base.Path(), "jobs", name("1"))
	d, lock, err := jobs.Claim(name("1"))
	must(t, err)
	must(t, lock.Close())
	d.Close()
	must(t, os.Mkdir(filepath.Join(base.Path(), "jobs", ".gone-"+name("2")+"-1"), 0o700))
	if got := Run(base, jobs, payloads, "", time.Now()); got.Jobs != 0 {
		t.Errorf("a new one: got %v, want none removed", got)
	}
	old := time.Now().Add(-keep - time.Hour)
	must(t, os.Chtimes(path, old, old))
	if got := Run(base, jobs, payloads, "", time.Now()); got.Jobs != 1 {
		t.Errorf("an old one: got %v, want one removed", got)
	}
	if left, err := os.ReadDir(filepath.Join(base.Path(), "jobs")); err != nil || len(left) != 0 {
		t.Errorf("got %v, %v, want nothing", left, err)
	}
}
