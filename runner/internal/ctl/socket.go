// Package ctl has a job's sockets: one between its supervisor and the sessions that watch it, one for what its script
// asks, and one for programs that want an address on the loopback.
package ctl

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

const (
	watchName = "ctl.sock"
	callName  = "call.sock"
	backlog   = 64
	// tries and betweenTries are for a socket on which more wait than the system keeps.
	tries        = 200
	betweenTries = 10 * time.Millisecond
	// maxMessage is more than the longest of the few messages between sessions and supervisors: a token.
	maxMessage = 9 << 10
)

// Listener waits for others to connect.
type Listener struct {
	file      *os.File
	isAllowed func(fd int) bool
}

// Listen makes the socket for sessions in a job's directory.
func Listen(job *dir.Dir) (*Listener, error) { return listen(job, watchName) }

// ListenForCalls makes the socket for the script's calls in a job's directory.
func ListenForCalls(job *dir.Dir) (*Listener, error) { return listen(job, callName) }

func listen(job *dir.Dir, name string) (*Listener, error) {
	path, release, err := address(job, name)
	if err != nil {
		return nil, err
	}
	defer release()
	fd, err := socket(syscall.AF_UNIX)
	if err != nil {
		return nil, err
	}
	// The directory is private, so nobody gets in before the mode is right.
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("bind the job's socket: %w", err)
	}
	_ = syscall.Chmod(path, 0o600)
	if err := syscall.Listen(fd, backlog); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("listen on the job's socket: %w", err)
	}
	return &Listener{os.NewFile(uintptr(fd), name), isSameUser}, nil
}

// Accept waits for the next session of the same user. After Close it returns os.ErrClosed; after any other error it may
// be called again.
func (l *Listener) Accept() (*Conn, error) {
	file, err := l.AcceptFile()
	if err != nil {
		return nil, err
	}
	return newConn(file), nil
}

// AcceptFile is Accept for whoever speaks otherwise than a Conn.
func (l *Listener) AcceptFile() (*os.File, error) {
	raw, err := l.file.SyscallConn()
	if err != nil {
		return nil, os.ErrClosed
	}
	for {
		fd := -1
		var failed error
		err := raw.Read(func(listener uintptr) bool {
			fd, failed = accept(int(listener))
			return failed != syscall.EAGAIN
		})
		if err != nil {
			return nil, os.ErrClosed
		}
		if failed == syscall.EINTR || failed == syscall.ECONNABORTED {
			continue
		}
		if failed != nil {
			return nil, failed
		}
		if !l.isAllowed(fd) {
			_ = syscall.Close(fd)
			continue
		}
		return os.NewFile(uintptr(fd), l.file.Name()), nil
	}
}

// Close ends Accept.
func (l *Listener) Close() { _ = l.file.Close() }

// Dial connects to a job's supervisor.
func Dial(job *dir.Dir) (*Conn, error) {
	file, err := dial(job, watchName)
	if err != nil {
		return nil, err
	}
	return newConn(file), nil
}

// DialForCalls connects to where a job's supervisor answers calls.
func DialForCalls(job *dir.Dir) (*os.File, error) { return dial(job, callName) }

func dial(job *dir.Dir, name string) (*os.File, error) {
	path, release, err := address(job, name)
	if err != nil {
		return nil, err
	}
	defer release()
	return connect(path, name)
}

// DialForCallsIn is DialForCalls for a program that has only the path of the job's directory.
func DialForCallsIn(job string) (*os.File, error) {
	path, release, err := shortPath(job, callName)
	if err != nil {
		return nil, err
	}
	defer release()
	return connect(path, callName)
}

func connect(path, name string) (*os.File, error) {
	fd, err := socket(syscall.AF_UNIX)
	if err != nil {
		return nil, err
	}
	for left := tries; ; left-- {
		err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path})
		if err == nil {
			return os.NewFile(uintptr(fd), name), nil
		}
		if err != syscall.EAGAIN && err != syscall.EINTR || left == 0 {
			_ = syscall.Close(fd)
			return nil, fmt.Errorf("connect to the supervisor: %w", err)
		}
		time.Sleep(betweenTries)
	}
}

func socket(family int) (int, error) {
	fd, err := newSocket(family)
	if err != nil {
		return -1, fmt.Errorf("make a socket: %w", err)
	}
	return fd, nil
}

// Conn carries small messages both ways.
type Conn struct {
	file    *os.File
	decoder *frame.Decoder
}

func newConn(file *os.File) *Conn { return &Conn{file, frame.NewSmallDecoder(file, maxMessage)} }

// Send writes a message.
func (c *Conn) Send(message *jsontext.Object) error {
	_, err := c.file.Write(frame.Append(nil, frame.Message, 0, message.Bytes()))
	return err
}

// Receive waits for a message.
func (c *Conn) Receive() (*jsontext.Fields, error) {
	found, err := c.decoder.Next()
	if err != nil {
		return nil, err
	}
	return jsontext.ParseObject(found.Body)
}

// Close ends both directions; closing twice is allowed.
func (c *Conn) Close() { _ = c.file.Close() }
