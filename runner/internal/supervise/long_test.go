package supervise

import (
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/message"
)

const days = 24 * time.Hour

// attended follows a script that ends after so long, in time that flies.
func attended(t *testing.T, lasts time.Duration, limit time.Duration) (exit *job.Exit, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &supervisor{
			start:   message.Start{TimeoutMs: limit.Milliseconds(), GraceMs: 5_000, StopAfterMs: message.Continue},
			control: &control{cancelled: make(chan struct{}), abandoned: make(chan struct{})},
		}
		// Nobody has this number: what is sent to it reaches nobody.
		running := &script{pid: 1 << 30, stdout: closedPipe(t), stderr: closedPipe(t), ended: make(chan syscall.WaitStatus, 1), gone: make(chan struct{})}
		go func() {
			time.Sleep(lasts)
			// An exit with the code 3.
			running.ended <- syscall.WaitStatus(3 << 8)
			close(running.gone)
		}()
		begun := time.Now()
		exit = s.attend(running)
		took = time.Since(begun)
		synctest.Wait()
	})
	return exit, took
}

// closedPipe is the output of a script that prints nothing.
func closedPipe(t *testing.T) *os.File {
	t.Helper()
	reading, writing, err := openPipe("output")
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Close(writing)
	return reading
}

func TestAScriptOfThirtyDays(t *testing.T) {
	exit, took := attended(t, 30*days, 31*days)
	if exit.Reason != job.Exited || exit.Code != 3 || took != 30*days {
		t.Errorf("got %+v after %v, want its own end after 30 days", exit, took)
	}
}

func TestALimitOfThirtyDays(t *testing.T) {
	exit, took := attended(t, 30*days+2*time.Second, 30*days)
	if exit.Reason != job.TimedOut || exit.Code != 3 || took != 30*days+2*time.Second {
		t.Errorf("got %+v after %v, want its limit after 30 days, and then its end", exit, took)
	}
}
