package inventory

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/payload"
)

// TestCleanKeepsWhatIsInUse has one of everything, and jobs in all states.
func TestCleanKeepsWhatIsInUse(t *testing.T) {
	base, path := open(t)
	now := time.Now()
	ago := func(minutes int) int64 { return now.Add(-time.Duration(minutes) * time.Minute).UnixMicro() }
	states := map[string]struct {
		state        job.State
		acknowledged int64
		isHeld       bool
		isInUse      bool
	}{
		"1": {job.State{Phase: job.Running, Host: "here", BootID: "boot", StartedAt: ago(90), Payload: sum("1"), Runner: sum("1")}, 0, true, true},
		// Its supervisor is dead.
		"2": {job.State{Phase: job.Running, Host: "here", BootID: "boot", StartedAt: ago(90), Payload: sum("2"), Runner: sum("2")}, 0, false, false},
		// Nobody here can tell whether it lives.
		"3": {job.State{Phase: job.Running, Host: "there", StartedAt: ago(9000), Payload: sum("3"), Runner: sum("3")}, 0, false, true},
		"4": {job.State{Phase: job.Ended, Host: "there", StartedAt: ago(90), EndedAt: ago(80), End: 5, Payload: sum("4")}, 0, false, false},
		"5": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(3), EndedAt: ago(1), End: 5}, 5, false, false},
		// Its client may still ask for its log, or send its start once more.
		"6": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(3), EndedAt: ago(1), End: 5, Payload: sum("4")}, 4, false, true},
		"7": {job.State{Phase: job.Ended, Host: "here", StartedAt: ago(30), EndedAt: ago(20), End: 5}, 4, false, false},
		// Tombstones: the start may be on its way.
		"8": {job.State{Phase: job.Ended, Host: "here", EndedAt: ago(1)}, 0, false, true},
		"9": {job.State{Phase: job.Ended, Host: "here", EndedAt: ago(20)}, 0, false, false},
	}
	for id, test := range states {
		d, lock, err := base.Jobs.Claim(name(id))
		must(t, err)
		must(t, test.state.Write(d))
		d.Close()
		if !test.isHeld {
			must(t, lock.Close())
		} else {
			defer lock.Close()
		}
		must(t, base.Jobs.Acknowledge(name(id), test.acknowledged))
	}
	old := now.Add(-2 * time.Hour)
	for _, id := range []string{"1", "2", "3", "4"} {
		put(t, path, "payloads/"+sum(id)+".tar.gz", old)
		put(t, path, "bin/"+sum(id)+"/cronium-runner", old)
	}
	put(t, path, "payloads/.put-1-old", old)
	put(t, path, "payloads/.put-1-new", now)
	put(t, path, "bin/"+sum("4")+"/.up-1-old", old)
	put(t, path, "bin/"+sum("5")+"/.up-1-new", now)
	for _, id := range []string{"1", "2", "4", "7"} {
		put(t, path, "bin/"+sum(id)+"/tools/lib/python/cronium.py", old)
	}
	put(t, path, "bin/"+sum("4")+"/.tools-old/lib/file", old)
	must(t, os.Chtimes(filepath.Join(path, "bin", sum("4"), ".tools-old"), old, old))
	put(t, path, "bin/"+sum("5")+"/.tools-new/lib/file", now)
	put(t, path, "jobs/.gone-x/work/file", old)
	put(t, path, ".probe-1-old", old)
	put(t, path, ".probe-1-new", now)
	foreign := []string{
		"notes.txt", "bin/tool", "bin/" + sum("2") + "/mine", "bin/short/cronium-runner", "payloads/notes.tar.gz", "jobs/notes",
		"other/file",
	}
	for _, each := range foreign {
		put(t, path, each, old)
	}
	must(t, os.MkdirAll(filepath.Join(path, "payloads", sum("9")+".tar.gz"), 0o700))
	must(t, os.Symlink(filepath.Join(path, "other"), filepath.Join(path, "bin", sum("6"))))
	must(t, os.Symlink("../notes.txt", filepath.Join(path, "payloads", sum("8")+".tar.gz")))

	items, err := base.List(now)
	must(t, err)
	wantKept := []string{
		"job " + name("1"), "job " + name("3"), "job " + name("6"), "job " + name("8"),
		"payload " + sum("1"), "payload " + sum("3"), "runner " + sum("1"), "runner " + sum("3"),
		"other payloads/.put-1-new", "other bin/" + sum("5") + "/.up-1-new", "other .probe-1-new",
		"other bin/" + sum("5") + "/.tools-new",
	}
	wantRemoved := []string{
		"job " + name("2"), "job " + name("4"), "job " + name("5"), "job " + name("7"), "job " + name("9"),
		"payload " + sum("2"), "payload " + sum("4"), "runner " + sum("2"), "runner " + sum("4"),
		"other payloads/.put-1-old", "other bin/" + sum("4") + "/.up-1-old", "other jobs/.gone-x", "other .probe-1-old",
		"other bin/" + sum("4") + "/.tools-old", "other bin/" + sum("7") + "/tools",
	}
	used, free := split(items)
	same(t, "in use", used, wantKept)
	same(t, "free", free, wantRemoved)

	removed, kept, err := base.Clean()
	must(t, err)
	same(t, "removed", names(removed), wantRemoved)
	same(t, "kept", names(kept), wantKept)
	for _, each := range foreign {
		if _, err := os.Stat(filepath.Join(path, each)); err != nil {
			t.Errorf("%s is not ours and is gone: %v", each, err)
		}
	}
	items, err = base.List(time.Now())
	must(t, err)
	same(t, "left", names(items), wantKept)
	if _, err := os.Stat(filepath.Join(path, "bin", sum("4"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v: the directory of a version that is gone is still there", err)
	}
}

func TestItemsTellTheirSizes(t *testing.T) {
	base, path := open(t)
	job := "jobs/" + name("1")
	put(t, path, job+"/state", time.Now())
	put(t, path, job+"/work/deep/file", time.Now())
	put(t, path, job+"/spool/0000000000000000", time.Now())
	must(t, os.Symlink("/etc", filepath.Join(path, job, "work", "etc")))
	put(t, path, "bin/"+sum("1")+"/cronium-runner", time.Now())
	put(t, path, "bin/"+sum("1")+"/tools/lib/python/cronium.py", time.Now())
	put(t, path, "payloads/"+sum("2")+".tar.gz", time.Now().Add(-time.Minute))
	items, err := base.List(time.Now())
	must(t, err)
	got := map[string]int64{}
	for _, item := range items {
		got[string(item.Kind)] = item.Bytes
	}
	if want := map[string]int64{"job": 12, "runner": 8, "payload": 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestCleanWaitsForAStart has a payload that somebody has just looked for: the job that needs it comes a moment later.
func TestCleanWaitsForAStart(t *testing.T) {
	base, path := open(t)
	put(t, path, "payloads/"+sum("1")+".tar.gz", time.Now().Add(-time.Hour))
	if !base.Payloads.Has(sum("1")) {
		t.Fatal("the payload is not there")
	}
	_, lock, err := base.Jobs.Claim(name("1"))
	must(t, err)
	defer lock.Close()
	written := make(chan error, 1)
	go func() {
		d, err := base.Jobs.Open(name("1"))
		if err == nil {
			state := job.State{Phase: job.Running, Host: "here", BootID: "boot", StartedAt: 1, Payload: sum("1")}
			err = state.Write(d)
		}
		written <- err
	}()
	_, kept, err := base.Clean()
	must(t, err)
	must(t, <-written)
	same(t, "kept", names(kept), []string{"job " + name("1"), "payload " + sum("1")})
}

func TestAJobThatCannotBeJudgedKeepsEverything(t *testing.T) {
	base, path := open(t)
	must(t, os.Mkdir(filepath.Join(path, "jobs", name("1")), 0o700))
	must(t, os.Symlink("state", filepath.Join(path, "jobs", name("1"), "state")))
	old := time.Now().Add(-time.Hour)
	put(t, path, "payloads/"+sum("1")+".tar.gz", old)
	put(t, path, "bin/"+sum("1")+"/cronium-runner", old)
	removed, kept, err := base.Clean()
	must(t, err)
	same(t, "removed", names(removed), []string{})
	same(t, "kept", names(kept), []string{"job " + name("1"), "payload " + sum("1"), "runner " + sum("1")})
	if err := base.RemoveRunner(sum("1")); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want %v", err, ErrBusy)
	}
}

func TestRemoveRunner(t *testing.T) {
	base, path := open(t)
	if err := base.RemoveRunner(sum("1")); !errors.Is(err, ErrUnknown) {
		t.Errorf("without a directory: got %v, want %v", err, ErrUnknown)
	}
	for _, id := range []string{"1", "2"} {
		put(t, path, "bin/"+sum(id)+"/cronium-runner", time.Now())
	}
	put(t, path, "bin/"+sum("2")+"/.up-1", time.Now())
	put(t, path, "bin/"+sum("1")+"/tools/lib/python/cronium.py", time.Now())
	d, lock, err := base.Jobs.Claim(name("1"))
	must(t, err)
	state := job.State{Phase: job.Running, Host: "here", BootID: "boot", StartedAt: 1, Runner: sum("1")}
	must(t, state.Write(d))
	d.Close()
	if err := base.RemoveRunner(sum("1")); !errors.Is(err, ErrBusy) {
		t.Errorf("in use: got %v, want %v", err, ErrBusy)
	}
	must(t, lock.Close())
	must(t, base.RemoveRunner(sum("1")))
	must(t, base.RemoveRunner(sum("2")))
	for _, id := range []string{"1", "2"} {
		if err := base.RemoveRunner(sum(id)); !errors.Is(err, ErrUnknown) {
			t.Errorf("once more: got %v, want %v", err, ErrUnknown)
		}
	}
	if _, err := os.Stat(filepath.Join(path, "bin", sum("1"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v: the toolbox of a version that is gone is still there", err)
	}
	if _, err := os.Stat(filepath.Join(path, "bin", sum("2"), ".up-1")); err != nil {
		t.Errorf("an upload that is under way is gone: %v", err)
	}
}

func open(t *testing.T) (Base, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "base")
	opened, err := dir.OpenBase(path)
	must(t, err)
	t.Cleanup(opened.Close)
	jobs, err := job.OpenStore(opened, host.Host{ID: "here", BootID: "boot"})
	must(t, err)
	payloads, err := payload.OpenStore(opened)
	must(t, err)
	return Base{opened, jobs, payloads}, path
}

func put(t *testing.T, base, name string, at time.Time) {
	t.Helper()
	path := filepath.Join(base, name)
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte("1234"), 0o600))
	must(t, os.Chtimes(path, at, at))
}

func split(items []Item) (used, free []string) {
	for _, item := range items {
		if item.IsInUse {
			used = append(used, names([]Item{item})...)
		} else {
			free = append(free, names([]Item{item})...)
		}
	}
	return used, free
}

func names(items []Item) []string {
	all := []string{}
	for _, item := range items {
		all = append(all, string(item.Kind)+" "+item.Name)
	}
	return all
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	sort.Strings(got)
	sort.Strings(want)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\ngot  %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func name(id string) string { return strings.Repeat(id, 32) }
func sum(id string) string  { return strings.Repeat(id, 64) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
