package ctl

import "syscall"

func newSocket(family int) (int, error) {
	// Nobody forks between the two calls: the runner starts processes under the same lock.
	syscall.ForkLock.RLock()
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, err
	}
	return unblock(fd)
}

func accept(listener int) (int, error) {
	syscall.ForkLock.RLock()
	fd, _, err := syscall.Accept(listener)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, err
	}
	return unblock(fd)
}

func unblock(fd int) (int, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// isSameUser is decided by the job's directory, which nobody else can enter: asking for the other end's user takes what
// package syscall does not have here.
func isSameUser(int) bool { return true }
