package serve

import (
	"encoding/binary"
	"errors"
	"sync"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/outbox"
	"cronium.dev/runner/internal/spool"
)

// offsetSize is the length of the offset in front of the bytes of a body.
const offsetSize = 8

// tail is a stream that carries a job's spool.
type tail struct {
	id     uint32
	reader *spool.Reader
	// link tells how far the spool goes; nil for a job that is over, whose end is known.
	link *link
	end  int64
	// helps says that the client answers what the script asks.
	helps bool
	once  sync.Once
}

func (s *session) hearAttach(m message.Attach) error {
	if err := s.claim(m.Stream, &stream{}); err != nil {
		return err
	}
	s.work(m.Job, func() { s.attach(m) })
	return nil
}

func (s *session) attach(m message.Attach) {
	state, err := s.load(m.Job)
	switch {
	case errors.Is(err, job.ErrUnknown):
		s.refuseAttach(m, "job/unknown", "The server does not know this job")
	case err != nil:
		s.refuseAttach(m, "start/failed", "Cannot attach to the job: "+err.Error())
	default:
		s.attachTo(state, m)
	}
}

func (s *session) refuseAttach(m message.Attach, code, text string) {
	refused := &message.Refused{Re: "attach", Code: code, Message: text, Job: m.Job, Stream: m.Stream}
	s.out.Send(refused.JSON())
}

// attachTo attaches to a job whose state was just read.
func (s *session) attachTo(state *job.State, m message.Attach) {
	t := &tail{id: m.Stream, link: s.follow(state, false), end: state.End, helps: m.Helpers}
	defer t.link.release()
	if t.link != nil {
		t.link.answering.RLock()
		defer t.link.answering.RUnlock()
		t.end = t.link.ask(state.End)
		if _, isOver := t.link.progress(); isOver {
			// That was told already; the answer must not go back behind it.
			if now, err := s.load(m.Job); err == nil {
				state = now
			}
		}
	}
	if m.Offset > max(t.end, state.End) {
		s.refuseAttach(m, "attach/offset", "The job's log on the server is shorter than the part that is asked for")
		return
	}
	state.End = t.end
	offset := m.Offset
	if state.StartedAt != 0 || state.End > 0 {
		var err error
		if offset, err = t.open(s, m); err != nil {
			s.refuseAttach(m, "start/failed", "Cannot attach to the job: "+err.Error())
			return
		}
	}
	s.out.Send(jsontext.Message("attached").Text("job", m.Job).Int("stream", int64(m.Stream)).
		Int("offset", offset).Int("end", state.End).Raw("state", state.JSON()).Bytes())
	if s.isReset(m.Stream) {
		t.Close()
		return
	}
	s.out.Open(m.Stream, t)
	if s.isReset(m.Stream) {
		// The reset came in between, and found nothing to drop.
		s.out.Drop(m.Stream)
	}
	if t.link != nil {
		t.link.attach(t)
	}
	// What happened before the two lines above was told to nobody.
	s.out.Wake(m.Stream)
}

// load returns the state of a job of this server.
func (s *session) load(id string) (*job.State, error) {
	state, err := s.jobs.Load(id)
	if err == nil && !s.jobs.IsOurs(state) {
		return nil, job.ErrUnknown
	}
	return state, err
}

func (t *tail) open(s *session, m message.Attach) (int64, error) {
	d, err := s.jobs.Open(m.Job)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	if t.reader, err = spool.OpenReader(d, m.Offset); err != nil {
		return 0, err
	}
	return t.reader.Locate(t.end)
}

// Fill reads the next bytes behind their offset.
func (t *tail) Fill(buffer []byte) (int, bool) {
	isOver := t.link == nil
	if t.link != nil {
		t.end, isOver = t.link.progress()
	}
	if t.reader == nil {
		return 0, isOver
	}
	if len(buffer) <= offsetSize {
		// Too little credit for a byte.
		return 0, false
	}
	offset, n, err := t.reader.Read(buffer[offsetSize:], t.end)
	if err != nil {
		return outbox.Failed, false
	}
	if n == 0 {
		return 0, isOver
	}
	binary.BigEndian.PutUint64(buffer, uint64(offset))
	return offsetSize + n, false
}

// Close leaves the job.
func (t *tail) Close() {
	t.once.Do(func() {
		if t.link != nil {
			t.link.detach(t)
		}
		if t.reader != nil {
			t.reader.Close()
		}
	})
}
