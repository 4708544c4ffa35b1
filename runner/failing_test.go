package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// atOnce bounds how many runners with a fault are under way.
const atOnce = 4

// TestEveryFailingUseOfAFile makes the first, the second, … use of a file fail, in the supervisor and in the session, until
// there are no more; as SQLite does it. Whatever fails: the script runs at most once, and what is told of it is true.
func TestEveryFailingUseOfAFile(t *testing.T) {
	t.Parallel()
	if os.Getenv("CRONIUM_FAULT_SWEEP") == "" {
		t.Skip("takes a minute; the bench of faults runs it as F52")
	}
	failing := filepath.Join(t.TempDir(), "cronium-runner")
	check(t, buildTagged(".", failing, strings.TrimPrefix(tags+",faults", ",")))
	for _, role := range []string{"supervise", "serve"} {
		var all sync.WaitGroup
		slots := make(chan struct{}, atOnce)
		over := make(chan struct{})
		var once sync.Once
		n := 1
		for isOver := false; !isOver; n++ {
			select {
			case <-over:
				isOver = true
				continue
			case slots <- struct{}{}:
			}
			all.Go(func() {
				defer func() { <-slots }()
				if fired := failOnce(t, failing, role, n); !fired {
					once.Do(func() { close(over) })
				}
			})
		}
		all.Wait()
		t.Logf("%s: %d uses of files", role, n-1)
		if n < 10 {
			t.Errorf("%s: only %d uses of files could fail", role, n)
		}
	}
}

// failOnce runs a script once while one use of a file fails, and says whether one did.
func failOnce(t *testing.T, failing, role string, n int) bool {
	base, scratch := newBase(t), t.TempDir()
	counter, fired := filepath.Join(scratch, "counter"), filepath.Join(scratch, "fired")
	payload := connect(t, base).script("echo x >> '" + counter + "'; echo one; echo two; exit 3")
	errno := []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT}[n%3]
	c := connectWith(t, failing, base, "CRONIUM_FAULT="+role+":"+strconv.Itoa(n)+":"+strconv.Itoa(int(errno)), "CRONIUM_FAULT_FIRED="+fired)
	job := newID()
	if c != nil {
		c.start(job, payload, 1, nil)
		c.untilOver(1)
		c.leave()
	}
	operation, err := os.ReadFile(fired)
	what := fmt.Sprintf("%s, use %d of a file (%s) fails with %v", role, n, operation, errno)
	// Whoever asks for the very job again learns the truth, and if it never began, it runs now.
	again := connect(t, base)
	again.start(job, payload, 2, nil)
	told := again.await("started")["state"].(fields)
	got := read(t, job, again.drain(2))
	text, _ := os.ReadFile(counter)
	executions := strings.Count(string(text), "x")
	dropped := 0
	for _, gap := range got.gaps {
		dropped += int(gap["lines"].(float64))
	}
	switch {
	case executions > 1:
		t.Errorf("%s: the script ran %d times", what, executions)
	case got.exit == nil:
		if told["phase"] != "lost" {
			t.Errorf("%s: no EXIT, and the state was %v", what, told)
		}
	case got.exit["reason"] == "exited" && (executions != 1 || got.exit["code"] != 3.0 || strings.Count(got.out, "\n")+dropped != 2):
		t.Errorf("%s: got %v, %q, %v after %d executions", what, got.exit, got.out, got.gaps, executions)
	case got.exit["reason"] == "broken" && executions != 0:
		t.Errorf("%s: told as never started, and ran", what)
	}
	return err == nil
}

// untilOver reads until a stream or the session ends or something is refused.
func (c *client) untilOver(stream uint32) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && !c.ended[stream]; {
		found, err := c.receive()
		if errors.Is(err, io.EOF) || err != nil {
			return
		}
		if strings.Contains(string(found.Body), `"type":"refused"`) || strings.Contains(string(found.Body), `"type":"bye"`) {
			return
		}
	}
}
