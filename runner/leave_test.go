package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestLeavingWhileStarting ends sessions in the middle of a start. Afterwards the job is there with a state, or not at
// all, and it never runs twice.
func TestLeavingWhileStarting(t *testing.T) {
	t.Parallel()
	base := newBase(t)
	counter := filepath.Join(t.TempDir(), "counter")
	payload := connect(t, base).script("echo $CRONIUM_JOB >> '" + counter + "'")
	jobs := map[string]bool{}
	for i := range 24 {
		c := connect(t, base)
		job := newID()
		jobs[job] = true
		c.start(job, payload, 0, nil)
		time.Sleep(time.Duration(i) * 400 * time.Microsecond)
		if i%2 == 0 {
			check(t, c.command.Process.Signal(syscall.SIGHUP))
		}
		c.leave()
		_, missing := os.Stat(filepath.Join(base, "jobs", job))
		_, err := os.Stat(filepath.Join(base, "jobs", job, "state"))
		if missing == nil && err != nil {
			t.Errorf("try %d: the job is there without a state: %v", i, err)
		}
	}
	c := connect(t, base)
	for job := range jobs {
		stream := newStream()
		c.start(job, payload, stream, nil)
		if got := read(t, job, c.drain(stream)).exit["code"]; got != 0.0 {
			t.Errorf("job %s: got %v, want 0", job, got)
		}
	}
	text, err := os.ReadFile(counter)
	check(t, err)
	if got, want := len(text), len(jobs)*33; got != want {
		t.Errorf("got %d bytes, want one execution of each job: %d", got, want)
	}
}
