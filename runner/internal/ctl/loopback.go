package ctl

import (
	"fmt"
	"os"
	"syscall"
)

// ListenOnLoopback waits at a port of 127.0.0.1 that the system picks. Every user of the machine can connect to it.
func ListenOnLoopback() (listener *Listener, port int, err error) {
	fd, err := socket(syscall.AF_INET)
	if err != nil {
		return nil, 0, err
	}
	fail := func(err error) (*Listener, int, error) {
		_ = syscall.Close(fd)
		return nil, 0, fmt.Errorf("listen on the loopback: %w", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return fail(err)
	}
	if err := syscall.Listen(fd, backlog); err != nil {
		return fail(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		return fail(err)
	}
	own, isInet := bound.(*syscall.SockaddrInet4)
	if !isInet {
		return fail(syscall.EAFNOSUPPORT)
	}
	anybody := func(int) bool { return true }
	return &Listener{os.NewFile(uintptr(fd), "loopback"), anybody}, own.Port, nil
}

// CloseWrite tells the other end of a socket that nothing more will come.
func CloseWrite(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Shutdown(int(fd), syscall.SHUT_WR) }); err != nil {
		return err
	}
	return failed
}
