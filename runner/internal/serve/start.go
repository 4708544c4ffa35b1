package serve

import (
	"errors"
	"slices"
	"time"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/spool"
)

const (
	// maxWaiting and waitFor bound the starts whose archive does not come.
	maxWaiting = 64
	waitFor    = 10 * time.Minute
)

// waitingStart is a start whose archive is not here.
type waitingStart struct {
	message message.Start
	order   []byte
	timer   *time.Timer
}

func (s *session) hearStart(m message.Start, body []byte) error {
	if err := s.claim(m.Stream, &stream{}); err != nil {
		return err
	}
	if m.ContextStream != 0 {
		return s.gather(m, body)
	}
	s.work(m.Job, func() { s.start(m, message.Order(body, nil)) })
	return nil
}

// start runs a job that is unknown, and answers with the state in any case. The order is for its supervisor.
func (s *session) start(m message.Start, order []byte) {
	for {
		state, err := s.jobs.Load(m.Job)
		if errors.Is(err, job.ErrUnknown) {
			if !s.payloads.Has(m.Payload) {
				s.await(m, order)
				return
			}
			err = s.spawn(m, order)
			if err == nil || errors.Is(err, job.ErrKnown) {
				continue
			}
		}
		if err != nil {
			s.refuseFailed(m, err)
			return
		}
		if !s.jobs.IsOurs(state) {
			s.refuseStart(m, "job/unknown", "The job belongs to another server that shares this directory")
			return
		}
		s.out.Send(jsontext.Message("started").Text("job", m.Job).Raw("state", state.JSON()).Bytes())
		s.follow(state, true).release()
		if m.Stream != 0 {
			s.attachTo(state, message.Attach{Job: m.Job, Stream: m.Stream, Helpers: m.Helpers})
		}
		return
	}
}

// refusal is a supervisor's own word on why it could not start.
type refusal struct{ code, text string }

func (r *refusal) Error() string { return r.text }

func (s *session) refuseFailed(m message.Start, err error) {
	var own *refusal
	switch {
	case errors.As(err, &own):
		s.refuseStart(m, own.code, own.text)
	case spool.IsFull(err):
		s.refuseStart(m, "disk/full", "Cannot start the job: the server's disk is full")
	default:
		s.refuseStart(m, "start/failed", "Cannot start the job: "+err.Error())
	}
}

func (s *session) refuseStart(m message.Start, code, text string) {
	refused := &message.Refused{Re: "start", Code: code, Message: text, Job: m.Job, Payload: m.Payload, Stream: m.Stream}
	s.out.Send(refused.JSON())
}

// await keeps a start until its archive comes.
func (s *session) await(m message.Start, order []byte) {
	start := &waitingStart{message: m, order: order}
	s.mu.Lock()
	count, isComing := 0, false
	for _, starts := range s.waiting {
		count += len(starts)
	}
	for _, st := range s.streams {
		isComing = isComing || (st.isPut && (!st.isOver || st.isStoring) && st.sha256 == m.Payload)
	}
	if count < maxWaiting {
		start.timer = time.AfterFunc(waitFor, func() { s.giveUp(start) })
		s.waiting[m.Payload] = append(s.waiting[m.Payload], start)
	}
	s.mu.Unlock()
	if count >= maxWaiting {
		s.refuseStart(m, "limit", "Cannot start the job: too many starts of this session wait for their payloads")
		return
	}
	if !isComing {
		s.out.Send(jsontext.Message("need").Text("payload", m.Payload).Bytes())
	}
}

func (s *session) takeWaiting(sha256 string) []*waitingStart {
	s.mu.Lock()
	defer s.mu.Unlock()
	starts := s.waiting[sha256]
	delete(s.waiting, sha256)
	for _, start := range starts {
		start.timer.Stop()
	}
	return starts
}

func (s *session) giveUp(start *waitingStart) {
	s.mu.Lock()
	starts := s.waiting[start.message.Payload]
	at := slices.Index(starts, start)
	if at >= 0 {
		s.waiting[start.message.Payload] = slices.Delete(starts, at, at+1)
	}
	s.mu.Unlock()
	if at >= 0 {
		s.refuseStart(start.message, "payload/absent", "Cannot start the job: its payload did not come within 10 minutes")
	}
}
