package serve

import (
	"errors"
	"sync"
	"time"

	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
)

const (
	// redial is the pause before a supervisor that does not answer is judged again.
	redial = 20 * time.Millisecond
	// longestPause is what it becomes while the job cannot be judged.
	longestPause = 2 * time.Second
	// askWithin bounds the wait for a supervisor's answer.
	askWithin = time.Second
)

// link is what a session knows of a job that goes on.
type link struct {
	session *session
	id      string

	mu   sync.Mutex
	conn *ctl.Conn
	// hasStarted says that this session started the job, and wants to hear of it also when nothing is attached.
	hasStarted bool
	tails      map[*tail]struct{}
	// holds counts those that got the link and have not decided what to do with it.
	holds int
	// end is behind the last whole record that the supervisor told of; the size of the files may hold a part of another.
	end    int64
	isOver bool
	// isEnding says that end is the last one, and isOver that this was told.
	isEnding bool
	// answering is held for reading until an attach is answered: what it says must not come behind the job's end.
	answering sync.RWMutex
	// newToken is the newest token for the helper API, if this session has brought one.
	newToken string
	// told is closed when the supervisor tells the end, or there is none any more; nil when nobody waits for that.
	told chan struct{}
}

// follow returns the link to a job, or nil when the job is over. Whoever gets one releases it.
func (s *session) follow(state *job.State, hasStarted bool) *link {
	if state.IsOver() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.links[state.Job]
	if l == nil {
		l = &link{session: s, id: state.Job, tails: map[*tail]struct{}{}}
		s.links[state.Job] = l
		go l.run()
	}
	l.mu.Lock()
	l.hasStarted = l.hasStarted || hasStarted
	l.holds++
	l.mu.Unlock()
	return l
}

// release says that the link may end when nobody is attached; of no link it is allowed too.
func (l *link) release() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holds--
}

// run listens to the supervisor until the job is over, the session ends, or nobody is interested any more.
func (l *link) run() {
	pause := redial
	for {
		if conn := l.dial(); conn != nil {
			l.listen(conn)
		}
		state, err := l.session.jobs.Load(l.id)
		// Whatever else goes wrong is no end: a reader must not be told that it has everything.
		if errors.Is(err, job.ErrUnknown) || (err == nil && state.IsOver()) {
			l.finish(state)
			return
		}
		if l.isUnwanted() {
			return
		}
		if err != nil {
			pause = min(2*pause, longestPause)
		} else {
			pause = redial
		}
		select {
		case <-l.session.done:
			return
		case <-time.After(pause):
		}
	}
}

func (l *link) dial() *ctl.Conn {
	d, err := l.session.jobs.Open(l.id)
	if err != nil {
		return nil
	}
	defer d.Close()
	conn, err := ctl.Dial(d)
	if err != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = conn
	if len(l.tails) > 0 {
		_ = conn.Send(l.attachment())
	}
	if l.newToken != "" {
		_ = conn.Send(tokenMessage(l.newToken))
	}
	return conn
}

func (l *link) listen(conn *ctl.Conn) {
	defer conn.Close()
	for {
		fields, err := conn.Receive()
		if err != nil {
			return
		}
		switch fields.Text("type", 16) {
		case "grown":
			l.grow(fields.Int("end", 0, jsontext.MaxInt))
		case "tunnel":
			id, door, after := fields.Text("id", 64), fields.Text("door", 16), fields.Int("after", 0, jsontext.MaxInt)
			go l.session.openTunnel(l.id, id, door, after)
		case "changed":
			if state, err := l.session.jobs.Load(l.id); err == nil && !state.IsOver() {
				l.session.sendState(state)
			}
		}
	}
}

func (l *link) grow(end int64) {
	l.mu.Lock()
	l.end = max(l.end, end)
	l.setTold()
	streams := l.streams()
	l.mu.Unlock()
	for _, id := range streams {
		l.session.out.Wake(id)
	}
}

// finish tells the end; readers get the rest and then their own end.
func (l *link) finish(state *job.State) {
	l.session.mu.Lock()
	delete(l.session.links, l.id)
	l.session.mu.Unlock()
	l.mu.Lock()
	l.isEnding = true
	if state != nil {
		l.end = max(l.end, state.End)
	}
	l.setTold()
	l.mu.Unlock()
	l.answering.Lock()
	defer l.answering.Unlock()
	l.mu.Lock()
	l.isOver = true
	streams := l.streams()
	l.mu.Unlock()
	if state != nil {
		l.session.sendState(state)
	}
	for _, id := range streams {
		l.session.out.Wake(id)
	}
}

// setTold lets those go on who wait for the end; the lock is held.
func (l *link) setTold() {
	if l.told != nil {
		close(l.told)
		l.told = nil
	}
}

// ask returns the end of now as the supervisor knows it, or what else is known if it does not answer.
func (l *link) ask(otherwise int64) int64 {
	l.mu.Lock()
	if l.isEnding {
		defer l.mu.Unlock()
		return l.end
	}
	if l.told == nil {
		l.told = make(chan struct{})
	}
	told := l.told
	if l.conn != nil {
		// Whoever has just connected is told without having asked.
		_ = l.conn.Send(jsontext.Message("ask"))
	}
	l.mu.Unlock()
	select {
	case <-told:
		end, _ := l.progress()
		return end
	case <-l.session.done:
	case <-time.After(askWithin):
	}
	return otherwise
}

// isUnwanted ends a link that nobody needs.
func (l *link) isUnwanted() bool {
	l.session.mu.Lock()
	defer l.session.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hasStarted || l.holds > 0 || len(l.tails) > 0 {
		return false
	}
	delete(l.session.links, l.id)
	return true
}

// streams lists the attached streams; the lock is held.
func (l *link) streams() []uint32 {
	ids := make([]uint32, 0, len(l.tails))
	for t := range l.tails {
		ids = append(ids, t.id)
	}
	return ids
}

func (l *link) attach(t *tail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	helped := l.helps()
	l.tails[t] = struct{}{}
	if l.conn != nil && (len(l.tails) == 1 || l.helps() != helped) {
		_ = l.conn.Send(l.attachment())
	}
}

func (l *link) detach(t *tail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	helped := l.helps()
	delete(l.tails, t)
	if len(l.tails) > 0 && l.conn != nil && l.helps() != helped {
		_ = l.conn.Send(l.attachment())
	}
	if len(l.tails) > 0 || l.conn == nil {
		return
	}
	_ = l.conn.Send(jsontext.Message("detach"))
	if !l.hasStarted {
		l.conn.Close()
	}
}

// tell passes something on to the supervisor, if it is there.
func (l *link) tell(message *jsontext.Object) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil && l.conn.Send(message) == nil
}

func (l *link) progress() (end int64, isOver bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end, l.isOver
}

func (s *session) sendState(state *job.State) {
	s.out.Send(jsontext.Message("state").Text("job", state.Job).Raw("state", state.JSON()).Bytes())
}
