package toolbox

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cronium.dev/runner/helpers"
	"cronium.dev/runner/internal/dir"
)

const executable = "/somewhere/cronium-runner"

var version = strings.Repeat("a", 64)

func newBase(t testing.TB) *dir.Dir {
	t.Helper()
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(base.Close)
	return base
}

func install(t testing.TB, base *dir.Dir) { installFor(t, base, "job") }

func installFor(t testing.TB, base *dir.Dir, job string) {
	t.Helper()
	if err := Install(base, version, executable, job); err != nil {
		t.Error(err)
	}
}

// check demands that all is there, and nothing else beside it.
func check(t *testing.T, base *dir.Dir) {
	t.Helper()
	tools := Path(base.Path(), version)
	for _, name := range Names() {
		if to, err := os.Readlink(filepath.Join(tools, "bin", name)); err != nil || to != executable {
			t.Errorf("%s: got %q, %v", name, to, err)
		}
	}
	for place, files := range map[string][]helpers.File{"lib/python": helpers.Python(), "node_modules/cronium": helpers.Node()} {
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(tools, place, file.Name))
			if err != nil || string(text) != file.Text || file.Text == "" {
				t.Errorf("%s: got %d bytes, %v", file.Name, len(text), err)
			}
		}
	}
	entries, err := os.ReadDir(filepath.Dir(tools))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v beside the toolbox", entries, err)
	}
}

func TestInstallMakesItOnce(t *testing.T) {
	base := newBase(t)
	install(t, base)
	check(t, base)
	before, err := os.Stat(Path(base.Path(), version))
	if err != nil {
		t.Fatal(err)
	}
	install(t, base)
	if after, err := os.Stat(Path(base.Path(), version)); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was made again: %v", err)
	}
}

func TestInstallReplacesWhatIsNotWhole(t *testing.T) {
	base := newBase(t)
	tools := Path(base.Path(), version)
	for name, damage := range map[string]func() error{
		"a command is gone": func() error { return os.Remove(filepath.Join(tools, "bin", "cronium.input")) },
		"a command leads elsewhere": func() error {
			link := filepath.Join(tools, "bin", "cronium")
			_ = os.Remove(link)
			return os.Symlink("/bin/true", link)
		},
		"a module is torn":  func() error { return os.Truncate(filepath.Join(tools, "node_modules", "cronium", "index.js"), 10) },
		"a folder is gone":  func() error { return os.RemoveAll(filepath.Join(tools, "lib")) },
		"all of it is gone": func() error { return os.RemoveAll(tools) },
	} {
		install(t, base)
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		install(t, base)
		t.Log(name)
		check(t, base)
	}
}

func TestInstallByManyAtOnce(t *testing.T) {
	base := newBase(t)
	var all sync.WaitGroup
	for job := range 8 {
		all.Go(func() { installFor(t, base, strconv.Itoa(job)) })
	}
	all.Wait()
	check(t, base)
}

func TestLinkModules(t *testing.T) {
	base := newBase(t)
	install(t, base)
	job, err := base.Make("job", 0o700)
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	if err := LinkModules(job, Path(base.Path(), version)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(job.Path(), "node_modules", "cronium", "index.mjs")); err != nil {
		t.Error(err)
	}
}

func TestWhoNeedsModules(t *testing.T) {
	for name, want := range map[string]bool{"a.mjs": true, "lib/b.ts": true, "c.sh": false, "js": false, "d.json": false} {
		if got := NeedsModules(name); got != want {
			t.Errorf("%s: got %v", name, got)
		}
	}
	for line, want := range map[string]bool{
		"/usr/bin/env node": true, "/opt/node/bin/node": true, "/usr/bin/env -S deno run": true, "/bin/bash": false, "": false,
	} {
		if got := IsForNode(line); got != want {
			t.Errorf("%q: got %v", line, got)
		}
	}
}

func TestEnvironmentPutsOursInFront(t *testing.T) {
	got := Environment([]string{"PATH=/bin", "PYTHONPATH=/lib", "A=1"}, "/job", "/tools")
	for _, want := range []string{
		"PATH=/tools/bin:/bin", "PYTHONPATH=/tools/lib/python:/lib", "NODE_PATH=/tools/node_modules", "A=1",
		"CRONIUM_CTL=/job", "CRONIUM_TOOLS=/tools",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not in %v", want, got)
		}
	}
	got = Environment(nil, "/job", "/tools")
	if !slices.Contains(got, "PYTHONPATH=/tools/lib/python") || !strings.Contains(strings.Join(got, " "), "PATH=/tools/bin:/usr") {
		t.Errorf("got %v", got)
	}
}

// BenchmarkInstall is what a job's start pays for its helpers.
func BenchmarkInstall(b *testing.B) {
	base := newBase(b)
	for b.Loop() {
		install(b, base)
	}
}
