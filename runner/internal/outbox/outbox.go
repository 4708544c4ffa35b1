// Package outbox decides what a session sends next: control messages first, then the streams in turn.
package outbox

import (
	"errors"
	"io"
	"slices"
	"sync"

	"cronium.dev/runner/internal/frame"
)

// maxWaiting is how many bytes of control messages may wait before whoever adds more has to wait too.
const maxWaiting = 1 << 20

// maxCredit keeps sums of what a client gives far from overflow.
const maxCredit = 1 << 53

// errClosed ends Run after Close.
var errClosed = errors.New("the outbox is closed")

// Source gives the bytes of one stream.
type Source interface {
	// Fill writes the next body into the buffer and returns its length. Length 0 means that there is nothing now;
	// with ended, that there will be nothing more; length Failed gives the stream up. It is never called from two goroutines at once.
	Fill(buffer []byte) (length int, ended bool)
	// Close is called once, when the stream is over for whatever reason.
	Close()
}

// Failed is the length of a body that cannot be had.
const Failed = -1

// Outbox collects what is to be sent. All methods but Run may be called from any goroutine.
type Outbox struct {
	mu      sync.Mutex
	changed *sync.Cond
	control [][]byte
	waiting int
	streams []*stream
	// turn is the index of the stream that is asked next.
	turn   int
	closed bool
}

type stream struct {
	id     uint32
	source Source
	credit int64
	// isIdle says that the source had nothing when it was asked last.
	isIdle bool
	gone   bool
}

// New returns an empty outbox.
func New() *Outbox {
	o := &Outbox{}
	o.changed = sync.NewCond(&o.mu)
	return o
}

// Send adds a control message. It waits while too many are waiting already.
func (o *Outbox) Send(message []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.waiting > maxWaiting && !o.closed {
		o.changed.Wait()
	}
	o.control = append(o.control, message)
	o.waiting += len(message)
	o.changed.Broadcast()
}

// Open adds a stream.
func (o *Outbox) Open(id uint32, source Source) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.streams = append(o.streams, &stream{id: id, source: source, credit: frame.InitialCredit})
	o.changed.Broadcast()
}

// Credit lets a stream send more.
func (o *Outbox) Credit(id uint32, bytes int64) {
	o.update(id, func(s *stream) {
		s.credit = min(s.credit+bytes, maxCredit)
		s.isIdle = false
	})
}

// Wake says that a stream's source may have something.
func (o *Outbox) Wake(id uint32) {
	o.update(id, func(s *stream) { s.isIdle = false })
}

// Drop ends a stream that the other side has given up.
func (o *Outbox) Drop(id uint32) {
	o.update(id, func(s *stream) { s.gone = true })
}

func (o *Outbox) update(id uint32, change func(*stream)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.streams {
		if s.id == id {
			change(s)
			o.changed.Broadcast()
			return
		}
	}
}

// Close makes Run return when the control messages of now are sent.
func (o *Outbox) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.changed.Broadcast()
}

// Run sends until Close or until writing fails. No more than one frame of data is handed over at a time, so a control
// message waits for one at most. What is there at the same time goes out in one write: each costs both ends, and what is
// between them, more than most of what is written.
func (o *Outbox) Run(to io.Writer) error {
	defer o.abandon()
	buffer := make([]byte, frame.HeaderSize+frame.MaxBody)
	for {
		out, next, err := o.next()
		if err != nil {
			return err
		}
		data := o.fillFrom(next, buffer)
		if len(out) == 0 {
			out = data
		} else {
			out = append(out, data...)
		}
		if len(out) == 0 {
			continue
		}
		if _, err := to.Write(out); err != nil {
			return err
		}
	}
}

// next waits for something to do: all control messages, one stream, or both.
func (o *Outbox) next() (control []byte, ready *stream, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if len(o.control) > 0 {
			for _, message := range o.control {
				control = frame.Append(control, frame.Message, 0, message)
			}
			o.control, o.waiting = nil, 0
			o.changed.Broadcast()
			return control, o.pick(), nil
		}
		if o.closed {
			return nil, nil, errClosed
		}
		if ready := o.pick(); ready != nil {
			return nil, ready, nil
		}
		o.changed.Wait()
	}
}

// pick returns the next stream in turn that can send, and clears away those that are over.
func (o *Outbox) pick() *stream {
	o.streams = slices.DeleteFunc(o.streams, func(s *stream) bool {
		if s.gone {
			s.source.Close()
		}
		return s.gone
	})
	for range o.streams {
		o.turn = (o.turn + 1) % len(o.streams)
		if s := o.streams[o.turn]; !s.isIdle && s.credit > 0 {
			// Set before the source is asked: a Wake in between must not be lost.
			s.isIdle = true
			return s
		}
	}
	return nil
}

// fillFrom returns the next frame of a stream, or nothing; it is a part of the buffer.
func (o *Outbox) fillFrom(s *stream, buffer []byte) []byte {
	if s == nil {
		return nil
	}
	room := min(frame.MaxBody, s.creditNow(o))
	length, ended := s.source.Fill(buffer[frame.HeaderSize : frame.HeaderSize+room])
	kind := frame.Data
	o.mu.Lock()
	switch {
	case length < 0:
		kind, length, ended = frame.Reset, 0, true
		s.gone = true
	case length > 0:
		s.isIdle = false
		s.credit -= int64(length)
	case ended:
		kind = frame.End
		s.gone = true
	}
	silent := length == 0 && !ended
	o.mu.Unlock()
	if silent {
		return nil
	}
	frame.PutHeader(buffer, kind, s.id, length)
	return buffer[:frame.HeaderSize+length]
}

func (s *stream) creditNow(o *Outbox) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return int(min(s.credit, frame.MaxBody))
}

// abandon closes all sources, and lets nobody wait any longer.
func (o *Outbox) abandon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.streams {
		s.source.Close()
	}
	o.streams, o.closed = nil, true
	o.changed.Broadcast()
}
