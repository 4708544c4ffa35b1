package dir

import (
	"errors"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"testing"
)

// TestLinksAreNeverFollowed tries every way in with links that lead out of the directory and such that stay in it.
func TestLinksAreNeverFollowed(t *testing.T) {
	base, path := open(t)
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.MkdirAll(filepath.Join(outside, "deep"), 0o700))
	must(t, os.WriteFile(filepath.Join(outside, "file"), []byte("precious"), 0o600))
	must(t, os.Mkdir(filepath.Join(path, "inside"), 0o700))
	must(t, os.WriteFile(filepath.Join(path, "inside", "file"), []byte("inside"), 0o600))
	for name, target := range map[string]string{"out": outside, "in": "inside", "file": "inside/file", "nothing": "nowhere"} {
		must(t, os.Symlink(target, filepath.Join(path, name)))
	}
	for _, name := range []string{"out", "in", "file", "nothing"} {
		if sub, err := base.Sub(name); err == nil {
			t.Errorf("Sub(%q): got %v, want an error", name, sub.Path())
		}
		if sub, err := base.Ensure(name); err == nil {
			t.Errorf("Ensure(%q): got %v, want an error", name, sub.Path())
		}
		if _, err := base.Open(name); !errors.Is(err, syscall.ELOOP) {
			t.Errorf("Open(%q): got %v, want %v", name, err, syscall.ELOOP)
		}
		if _, err := base.Create(name); !errors.Is(err, syscall.EEXIST) {
			t.Errorf("Create(%q): got %v, want %v", name, err, syscall.EEXIST)
		}
		if entry, err := base.Stat(name); err != nil || entry.IsDir || entry.IsFile {
			t.Errorf("Stat(%q): got %v, %v, want neither a file nor a directory", name, entry, err)
		}
		if err := base.Touch(name); err == nil {
			t.Errorf("Touch(%q): got no error", name)
		}
		if got := base.Size(name); got != 0 {
			t.Errorf("Size(%q): got %d, want 0", name, got)
		}
	}
	if got := base.Size("inside"); got != int64(len("inside")) {
		t.Errorf("Size: got %d, want %d", got, len("inside"))
	}
	must(t, os.Symlink(outside, filepath.Join(path, "inside", "out")))
	must(t, os.Symlink("../..", filepath.Join(path, "inside", "up")))
	for _, name := range []string{"out", "in", "file", "nothing", "inside"} {
		must(t, base.RemoveAll(name))
	}
	if names, err := base.Names(); err != nil || len(names) != 0 {
		t.Errorf("got %v, %v, want that all is gone", names, err)
	}
	if text, err := os.ReadFile(filepath.Join(outside, "file")); err != nil || string(text) != "precious" {
		t.Errorf("got %q, %v: what a link leads to was touched", text, err)
	}
}

func TestNamesAreSingleComponents(t *testing.T) {
	base, _ := open(t)
	for _, name := range []string{"", ".", "..", "a/b", "/etc", "a\x00"} {
		_, opened := base.Open(name)
		_, made := base.Make(name, 0o700)
		_, looked := base.Stat(name)
		for what, err := range map[string]error{
			"Open": opened, "Make": made, "Stat": looked, "Remove": base.Remove(name), "RemoveAll": base.RemoveAll(name),
			"RemoveEmpty": base.RemoveEmpty(name), "Rename": base.Rename(name, "x"),
		} {
			if !errors.Is(err, syscall.EINVAL) {
				t.Errorf("%s(%q): got %v, want %v", what, name, err, syscall.EINVAL)
			}
		}
	}
}

func TestRemoveTellsFilesFromDirectories(t *testing.T) {
	base, path := open(t)
	must(t, os.MkdirAll(filepath.Join(path, "full", "empty"), 0o700))
	must(t, os.WriteFile(filepath.Join(path, "file"), nil, 0o600))
	must(t, os.Mkdir(filepath.Join(path, "locked"), 0o700))
	must(t, os.WriteFile(filepath.Join(path, "locked", "file"), nil, 0o400))
	must(t, os.Chmod(filepath.Join(path, "locked"), 0))
	for what, err := range map[string]error{
		"Remove of a directory": base.Remove("full"), "RemoveEmpty of a file": base.RemoveEmpty("file"),
		"RemoveEmpty of a full directory": base.RemoveEmpty("full"), "Remove of nothing": base.Remove("nothing"),
	} {
		if err == nil {
			t.Errorf("%s: got no error", what)
		}
	}
	must(t, base.Remove("file"))
	must(t, base.RemoveAll("locked"))
	must(t, base.RemoveAll("full"))
	must(t, base.RemoveAll("nothing"))
	if names, err := base.Names(); err != nil || len(names) != 0 {
		t.Errorf("got %v, %v, want nothing", names, err)
	}
}

func TestOpenBaseRefuses(t *testing.T) {
	folder := t.TempDir()
	must(t, os.Mkdir(filepath.Join(folder, "real"), 0o700))
	must(t, os.Symlink("real", filepath.Join(folder, "link")))
	must(t, os.Mkdir(filepath.Join(folder, "open"), 0o755))
	must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	for _, path := range []string{"real", filepath.Join(folder, "link"), filepath.Join(folder, "open"), filepath.Join(folder, "file")} {
		if base, err := OpenBase(path); err == nil {
			t.Errorf("%s: got %v, want an error", path, base.Path())
		}
	}
	base, err := OpenBase(filepath.Join(folder, "new", "base"))
	must(t, err)
	base.Close()
	base.Close()
}

func TestFilesAreReplacedWhole(t *testing.T) {
	base, path := open(t)
	must(t, base.Replace("state", []byte("one")))
	must(t, base.ReplaceSafely("state", []byte("two")))
	text, err := base.Read("state", 3)
	if err != nil || string(text) != "two" {
		t.Errorf("got %q, %v, want two", text, err)
	}
	if _, err := base.Read("state", 2); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("got %v, want %v", err, syscall.EFBIG)
	}
	found, err := os.ReadDir(path)
	must(t, err)
	names := []string{}
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	sort.Strings(names)
	if got := strings.Join(names, " "); got != "state" {
		t.Errorf("got %q, want the file alone", got)
	}
}

func open(t *testing.T) (*Dir, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "base")
	base, err := OpenBase(path)
	must(t, err)
	t.Cleanup(base.Close)
	return base, path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAFileIsReadWhileItIsReplaced reads what another process writes again and again: one of the two, never an error.
func TestAFileIsReadWhileItIsReplaced(t *testing.T) {
	base, _ := open(t)
	must(t, base.Replace("state", []byte("before")))
	done := make(chan error, 1)
	go func() {
		for range 500 {
			if err := base.Replace("state", []byte("after!")); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		text, err := base.Read("state", 6)
		if got := string(text); err != nil || (got != "before" && got != "after!") {
			t.Fatalf("got %q, %v, want what was written", got, err)
		}
		select {
		case err := <-done:
			must(t, err)
			return
		default:
		}
	}
}
