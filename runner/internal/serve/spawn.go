package serve

import (
	"errors"
	"strings"
	"time"

	"cronium.dev/runner/internal/job"
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

// spawn gives the order to a supervisor, which outlives us. It returns when the START record is written. When it fails,
// nothing is left of the job: no supervisor and no directory.
func (s *session) spawn(m message.Start, order []byte) error {
	if !s.enter() {
		return errLeaving
	}
	defer s.spawning.Done()
	waiting := s.standby.take()
	defer s.standby.expect(s.launch)
	if waiting != nil {
		// Whatever was wrong with one that waited (somebody ended it, removed its directory), a new one may do.
		if err := s.command(waiting, m.Job, order); err == nil || errors.Is(err, job.ErrKnown) {
			return err
		}
	}
	fresh, err := s.launch()
	if err != nil {
		return err
	}
	return s.command(fresh, m.Job, order)
}

// command lets a supervisor do the job.
func (s *session) command(v *supervisor, id string, order []byte) error {
	answer, err := v.order(order)
	switch {
	case answer == supervise.Known:
		return job.ErrKnown
	// If it got as far as a state, that tells what became of the job, whatever was answered.
	case answer == supervise.Started, s.jobs.HasBegun(id):
		return nil
	}
	s.jobs.Abandon(id)
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
	s.standby.dismiss(true)
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
