//go:build linux && !portable

package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
)

const later = settled + time.Second

// kept is a base directory with a runner and its toolbox, and the runner's path.
func kept(t *testing.T) (base *dir.Dir, runner string) {
	t.Helper()
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(base.Close)
	version := filepath.Join(base.Path(), "bin", strings.Repeat("a", 64))
	if err := os.MkdirAll(filepath.Join(version, "tools"), 0o700); err != nil {
		t.Fatal(err)
	}
	runner = filepath.Join(version, "cronium-runner")
	if err := os.WriteFile(runner, []byte("the runner"), 0o700); err != nil {
		t.Fatal(err)
	}
	return base, runner
}

// look opens the runner as a session does.
func look(t *testing.T, base *dir.Dir, runner string) memory {
	t.Helper()
	file, err := os.Open(runner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return memory{base, runner, file}
}

func TestAHashIsRememberedForTheSameFileOnly(t *testing.T) {
	sum := strings.Repeat("b", 64)
	for name, test := range map[string]struct {
		change func(runner string, was os.FileInfo) error
		want   string
	}{
		"nothing": {func(string, os.FileInfo) error { return nil }, sum},
		"a byte, and the times are set back": {func(runner string, was os.FileInfo) error {
			if err := os.WriteFile(runner, []byte("The runner"), 0o700); err != nil {
				return err
			}
			return os.Chtimes(runner, was.ModTime(), was.ModTime())
		}, ""},
		"another file of its size and time": {func(runner string, was os.FileInfo) error {
			if err := os.WriteFile(runner+"2", []byte("The runner"), 0o700); err != nil {
				return err
			}
			if err := os.Chtimes(runner+"2", was.ModTime(), was.ModTime()); err != nil {
				return err
			}
			return os.Rename(runner+"2", runner)
		}, ""},
		"what is remembered": {func(runner string, _ os.FileInfo) error {
			return os.WriteFile(filepath.Join(filepath.Dir(runner), "tools", hashName), []byte(sum), 0o600)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			base, runner := kept(t)
			look(t, base, runner).keep(sum, time.Now().Add(later))
			was, err := os.Stat(runner)
			if err == nil {
				err = test.change(runner, was)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := look(t, base, runner).hash(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAFileThatMayStillChangeIsNotRemembered(t *testing.T) {
	base, runner := kept(t)
	found := look(t, base, runner)
	found.keep(strings.Repeat("b", 64), time.Now())
	if got := found.hash(); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestAToolboxIsFoundBesideARunnerOfOursOnly(t *testing.T) {
	base, runner := kept(t)
	for _, path := range []string{"/usr/bin/cronium-runner", base.Path() + "/bin/x/cronium-runner", strings.Replace(runner, "aaa", "bbb", 1)} {
		if tools := (memory{base: base, path: path}).tools(); tools != nil {
			t.Errorf("%s: found one", path)
		}
	}
}
