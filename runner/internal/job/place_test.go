package job

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
)

func newStore(t *testing.T) (*Store, string) {
	t.Helper()
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(base.Close)
	store, err := OpenStore(base, host.Host{ID: "here", BootID: "boot"})
	if err != nil {
		t.Fatal(err)
	}
	return store, filepath.Join(base.Path(), "jobs")
}

func TestOnePlaceOfManyGetsTheName(t *testing.T) {
	store, path := newStore(t)
	id := strings.Repeat("a", 32)
	var all sync.WaitGroup
	var claimed atomic.Int32
	for range 20 {
		all.Go(func() {
			place, err := store.Prepare()
			if err != nil {
				t.Error(err)
				return
			}
			d, err := place.Claim(id)
			switch {
			case err == nil:
				claimed.Add(1)
				if d.Path() != filepath.Join(path, id) {
					t.Errorf("got %q", d.Path())
				}
			case !errors.Is(err, ErrKnown):
				t.Error(err)
			}
			place.Discard()
		})
	}
	all.Wait()
	entries, err := os.ReadDir(path)
	if claimed.Load() != 1 || err != nil || len(entries) != 1 || entries[0].Name() != id {
		t.Errorf("claimed %d times, got %v, %v", claimed.Load(), entries, err)
	}
}

func TestAPlaceWhoseMakerIsGoneIsSweptWhenItIsOld(t *testing.T) {
	store, path := newStore(t)
	held, err := store.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Discard()
	hours, minute := time.Now().Add(-2*time.Hour), time.Now().Add(-time.Minute)
	ages := map[string]time.Time{
		".next-elsewhere-1-old": hours, ".next-elsewhere-1-young": minute,
		".next-here-1-old": minute, ".next-here-1-young": time.Now(),
		filepath.Base(held.Dir.Path()): hours,
	}
	for name, at := range ages {
		place := filepath.Join(path, name)
		if err := os.MkdirAll(filepath.Join(place, "work"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(place, at, at); err != nil {
			t.Fatal(err)
		}
	}
	got := store.Gone()
	slices.Sort(got)
	if !slices.Equal(got, []string{".next-elsewhere-1-old", ".next-here-1-old"}) {
		t.Errorf("got %v", got)
	}
	store.Sweep()
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 3 {
		t.Errorf("got %v, %v", entries, err)
	}
}

func TestAbandonTakesOnlyWhatNobodyHoldsAndNobodyBegan(t *testing.T) {
	store, _ := newStore(t)
	id := strings.Repeat("a", 32)
	d, lock, err := store.Claim(id)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	store.Abandon(id)
	if _, err := store.Open(id); err != nil {
		t.Errorf("it was held: %v", err)
	}
	_ = lock.Close()
	if err := (&State{Phase: Running}).Write(d); err != nil {
		t.Fatal(err)
	}
	store.Abandon(id)
	if _, err := store.Open(id); err != nil {
		t.Errorf("it had begun: %v", err)
	}
	if err := d.Remove("state"); err != nil {
		t.Fatal(err)
	}
	store.Abandon(id)
	if _, err := store.Open(id); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}
