package desk

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"cronium.dev/runner/internal/ctl"
)

const (
	// carryWithin bounds the wait for a session to connect.
	carryWithin = 5 * time.Second
	// tryFor bounds one attempt: a client may be gone without anybody having noticed.
	tryFor = 5 * time.Second
	// pauseFirst and pauseLast are the pauses between attempts.
	pauseFirst = 50 * time.Millisecond
	pauseLast  = time.Second
	// The doors of a client.
	callDoor = "call"
	httpDoor = "http"
)

var (
	// errNobody says that no client is attached that serves helpers.
	errNobody = errors.New("nobody is attached")
	// errSilent says that one is, and its session did not connect.
	errSilent = errors.New("the session does not connect")
)

// carry gives a session's connection to whoever waits for it.
func (d *Desk) carry(id string, file *os.File) {
	d.carryMu.Lock()
	waiting := d.carries[id]
	delete(d.carries, id)
	d.carryMu.Unlock()
	if waiting == nil {
		_ = file.Close()
		return
	}
	_ = file.SetReadDeadline(time.Time{})
	waiting <- file
}

// tunnel connects to a client through the newest session that serves helpers.
func (d *Desk) tunnel(door string, within time.Duration) (*os.File, error) {
	id := newID()
	carried := make(chan *os.File, 1)
	d.carryMu.Lock()
	d.carries[id] = carried
	d.carryMu.Unlock()
	failed := errNobody
	if left, ok := d.job.Live.Tunnel(id, door, d.job.Spool.LastValue()); ok {
		failed = errSilent
		timer := time.NewTimer(min(within, carryWithin))
		defer timer.Stop()
		select {
		case file := <-carried:
			return file, nil
		case <-left:
		case <-timer.C:
		case <-d.done:
		}
	}
	d.carryMu.Lock()
	delete(d.carries, id)
	d.carryMu.Unlock()
	select {
	case file := <-carried:
		// It came in between.
		return file, nil
	default:
		return nil, failed
	}
}

// newID is a name that nobody else uses. Package crypto/rand would make the runner a tenth of a megabyte larger.
func newID() string {
	var bytes [16]byte
	source, err := os.Open("/dev/urandom")
	if err == nil {
		_, err = io.ReadFull(source, bytes[:])
		_ = source.Close()
	}
	if err != nil {
		// A system without it: the time of a call is its own nearly as surely.
		binary.BigEndian.PutUint64(bytes[:], uint64(time.Now().UnixNano()))
		binary.BigEndian.PutUint64(bytes[8:], uint64(os.Getpid()))
	}
	return hex.EncodeToString(bytes[:])
}

// exchange makes one attempt to get a client's answer to a question.
func (d *Desk) exchange(question []byte, within time.Duration) ([]byte, error) {
	end := time.Now().Add(within)
	file, err := d.tunnel(callDoor, within)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	_ = file.SetDeadline(end)
	if _, err := file.Write(question); err != nil {
		return nil, err
	}
	if err := ctl.CloseWrite(file); err != nil {
		return nil, err
	}
	return readAnswer(file)
}

// waitForClient waits until a client comes, or for a while after a failed attempt; false when it is of no use.
func (d *Desk) waitForClient(changed <-chan struct{}, pause time.Duration, until time.Time, gone <-chan struct{}) bool {
	timer := time.NewTimer(min(pause, time.Until(until)))
	defer timer.Stop()
	select {
	case <-changed:
		return true
	case <-timer.C:
		return time.Now().Before(until)
	case <-gone:
	case <-d.done:
	}
	return false
}
