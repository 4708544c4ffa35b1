package serve

import (
	"errors"
	"time"

	"cronium.dev/runner/internal/collect"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/stray"
)

// cancelWithin bounds how long a supervisor that is just beginning or ending is called.
const cancelWithin = 30 * time.Second

// strayGrace is how long what a lost job's script has left gets to end when it is asked to.
const strayGrace = 5 * time.Second

// ack tells the supervisor what it may drop, and keeps it for the time after the job.
func (s *session) ack(m message.Ack) {
	_ = s.jobs.Acknowledge(m.Job, m.Offset)
	s.mu.Lock()
	l := s.links[m.Job]
	s.mu.Unlock()
	if l != nil {
		l.tell(jsontext.Message("ack").Int("offset", m.Offset))
	}
}

// token gives a supervisor the newest token for its job's helper API.
func (s *session) token(m message.Token) {
	s.mu.Lock()
	l := s.links[m.Job]
	s.mu.Unlock()
	if l != nil {
		l.setToken(m.Token)
	}
}

// cancel stops a job, or makes sure that it never starts.
func (s *session) cancel(m message.Cancel) {
	refuse := func(code, text string) {
		refused := &message.Refused{Re: "cancel", Code: code, Message: text, Job: m.Job}
		s.out.Send(refused.JSON())
	}
	state, err := s.jobs.Load(m.Job)
	if errors.Is(err, job.ErrUnknown) {
		if err = s.jobs.Bury(m.Job, m.Install); err == nil || errors.Is(err, job.ErrKnown) {
			state, err = s.jobs.Load(m.Job)
		}
	}
	if err != nil {
		refuse("start/failed", "Cannot cancel the job: "+err.Error())
		return
	}
	if !s.jobs.IsOurs(state) || (state.Install != "" && state.Install != m.Install) {
		refuse("job/unknown", "The server does not know this job")
		return
	}
	if len(state.Strays) > 0 {
		// It stays lost, whatever becomes of them: nobody knows how the script ended.
		stray.End(state.Job, strayGrace)
		state.Strays = stray.Find(state.Job)
	}
	s.sendState(state)
	l := s.follow(state, false)
	defer l.release()
	for until := time.Now().Add(cancelWithin); time.Now().Before(until); {
		if l == nil || l.tell(jsontext.Message("cancel")) {
			return
		}
		if _, isOver := l.progress(); isOver {
			return
		}
		select {
		case <-s.done:
			return
		case <-time.After(redial):
		}
	}
	refuse("start/failed", "Cannot cancel the job: its supervisor does not answer")
}

// forget removes what is kept of a job that is over.
func (s *session) forget(m message.Forget) {
	state, err := s.load(m.Job)
	if err == nil && !state.IsOver() {
		refused := &message.Refused{Re: "forget", Code: "job/running", Message: "The job is still running", Job: m.Job}
		s.out.Send(refused.JSON())
		return
	}
	if err == nil {
		err = s.jobs.Remove(m.Job)
	}
	if err != nil && !errors.Is(err, job.ErrUnknown) {
		refused := &message.Refused{Re: "forget", Code: "start/failed", Message: "Cannot remove the job: " + err.Error(), Job: m.Job}
		s.out.Send(refused.JSON())
		return
	}
	s.out.Send(jsontext.Message("forgotten").Text("job", m.Job).Bytes())
}

// listBytes is the size at which a list is cut into several messages.
const listBytes = 32 << 10

// list sends the states of one client's jobs on this server.
func (s *session) list(m message.List) {
	ids, _ := s.jobs.IDs()
	batch, size := [][]byte{}, 0
	for _, id := range ids {
		state, err := s.load(id)
		if err != nil || state.Install != m.Install {
			continue
		}
		text := state.JSON()
		if size+len(text) > listBytes && len(batch) > 0 {
			s.out.Send(jsontext.Message("jobs").Raw("jobs", jsontext.List(batch)).True("more").Bytes())
			batch, size = nil, 0
		}
		batch, size = append(batch, text), size+len(text)
	}
	s.out.Send(jsontext.Message("jobs").Raw("jobs", jsontext.List(batch)).Bytes())
}

func (s *session) collect() {
	removed := collect.Run(s.base, s.jobs, s.payloads, s.self.sha256, time.Now())
	s.out.Send(jsontext.Message("collected").Int("jobs", removed.Jobs).Int("payloads", removed.Payloads).
		Int("runners", removed.Runners).Int("bytes", removed.Bytes).Bytes())
}
