package serve

import (
	"os"
	"sync"

	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/outbox"
)

const (
	// ahead is how much is read from a supervisor before the client has taken it.
	ahead     = 256 << 10
	readChunk = 32 << 10
)

// tunnel is a stream between a client and a connection to a supervisor's desk. It only passes bytes.
type tunnel struct {
	session *session
	id      uint32
	stream  *stream
	file    *os.File

	mu      sync.Mutex
	changed *sync.Cond
	// incoming waits to be written; inEnded says that nothing more will come, inDone that nothing more will be written.
	incoming []byte
	inEnded  bool
	inDone   bool
	// outgoing waits to be sent; outEnded and outFailed say how it ends, outDone that it has.
	outgoing  []byte
	outEnded  bool
	outFailed bool
	outDone   bool
}

// openTunnel does what a supervisor asks for: its desk gets a connection to the client.
func (s *session) openTunnel(job, carry, door string, after int64) {
	d, err := s.jobs.Open(job)
	if err != nil {
		return
	}
	defer d.Close()
	file, err := ctl.DialForCalls(d)
	if err != nil {
		// The job has ended, or ends.
		return
	}
	first := frame.Append(nil, frame.Message, 0, jsontext.Message("carry").Text("id", carry).Bytes())
	if _, err := file.Write(first); err != nil {
		_ = file.Close()
		return
	}
	t := &tunnel{session: s, file: file, stream: &stream{credit: frame.InitialCredit}}
	t.changed = sync.NewCond(&t.mu)
	t.stream.inlet = t
	s.mu.Lock()
	t.id = message.FirstTunnel + s.tunnels
	s.tunnels++
	s.streams[t.id] = t.stream
	s.mu.Unlock()
	s.out.Send(jsontext.Message("tunnel").Text("job", job).Int("stream", int64(t.id)).Text("door", door).Int("after", after).Bytes())
	s.out.Open(t.id, t)
	go t.read()
	go t.write()
}

// isTunnel says whether a stream number is one of ours, used now or before.
func (s *session) isTunnel(id uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return id >= message.FirstTunnel && id-message.FirstTunnel < s.tunnels
}

// read takes what the supervisor sends, as far as the client keeps up.
func (t *tunnel) read() {
	chunk := make([]byte, readChunk)
	for {
		n, err := t.file.Read(chunk)
		t.mu.Lock()
		for len(t.outgoing) > ahead && !t.outDone {
			t.changed.Wait()
		}
		t.outgoing = append(t.outgoing, chunk[:n]...)
		// How it ends is told when the rest is sent: an answer that came whole is not taken back.
		t.outEnded = err != nil
		isOver := t.outEnded || t.outDone
		t.mu.Unlock()
		t.session.out.Wake(t.id)
		if isOver {
			return
		}
	}
}

// write gives the supervisor what the client sends.
func (t *tunnel) write() {
	for {
		t.mu.Lock()
		for len(t.incoming) == 0 && !t.inEnded {
			t.changed.Wait()
		}
		body := t.incoming
		t.incoming = nil
		t.mu.Unlock()
		var err error
		if len(body) > 0 {
			_, err = t.file.Write(body)
			t.session.renew(t.id, t.stream, len(body))
		} else {
			_ = ctl.CloseWrite(t.file)
		}
		if err != nil {
			t.fail()
		}
		if err != nil || len(body) == 0 {
			t.mu.Lock()
			t.inDone = true
			t.mu.Unlock()
			t.settle()
			return
		}
	}
}

// fail gives the stream up.
func (t *tunnel) fail() {
	t.mu.Lock()
	t.outFailed = true
	t.mu.Unlock()
	t.session.out.Wake(t.id)
}

// Fill sends what the supervisor has sent.
func (t *tunnel) Fill(buffer []byte) (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := copy(buffer, t.outgoing)
	t.outgoing = t.outgoing[n:]
	t.changed.Broadcast()
	switch {
	case n > 0:
		return n, false
	case t.outFailed && !t.outEnded:
		return outbox.Failed, false
	}
	return 0, t.outEnded
}

// Close is called when nothing more will be sent.
func (t *tunnel) Close() {
	t.mu.Lock()
	t.outDone = true
	t.changed.Broadcast()
	t.mu.Unlock()
	t.settle()
}

func (t *tunnel) data(body []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inDone {
		return
	}
	t.incoming = append(t.incoming, body...)
	t.changed.Broadcast()
}

func (t *tunnel) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inEnded = true
	t.changed.Broadcast()
}

// reset closes the connection, which ends both goroutines.
func (t *tunnel) reset() {
	_ = t.file.Close()
	t.mu.Lock()
	t.inEnded, t.outDone, t.incoming = true, true, nil
	t.changed.Broadcast()
	t.mu.Unlock()
}

// settle forgets a tunnel both of whose ways are over.
func (t *tunnel) settle() {
	t.mu.Lock()
	isOver := t.inDone && t.outDone
	t.mu.Unlock()
	if !isOver {
		return
	}
	_ = t.file.Close()
	s := t.session
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, t.id)
}
