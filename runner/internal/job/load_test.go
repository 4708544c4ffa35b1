package job

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
)

var id = strings.Repeat("1", 32)

// claimed is a store with one job, whose lock is held.
func claimed(t *testing.T) (store *Store, path string, d *dir.Dir, lock *os.File) {
	t.Helper()
	return claimedOn(t, host.Host{ID: "here", BootID: "boot"})
}

func claimedOn(t *testing.T, here host.Host) (store *Store, path string, d *dir.Dir, lock *os.File) {
	t.Helper()
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	must(t, err)
	store, err = OpenStore(base, here)
	must(t, err)
	d, lock, err = store.Claim(id)
	must(t, err)
	return store, filepath.Join(base.Path(), "jobs", id), d, lock
}

func TestLoadJudges(t *testing.T) {
	running := State{Job: id, Phase: Running, Host: "here", BootID: "boot", StartedAt: 1}
	before := running
	before.BootID = "before"
	write := func(state State) func(*testing.T, string, *dir.Dir, *os.File) {
		return func(t *testing.T, _ string, d *dir.Dir, _ *os.File) { must(t, state.Write(d)) }
	}
	for name, test := range map[string]struct {
		prepare func(t *testing.T, path string, d *dir.Dir, lock *os.File)
		isFree  bool
		phase   Phase
		reason  string
	}{
		"lives":                     {write(running), false, Running, ""},
		"lives, of another boot id": {write(before), false, Running, ""},
		"died":                      {write(running), true, Lost, "runner ended unexpectedly"},
		"rebooted":                  {write(before), true, Lost, "server rebooted"},
		"broken state": {func(t *testing.T, path string, _ *dir.Dir, _ *os.File) {
			must(t, os.WriteFile(filepath.Join(path, "state"), []byte("\x00\x00"), 0o600))
		}, true, Lost, "runner ended unexpectedly"},
		"nothing": {func(*testing.T, string, *dir.Dir, *os.File) {}, true, Lost, "runner ended unexpectedly"},
		// A link is never followed, so whether the lock is held cannot be found out.
		"no verdict": {func(t *testing.T, path string, d *dir.Dir, _ *os.File) {
			must(t, running.Write(d))
			must(t, os.Rename(filepath.Join(path, "lock"), filepath.Join(path, "elsewhere")))
			must(t, os.Symlink("elsewhere", filepath.Join(path, "lock")))
		}, true, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, path, d, lock := claimed(t)
			test.prepare(t, path, d, lock)
			if test.isFree {
				must(t, lock.Close())
			}
			got, err := store.Load(id)
			if test.phase == "" {
				if !errors.Is(err, syscall.ELOOP) {
					t.Errorf("got %v, %v, want an error", got, err)
				}
				return
			}
			must(t, err)
			if got.Phase != test.phase || got.Reason != test.reason {
				t.Errorf("got %v %q, want %v %q", got.Phase, got.Reason, test.phase, test.reason)
			}
			_ = lock.Close()
		})
	}
}

// TestLoadJudgesBoots has boots that nobody can name, as where there is no /proc: they are neither the same nor others.
func TestLoadJudgesBoots(t *testing.T) {
	const unclear = "runner ended unexpectedly, or server rebooted"
	for _, test := range []struct{ then, now, reason string }{
		{"boot", "boot", "runner ended unexpectedly"}, {"boot", "other", "server rebooted"},
		{"boot", "", unclear}, {"", "boot", unclear}, {"", "", unclear},
	} {
		store, _, d, lock := claimedOn(t, host.Host{ID: "here", BootID: test.now})
		must(t, (&State{Job: id, Phase: Running, Host: "here", BootID: test.then, StartedAt: 1}).Write(d))
		must(t, lock.Close())
		got, err := store.Load(id)
		must(t, err)
		if got.Phase != Lost || got.Reason != test.reason {
			t.Errorf("%q, then %q: got %v %q, want %q", test.then, test.now, got.Phase, got.Reason, test.reason)
		}
	}
}

// TestLoadSeesThatADirectoryIsAnother removes a job that is waited for and makes it again.
func TestLoadSeesThatADirectoryIsAnother(t *testing.T) {
	store, _, _, lock := claimed(t)
	loaded := make(chan *State)
	go func() {
		state, _ := store.Load(id)
		loaded <- state
	}()
	must(t, store.Remove(id))
	must(t, lock.Close())
	must(t, store.Bury(id, ""))
	if state := <-loaded; state != nil && state.Phase != Ended {
		t.Errorf("got %v, want the new job or none", state)
	}
}

func TestRemoveGoesAtOnceAndWhole(t *testing.T) {
	store, path, d, _ := claimed(t)
	must(t, os.MkdirAll(filepath.Join(path, "work", "deep"), 0o700))
	must(t, os.WriteFile(filepath.Join(path, "work", "deep", "file"), nil, 0o600))
	must(t, os.Chmod(filepath.Join(path, "work", "deep"), 0))
	left := filepath.Join(filepath.Dir(path), gonePrefix+id+"-1-x")
	must(t, os.MkdirAll(filepath.Join(left, "work"), 0o700))
	must(t, store.Remove(id))
	must(t, store.Remove(id))
	if _, err := d.Stat("lock"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v, want that all is gone", err)
	}
	if ids, err := store.IDs(); err != nil || len(ids) != 0 {
		t.Errorf("got %v, %v, want no jobs", ids, err)
	}
	store.Sweep()
	if rest, err := os.ReadDir(filepath.Dir(path)); err != nil || len(rest) != 0 {
		t.Errorf("got %v, %v, want nothing", rest, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
