package supervise

import "cronium.dev/runner/internal/jsontext"

// tunnelOrder asks a session to connect its client to the desk.
type tunnelOrder struct {
	id, door string
	after    uint64
}

// helping are the sessions whose clients serve helpers; the control's lock guards it.
type helping struct {
	// arrivals numbers them, so that the newest is asked: an older one may hang on a line that is dead.
	arrivals int
	changed  chan struct{}
}

// setHelping says whether a session's client serves helpers.
func (c *control) setHelping(w *watcher, isHelping bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !isHelping && w.helpsSince > 0:
		w.helpsSince = 0
		close(w.helpsNoMore)
	case isHelping && w.helpsSince == 0:
		c.helping.arrivals++
		w.helpsSince, w.helpsNoMore = c.helping.arrivals, make(chan struct{})
		if c.helping.changed != nil {
			close(c.helping.changed)
			c.helping.changed = nil
		}
	}
}

// Tunnel asks the newest session whose client serves helpers.
func (c *control) Tunnel(id, door string, after uint64) (gone <-chan struct{}, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var newest *watcher
	for w := range c.watchers {
		if w.helpsSince > 0 && (newest == nil || w.helpsSince > newest.helpsSince) {
			newest = w
		}
	}
	if newest == nil {
		return nil, false
	}
	newest.tunnels = append(newest.tunnels, tunnelOrder{id, door, after})
	newest.notify()
	return newest.helpsNoMore, true
}

// Changed returns a channel that is closed when a session comes whose client serves helpers.
func (c *control) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.helping.changed == nil {
		c.helping.changed = make(chan struct{})
	}
	return c.helping.changed
}

func (o tunnelOrder) message() *jsontext.Object {
	return jsontext.Message("tunnel").Text("id", o.id).Text("door", o.door).Int("after", int64(o.after))
}
