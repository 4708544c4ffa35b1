package supervise

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
)

// While a supervisor waits for its job somebody may clean the server.
func TestToolsThatWereRemovedAreMadeAgain(t *testing.T) {
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	jobs, err := job.OpenStore(base, host.Read())
	if err != nil {
		t.Fatal(err)
	}
	place, err := jobs.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	defer place.Discard()
	prepared := prepareTools(base, strings.Repeat("a", 64), place)
	first := <-prepared.first
	prepared.first <- first
	if err := os.RemoveAll(prepared.path); first != nil || err != nil {
		t.Fatal(first, err)
	}
	if err := prepared.await(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(prepared.path + "/bin/cronium"); err != nil {
		t.Error(err)
	}
}
