// Package ctl is the socket between a job's supervisor and the sessions that watch it.
package ctl

import (
	"fmt"
	"os"
	"syscall"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

const (
	socketName = "ctl.sock"
	backlog    = 64
	// maxMessage is more than the longest of the few small messages that are sent here.
	maxMessage = 512
)

// Listener waits for sessions.
type Listener struct{ file *os.File }

// Listen makes the socket in a job's directory.
func Listen(job *dir.Dir) (*Listener, error) {
	path, release, err := address(job)
	if err != nil {
		return nil, err
	}
	defer release()
	fd, err := socket()
	if err != nil {
		return nil, err
	}
	// The directory is private, so nobody gets in before the mode is right.
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("bind the control socket: %w", err)
	}
	_ = syscall.Chmod(path, 0o600)
	if err := syscall.Listen(fd, backlog); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("listen on the control socket: %w", err)
	}
	return &Listener{os.NewFile(uintptr(fd), socketName)}, nil
}

// Accept waits for the next session of the same user. After Close it returns os.ErrClosed; after any other error it may
// be called again.
func (l *Listener) Accept() (*Conn, error) {
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
		if !isAllowed(fd) {
			_ = syscall.Close(fd)
			continue
		}
		return newConn(fd), nil
	}
}

// Close ends Accept.
func (l *Listener) Close() { _ = l.file.Close() }

// Dial connects to a job's supervisor.
func Dial(job *dir.Dir) (*Conn, error) {
	path, release, err := address(job)
	if err != nil {
		return nil, err
	}
	defer release()
	fd, err := socket()
	if err != nil {
		return nil, err
	}
	if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("connect to the supervisor: %w", err)
	}
	return newConn(fd), nil
}

func socket() (int, error) {
	fd, err := newSocket()
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

func newConn(fd int) *Conn {
	file := os.NewFile(uintptr(fd), socketName)
	return &Conn{file, frame.NewSmallDecoder(file, maxMessage)}
}

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
