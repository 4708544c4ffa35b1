package toolbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cronium.dev/runner/helpers"
	"cronium.dev/runner/internal/dir"
)

func newJob(t testing.TB) *dir.Dir {
	t.Helper()
	job, err := dir.OpenBase(filepath.Join(t.TempDir(), "job"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(job.Close)
	return job
}

func TestInstall(t *testing.T) {
	job := newJob(t)
	if err := Install(job, "/somewhere/cronium-runner"); err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if to, err := os.Readlink(filepath.Join(job.Path(), "bin", name)); err != nil || to != "/somewhere/cronium-runner" {
			t.Errorf("%s: got %q, %v", name, to, err)
		}
	}
	for place, files := range map[string][]helpers.File{"lib/python": helpers.Python(), "node_modules/cronium": helpers.Node()} {
		for _, file := range files {
			text, err := os.ReadFile(filepath.Join(job.Path(), place, file.Name))
			if err != nil || string(text) != file.Text || file.Text == "" {
				t.Errorf("%s: got %d bytes, %v", file.Name, len(text), err)
			}
		}
	}
}

func TestEnvironmentPutsOursInFront(t *testing.T) {
	got := Environment([]string{"PATH=/bin", "PYTHONPATH=/lib", "A=1"}, "/job")
	for _, want := range []string{"PATH=/job/bin:/bin", "PYTHONPATH=/job/lib/python:/lib", "A=1", "CRONIUM_CTL=/job"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not in %v", want, got)
		}
	}
	got = Environment(nil, "/job")
	if !slices.Contains(got, "PYTHONPATH=/job/lib/python") || !strings.Contains(strings.Join(got, " "), "PATH=/job/bin:/usr") {
		t.Errorf("got %v", got)
	}
}

// BenchmarkInstall is what a job's start pays for its helpers.
func BenchmarkInstall(b *testing.B) {
	job := newJob(b)
	names := []string{commands, library, modules}
	for b.Loop() {
		if err := Install(job, "/somewhere/cronium-runner"); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		for _, name := range names {
			if err := job.RemoveAll(name); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
}
