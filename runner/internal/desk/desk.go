// Package desk is where a job's script gets what it asks for: its input, variables, secrets, and where it leaves its
// outputs. It asks a client that is attached, and answers from what it was given when there is none.
package desk

import (
	"errors"
	"os"
	"sync"
	"time"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/spool"
)

const (
	// maxConnections bounds who waits; more are told to come again.
	maxConnections = 512
	// maxCalls is how many calls are answered at once.
	maxCalls = 8
	// readWithin bounds the wait for what a caller has to say.
	readWithin = 10 * time.Second
	// acceptAgain is the pause after a connection could not be let in.
	acceptAgain = 50 * time.Millisecond
)

// Live are the sessions whose clients serve helpers.
type Live interface {
	// Tunnel asks the newest of them to connect with this id; gone is closed when it leaves. Without any, ok is false.
	Tunnel(id, door string, after uint64) (gone <-chan struct{}, ok bool)
	// Changed returns a channel that is closed when one comes.
	Changed() <-chan struct{}
}

// Job is what a desk needs of its job.
type Job struct {
	Dir     *dir.Dir
	Start   message.Start
	Context []byte
	Spool   *spool.Writer
	Mask    *mask.Mask
	Live    Live
	// Calls is where the script's programs come in; the desk closes it.
	Calls *ctl.Listener
	// Protect is called before a secret is taken into memory.
	Protect func()
}

// Desk answers the calls of one job.
type Desk struct {
	job      Job
	context  context
	listener *ctl.Listener
	door     *door
	vault    vault
	rate     rate
	slots    chan struct{}
	done     chan struct{}
	once     sync.Once

	// mu is held while something is written, so that what is read is what was written last.
	mu      sync.Mutex
	book    book
	reads   map[string]reading
	journal journal

	carryMu     sync.Mutex
	carries     map[string]chan<- *os.File
	connections int
}

// Open lets the script's programs in. Its goroutines end with Close.
func Open(job Job) (*Desk, error) {
	parsed, err := parseContext(job.Context, job.Start)
	if err != nil {
		return nil, err
	}
	d := &Desk{
		job: job, context: parsed, listener: job.Calls, rate: newRate(time.Now()),
		slots: make(chan struct{}, maxCalls), done: make(chan struct{}),
		book: parsed.book, reads: map[string]reading{}, journal: newJournal(job.Start.SpoolBytes),
		carries: map[string]chan<- *os.File{},
	}
	d.vault.fill(job.Start.Secrets)
	if job.Start.HasAPI {
		d.Renew(job.Start.Token)
		if d.door, err = openDoor(d); err != nil {
			job.Calls.Close()
			return nil, err
		}
	}
	go d.accept()
	return d, nil
}

// Close ends everything; closing twice is allowed.
func (d *Desk) Close() {
	d.once.Do(func() {
		close(d.done)
		d.listener.Close()
		if d.door != nil {
			d.door.listener.Close()
		}
		_ = d.job.Dir.Remove("call.sock")
	})
}

// Renew takes the newest token for the helper API.
func (d *Desk) Renew(token string) {
	d.job.Protect()
	d.job.Mask.Renew(token)
	d.vault.renew(token)
}

func (d *Desk) accept() {
	for {
		file, err := d.listener.AcceptFile()
		if errors.Is(err, os.ErrClosed) {
			return
		}
		if err != nil {
			// Descriptors or memory are short; that passes.
			time.Sleep(acceptAgain)
			continue
		}
		go d.hear(file)
	}
}

// hear finds out what a connection is for: a call, or a session that carries one to its client.
func (d *Desk) hear(file *os.File) {
	_ = file.SetReadDeadline(time.Now().Add(readWithin))
	first, err := call.ReadFirst(file)
	if err != nil {
		_ = file.Close()
		return
	}
	switch first.Text("type", 16) {
	case "carry":
		d.carry(first.Text("id", 64), file)
	case "call":
		defer file.Close()
		d.admit(first, file)
	default:
		_ = file.Close()
	}
}

// admit lets a call wait for its turn.
func (d *Desk) admit(first *jsontext.Fields, file *os.File) {
	request, ok := call.Parse(first)
	if !ok {
		_ = call.SendAnswer(file, invalid("The call cannot be read: its field %q is not as expected", first.Wrong()))
		return
	}
	if !d.enter() {
		_ = call.SendAnswer(file, call.Answer{Code: call.Busy})
		return
	}
	defer d.leave()
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-d.done:
		return
	}
	if !sleep(d.rate.take(time.Now()), d.done) {
		return
	}
	_ = file.SetReadDeadline(time.Now().Add(readWithin))
	value, err := call.ReadValue(file)
	if errors.Is(err, call.ErrTooLong) {
		_ = call.SendAnswer(file, refused("The value is longer than %d bytes", call.MaxValue))
		return
	}
	if err != nil {
		return
	}
	_ = file.SetReadDeadline(time.Time{})
	request.Value = value
	answer := d.answer(request, hangup(file))
	_ = file.SetWriteDeadline(time.Now().Add(readWithin))
	err = call.SendAnswer(file, answer)
	if request.Verb == call.Secret && answer.Code == call.OK {
		d.vault.settle(request.Name, request.Call, err == nil)
	}
}

func (d *Desk) enter() bool {
	d.carryMu.Lock()
	defer d.carryMu.Unlock()
	if d.connections >= maxConnections {
		return false
	}
	d.connections++
	return true
}

func (d *Desk) leave() {
	d.carryMu.Lock()
	defer d.carryMu.Unlock()
	d.connections--
}

// hangup is closed when the caller is gone, who has said everything. Its goroutine ends with the connection.
func hangup(file *os.File) <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = file.Read(make([]byte, 1))
	}()
	return gone
}

// sleep waits; false when done came first.
func sleep(pause time.Duration, done <-chan struct{}) bool {
	if pause <= 0 {
		return true
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-done:
		return false
	}
}
