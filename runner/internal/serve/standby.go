package serve

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"cronium.dev/runner/internal/supervise"
)

const (
	// startsTillReady is after how many starts of a session one supervisor is kept ready for the next: who runs twice runs
	// again.
	startsTillReady = 2
	// readyAfter leaves the job that has just been started alone, and those of other servers on the same machine.
	readyAfter = 2 * time.Second
	// readyFor is how long a supervisor waits for a start.
	readyFor = 10 * time.Minute
	// dismissWithin bounds the wait for one that is not needed to be gone, betweenLooks is the pause in it.
	dismissWithin = 2 * time.Second
	betweenLooks  = 2 * time.Millisecond
)

// supervisor is a process that waits for its order. Nobody waits for its end before the order was answered, so until then
// its number is its own.
type supervisor struct {
	pid  int
	give *os.File
	hear *os.File
}

// standby holds at most one supervisor that waits.
type standby struct {
	mu      sync.Mutex
	ready   *supervisor
	starts  int
	timer   *time.Timer
	isFinal bool
}

// take gives the supervisor that waits, if there is one.
func (b *standby) take() *supervisor {
	b.mu.Lock()
	defer b.mu.Unlock()
	ready := b.ready
	b.ready = nil
	return ready
}

// expect makes ready for the next start, in a moment.
func (b *standby) expect(launch func() (*supervisor, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.starts++
	if b.starts < startsTillReady || b.isFinal {
		return
	}
	if b.timer != nil {
		b.timer.Stop()
	}
	b.timer = time.AfterFunc(readyAfter, func() { b.prepare(launch) })
}

func (b *standby) prepare(launch func() (*supervisor, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ready == nil && !b.isFinal {
		// When it cannot be started, the next start says why.
		b.ready, _ = launch()
	}
	b.timer = time.AfterFunc(readyFor, func() { b.dismiss(false) })
}

// dismiss ends the one that waits; with isFinal none comes after it.
func (b *standby) dismiss(isFinal bool) {
	b.mu.Lock()
	b.isFinal = b.isFinal || isFinal
	if b.timer != nil {
		b.timer.Stop()
	}
	ready := b.ready
	b.ready = nil
	b.mu.Unlock()
	if ready != nil {
		ready.dismiss()
	}
}

// launch starts a supervisor, which outlives us once it has an order.
func (s *session) launch() (*supervisor, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	order, give, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer order.Close()
	hear, answer, err := os.Pipe()
	if err != nil {
		_ = give.Close()
		return nil, err
	}
	// Only the supervisor's own end must be open, or its death would not be seen.
	defer answer.Close()
	files := []uintptr{null.Fd(), null.Fd(), null.Fd(), order.Fd(), answer.Fd()}
	arguments := []string{"cronium-runner", "supervise", s.base.Path(), supervise.Nobody, s.self.sha256}
	attributes := &syscall.ProcAttr{Env: os.Environ(), Files: files, Sys: &syscall.SysProcAttr{Setsid: true}}
	pid, _, err := syscall.StartProcess(s.self.path, arguments, attributes)
	if errors.Is(err, syscall.ENOENT) {
		// It was removed, or another version has taken its place; what is being executed is still there.
		pid, _, err = syscall.StartProcess(procSelf, arguments, attributes)
	}
	if errors.Is(err, syscall.ENOENT) {
		err = errors.New("this runner was removed from the server; connect again")
	}
	if err != nil {
		_ = give.Close()
		_ = hear.Close()
		return nil, err
	}
	return &supervisor{pid, give, hear}, nil
}

// order gives the order and returns the supervisor's first word. Unless that is supervise.Started, it is dead and gone.
func (v *supervisor) order(body []byte) (string, error) {
	text, err := v.converse(body)
	_ = v.give.Close()
	_ = v.hear.Close()
	if text == supervise.Started {
		// Ends with the supervisor, or with this process.
		go reap(v.pid)
	} else {
		v.kill()
	}
	return text, err
}

func (v *supervisor) converse(body []byte) (string, error) {
	until := time.Now().Add(answerWithin)
	_ = v.give.SetWriteDeadline(until)
	// Who does not listen may still say why.
	if _, err := v.give.Write(body); err != nil && !errors.Is(err, syscall.EPIPE) {
		return "", err
	}
	_ = v.give.Close()
	_ = v.hear.SetReadDeadline(until)
	text, err := io.ReadAll(io.LimitReader(v.hear, maxAnswer))
	return string(text), err
}

// dismiss ends a supervisor that has no order.
func (v *supervisor) dismiss() {
	_ = v.give.Close()
	_ = v.hear.Close()
	for until := time.Now().Add(dismissWithin); time.Now().Before(until); time.Sleep(betweenLooks) {
		if pid, err := syscall.Wait4(v.pid, nil, syscall.WNOHANG, nil); pid == v.pid || err != nil && err != syscall.EINTR {
			return
		}
	}
	v.kill()
}

func (v *supervisor) kill() {
	_ = syscall.Kill(v.pid, syscall.SIGKILL)
	reap(v.pid)
}

func reap(pid int) {
	for {
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != syscall.EINTR {
			return
		}
	}
}
