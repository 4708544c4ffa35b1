package desk

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"cronium.dev/runner/internal/ctl"
)

const (
	// maxVisitors is how many programs are served at once; more wait in the system's queue.
	maxVisitors = 8
	// idleFor ends a connection on which nothing happens.
	idleFor = 2 * time.Minute
	// lastWords bounds the wait for a program that is turned away to take its answer.
	lastWords = time.Second
	chunkSize = 32 << 10
	// turnedAway is all that is ever said here: there is no HTTP in a runner, only bytes that pass.
	turnedAway = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 109\r\n" +
		"Retry-After: 5\r\nConnection: close\r\n\r\n" +
		`{"error":{"code":"nobody","message":"No client is attached. Try again later, or use the cronium commands."}}` + "\n"
)

// door is where programs that want an address come in.
type door struct {
	desk     *Desk
	listener *ctl.Listener
	port     int
	visitors chan struct{}
}

// openDoor lets programs in until the desk is closed.
func openDoor(d *Desk) (*door, error) {
	listener, port, err := ctl.ListenOnLoopback()
	if err != nil {
		return nil, err
	}
	opened := &door{desk: d, listener: listener, port: port, visitors: make(chan struct{}, maxVisitors)}
	go opened.accept()
	return opened, nil
}

// Port is where programs find the helper API, or 0.
func (d *Desk) Port() int {
	if d.door == nil {
		return 0
	}
	return d.door.port
}

func (o *door) accept() {
	for {
		select {
		case o.visitors <- struct{}{}:
		case <-o.desk.done:
			return
		}
		visitor, err := o.listener.AcceptFile()
		if err != nil {
			<-o.visitors
			if errors.Is(err, os.ErrClosed) {
				return
			}
			time.Sleep(acceptAgain)
			continue
		}
		go func() {
			defer func() { <-o.visitors }()
			o.serve(visitor)
		}()
	}
}

// serve passes bytes between a program and the client, or turns the program away.
func (o *door) serve(visitor *os.File) {
	defer visitor.Close()
	client, err := o.desk.tunnel(httpDoor, carryWithin)
	if err != nil {
		_ = visitor.SetDeadline(time.Now().Add(lastWords))
		_, _ = visitor.WriteString(turnedAway)
		_ = ctl.CloseWrite(visitor)
		// What it has said must be taken, or it would not get to read the answer.
		_, _ = io.Copy(io.Discard, io.LimitReader(visitor, 1<<20))
		return
	}
	defer client.Close()
	p := &pair{}
	p.touch()
	var both sync.WaitGroup
	both.Go(func() { p.pass(visitor, client) })
	both.Go(func() { p.pass(client, visitor) })
	both.Wait()
}

// pair is a connection in two parts; what happens on one way keeps the other one open.
type pair struct{ active atomic.Int64 }

func (p *pair) touch() { p.active.Store(time.Now().UnixNano()) }

func (p *pair) idle() time.Duration { return time.Since(time.Unix(0, p.active.Load())) }

// pass copies until the end, which it passes on; a failure ends both ways.
func (p *pair) pass(from, to *os.File) {
	chunk := make([]byte, chunkSize)
	for {
		_ = from.SetReadDeadline(time.Now().Add(idleFor))
		n, err := from.Read(chunk)
		if n > 0 {
			p.touch()
			_ = to.SetWriteDeadline(time.Now().Add(idleFor))
			if _, failed := to.Write(chunk[:n]); failed != nil {
				err = failed
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			_ = ctl.CloseWrite(to)
			return
		case errors.Is(err, os.ErrDeadlineExceeded) && p.idle() < idleFor:
		default:
			_ = from.Close()
			_ = to.Close()
			return
		}
	}
}
