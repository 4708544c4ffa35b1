package serve

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/supervise"
)

const (
	maxAnswer = 16 << 10
	// leaveWithin bounds the wait for starts that are under way when the session ends.
	leaveWithin = 5 * time.Second
)

// answerWithin bounds the wait for a supervisor's first word.
var answerWithin = 30 * time.Second

var errLeaving = errors.New("the session ends")

// spawn claims the job and starts its supervisor, which outlives us. It returns when the START record is written. When it
// fails, nothing is left of the job: no supervisor and no directory.
func (s *session) spawn(m message.Start, order []byte) error {
	if !s.enter() {
		return errLeaving
	}
	defer s.spawning.Done()
	d, lock, err := s.jobs.Claim(m.Job)
	if err != nil {
		return err
	}
	d.Close()
	// Held to the end, so that until then nobody else judges or claims what is removed here by its name.
	defer lock.Close()
	answer, err := s.supervise(m.Job, order, lock)
	// If it got as far as a state, that tells what became of the job, whatever was answered.
	if answer == supervise.Started || s.jobs.HasBegun(m.Job) {
		return nil
	}
	_ = s.jobs.Remove(m.Job)
	if code, text, found := strings.Cut(answer, " "); err == nil && found {
		return &refusal{code, text}
	}
	if err == nil {
		err = errors.New("the supervisor ended at once")
	}
	return err
}

// enter says whether a job may still be started; whoever got a yes is waited for.
func (s *session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isLeaving {
		s.spawning.Add(1)
	}
	return !s.isLeaving
}

// leave lets the starts that are under way come to their ends, so that none is left without a state.
func (s *session) leave() {
	s.mu.Lock()
	s.isLeaving = true
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.spawning.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(leaveWithin):
	}
}

// supervise starts a supervisor and returns its first word. Unless that is Started, it is dead and gone.
func (s *session) supervise(id string, body []byte, lock *os.File) (string, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer null.Close()
	order, give, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer order.Close()
	defer give.Close()
	hear, answer, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer hear.Close()
	defer answer.Close()
	files := []uintptr{null.Fd(), null.Fd(), null.Fd(), lock.Fd(), order.Fd(), answer.Fd()}
	arguments := []string{"cronium-runner", "supervise", s.base.Path(), id, s.self.sha256}
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
		return "", err
	}
	// Only the supervisor's own end must be open, or its death would not be seen.
	_ = answer.Close()
	_ = order.Close()
	text, err := converse(give, hear, body)
	if text == supervise.Started {
		// Ends with the supervisor, or with this process.
		go reap(pid)
		return text, nil
	}
	// Nobody has waited for it, so the number is still its own.
	_ = syscall.Kill(pid, syscall.SIGKILL)
	reap(pid)
	return text, err
}

// converse gives the order and hears the answer.
func converse(give, hear *os.File, body []byte) (string, error) {
	until := time.Now().Add(answerWithin)
	_ = give.SetWriteDeadline(until)
	// Who does not listen may still say why.
	if _, err := give.Write(body); err != nil && !errors.Is(err, syscall.EPIPE) {
		return "", err
	}
	_ = give.Close()
	_ = hear.SetReadDeadline(until)
	text, err := io.ReadAll(io.LimitReader(hear, maxAnswer))
	return string(text), err
}

func reap(pid int) {
	for {
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != syscall.EINTR {
			return
		}
	}
}
