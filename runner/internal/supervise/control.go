package supervise

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/spool"
)

const (
	// maxWatchers bounds the sessions that watch one job.
	maxWatchers = 256
	// farewell bounds the wait for the last notices to go out.
	farewell = time.Second
	// firstAttach is how long whoever started the job may take to attach before being alone counts.
	firstAttach = 30 * time.Second
	// acceptAgain is the pause after a session could not be let in.
	acceptAgain = 50 * time.Millisecond
	// maxToken bounds what is taken for a token.
	maxToken = 8 << 10
)

// control is the supervisor's side of the control socket. Nothing in it makes the job wait.
type control struct {
	job       *dir.Dir
	listener  *ctl.Listener
	spool     *spool.Writer
	end       atomic.Int64
	cancelled chan struct{}
	abandoned chan struct{}

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	attached int
	// lonely runs out when nobody was attached for too long; nil when that does not matter.
	lonely   *time.Timer
	patience time.Duration
	helping  helping
	// renew takes the newest token for the helper API.
	renew   func(token string)
	sending sync.WaitGroup
}

// watcher is one session.
type watcher struct {
	conn *ctl.Conn
	// wake holds at most one notice: any number of events is one.
	wake chan struct{}
	// attached and changed are guarded by the control's lock.
	attached bool
	changed  bool
	over     bool
	// asked says that it wants to hear the end, changed or not.
	asked bool

	// helpsSince numbers the sessions whose clients serve helpers, 0 for others; helpsNoMore is closed when that ends.
	helpsSince  int
	helpsNoMore chan struct{}
	tunnels     []tunnelOrder
}

// newControl takes over the job's control socket, on which nobody is let in yet.
func newControl(job *dir.Dir, listener *ctl.Listener) *control {
	return &control{
		job: job, listener: listener, watchers: map[*watcher]struct{}{},
		cancelled: make(chan struct{}), abandoned: make(chan struct{}),
	}
}

// open lets sessions in. Its goroutines end with close or with the session they serve.
func (c *control) open(into *spool.Writer, stopAfterMs int64) {
	c.spool = into
	if stopAfterMs != message.Continue {
		c.patience = time.Duration(stopAfterMs) * time.Millisecond
		c.lonely = time.AfterFunc(firstAttach+c.patience, c.abandon)
	}
	go c.accept()
}

func (c *control) accept() {
	for {
		conn, err := c.listener.Accept()
		if errors.Is(err, os.ErrClosed) {
			return
		}
		if err != nil {
			// Descriptors or memory are short; that passes.
			time.Sleep(acceptAgain)
			continue
		}
		w := &watcher{conn: conn, wake: make(chan struct{}, 1), asked: true}
		w.notify()
		c.mu.Lock()
		if len(c.watchers) >= maxWatchers {
			c.mu.Unlock()
			conn.Close()
			continue
		}
		c.watchers[w] = struct{}{}
		c.sending.Add(1)
		c.mu.Unlock()
		go c.send(w)
		go c.receive(w)
	}
}

// grown tells the readers that the spool has a new end.
func (c *control) grown(end int64) {
	c.end.Store(end)
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.watchers {
		if w.attached {
			w.notify()
		}
	}
}

// changed tells all that the state is another one.
func (c *control) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := range c.watchers {
		w.changed = true
		w.notify()
	}
}

// close tells all that the job is over, and ends everything.
func (c *control) close() {
	c.listener.Close()
	c.mu.Lock()
	for w := range c.watchers {
		w.over = true
		w.notify()
	}
	c.mu.Unlock()
	done := make(chan struct{})
	go func() {
		c.sending.Wait()
		close(done)
	}()
	within(done, farewell)
	_ = c.job.Remove("ctl.sock")
}

func (w *watcher) notify() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// send passes notices on. A session that does not read makes only this goroutine wait.
func (c *control) send(w *watcher) {
	defer c.sending.Done()
	defer w.conn.Close()
	told := int64(-1)
	for range w.wake {
		c.mu.Lock()
		attached, changed, over, asked, tunnels := w.attached, w.changed, w.over, w.asked, w.tunnels
		w.changed, w.asked, w.tunnels = false, false, nil
		c.mu.Unlock()
		if end := c.end.Load(); asked || (attached && end != told) {
			told = end
			if w.conn.Send(jsontext.Message("grown").Int("end", end)) != nil {
				return
			}
		}
		for _, order := range tunnels {
			if w.conn.Send(order.message()) != nil {
				return
			}
		}
		if changed && w.conn.Send(jsontext.Message("changed")) != nil {
			return
		}
		if over {
			return
		}
	}
}

// receive does what a session asks until it leaves.
func (c *control) receive(w *watcher) {
	for {
		fields, err := w.conn.Receive()
		if err != nil {
			break
		}
		switch fields.Text("type", 16) {
		case "attach":
			c.setAttached(w, true)
			c.setHelping(w, fields.Flag("helpers"))
		case "detach":
			c.setHelping(w, false)
			c.setAttached(w, false)
		case "token":
			if token := fields.Text("token", maxToken); token != "" {
				c.renew(token)
			}
		case "ask":
			c.mu.Lock()
			w.asked = true
			w.notify()
			c.mu.Unlock()
		case "ack":
			if offset := fields.Int("offset", 0, jsontext.MaxInt); fields.Wrong() == "" {
				c.spool.Ack(offset)
			}
		case "cancel":
			c.cancel()
		}
	}
	c.setHelping(w, false)
	c.setAttached(w, false)
	c.mu.Lock()
	delete(c.watchers, w)
	w.over = true
	w.notify()
	c.mu.Unlock()
}

func (c *control) setAttached(w *watcher, attached bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.attached == attached {
		return
	}
	w.attached = attached
	if attached {
		c.attached++
		c.spool.AddReaders(1)
		w.notify()
	} else {
		c.attached--
		c.spool.AddReaders(-1)
	}
	if c.lonely == nil {
		return
	}
	if c.attached > 0 {
		c.lonely.Stop()
	} else {
		c.lonely.Reset(c.patience)
	}
}

func (c *control) cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.cancelled:
	default:
		close(c.cancelled)
	}
}

func (c *control) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.attached > 0 {
		return
	}
	select {
	case <-c.abandoned:
	default:
		close(c.abandoned)
	}
}
