package spool

import (
	"os"
	"syscall"
)

// allocate makes sure that the disk has room for so many bytes of a new file.
func allocate(file *os.File, size int) error {
	for {
		err := syscall.Fallocate(int(file.Fd()), 0, 0, int64(size))
		switch err {
		case syscall.EINTR:
		case syscall.EOPNOTSUPP, syscall.ENOSYS:
			return fill(file, size)
		default:
			return err
		}
	}
}

// syncData puts a file's content on the disk.
func syncData(file *os.File) error { return syscall.Fdatasync(int(file.Fd())) }
