package serve

import (
	"slices"
	"time"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/message"
)

// gathering is a start whose context is on its way.
type gathering struct {
	session *session
	stream  *stream
	message message.Start
	body    []byte
	context []byte
	timer   *time.Timer
	// isOver says that the start has been answered or begun; what still comes is thrown away. The session's lock guards it.
	isOver bool
}

// gather waits for a start's context before it does anything else for it, so that a cancel does not wait behind it.
func (s *session) gather(m message.Start, body []byte) error {
	g := &gathering{session: s, message: m, body: body, stream: &stream{credit: frame.InitialCredit}}
	g.stream.inlet = g
	if err := s.claim(m.ContextStream, g.stream); err != nil {
		return err
	}
	s.mu.Lock()
	isRoom := len(s.gatherings) < maxWaiting
	if isRoom {
		s.gatherings = append(s.gatherings, g)
		g.timer = time.AfterFunc(waitFor, func() { g.refuse("context/absent", "its context did not come within 10 minutes") })
	}
	g.isOver = !isRoom
	s.mu.Unlock()
	if !isRoom {
		s.refuseStart(m, "limit", "Cannot start the job: too many starts of this session wait for their contexts")
	}
	return nil
}

// finish is true for the one who decides what becomes of the start.
func (g *gathering) finish() bool {
	s := g.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.isOver {
		return false
	}
	g.isOver = true
	g.timer.Stop()
	if at := slices.Index(s.gatherings, g); at >= 0 {
		s.gatherings = slices.Delete(s.gatherings, at, at+1)
	}
	return true
}

func (g *gathering) refuse(code, reason string) {
	if g.finish() {
		g.session.refuseStart(g.message, code, "Cannot start the job: "+reason)
	}
}

func (g *gathering) data(body []byte) {
	g.session.renew(g.message.ContextStream, g.stream, len(body))
	if int64(len(g.context)+len(body)) > g.message.ContextSize {
		g.refuse("context/size", "its context is longer than announced")
		return
	}
	g.context = append(g.context, body...)
}

func (g *gathering) end() {
	if int64(len(g.context)) != g.message.ContextSize {
		g.refuse("context/size", "its context is shorter than announced")
		return
	}
	if g.finish() {
		order := message.Order(g.body, g.context)
		g.session.work(g.message.Job, func() { g.session.start(g.message, order) })
	}
}

func (g *gathering) reset() { g.refuse("context/absent", "its context was given up") }
