//go:build linux && !portable

package dir

import (
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

const (
	atCwd       = -0x64
	atRemoveDir = 0x200
	openPath    = 0x200000 // O_PATH, which package syscall does not name.
	never       = syscall.O_NOFOLLOW | syscall.O_CLOEXEC
)

// place is an open directory whose entries are reached without following links: by the system calls that take a
// descriptor and O_NOFOLLOW.
type place struct{ file *os.File }

func openPlace(path string) (place, error) {
	fd, err := openat(atCwd, path, syscall.O_DIRECTORY|never, 0)
	if err != nil {
		return place{}, err
	}
	return place{os.NewFile(uintptr(fd), path)}, nil
}

func (p place) fd() int { return int(p.file.Fd()) }

func (p place) close() { _ = p.file.Close() }

func (p place) sub(name, path string) (place, error) {
	fd, err := openat(p.fd(), name, syscall.O_DIRECTORY|never, 0)
	if err != nil {
		return place{}, err
	}
	return place{os.NewFile(uintptr(fd), path)}, nil
}

func (p place) openFile(name, path string, flags int, mode uint32) (*os.File, error) {
	fd, err := openat(p.fd(), name, flags|never, mode)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

func (p place) stat(name string) (Entry, error) {
	fd, err := openat(p.fd(), name, openPath|never, 0)
	if err != nil {
		return Entry{}, err
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return Entry{}, err
	}
	return Entry{
		Size:     st.Size,
		Modified: time.Unix(int64(st.Mtim.Sec), int64(st.Mtim.Nsec)),
		IsDir:    st.Mode&syscall.S_IFMT == syscall.S_IFDIR,
		IsFile:   st.Mode&syscall.S_IFMT == syscall.S_IFREG,
	}, nil
}

func (p place) mkdir(name string, mode uint32) error { return syscall.Mkdirat(p.fd(), name, mode) }

func (p place) rename(from, to string) error { return syscall.Renameat(p.fd(), from, p.fd(), to) }

func (p place) symlink(target, name string) error {
	to, err := syscall.BytePtrFromString(target)
	if err != nil {
		return err
	}
	link, err := syscall.BytePtrFromString(name)
	if err != nil {
		return err
	}
	// Package syscall has no symlinkat for all systems.
	_, _, errno := syscall.Syscall(syscall.SYS_SYMLINKAT, uintptr(unsafe.Pointer(to)), uintptr(p.fd()), uintptr(unsafe.Pointer(link)))
	if errno != 0 {
		return errno
	}
	return nil
}

func (p place) unlink(name string) error { return p.unlinkat(name, 0) }

func (p place) rmdir(name string) error { return p.unlinkat(name, atRemoveDir) }

func (p place) unlinkat(name string, flags uintptr) error {
	text, err := syscall.BytePtrFromString(name)
	if err != nil {
		return err
	}
	// Package syscall has no unlinkat with flags.
	_, _, errno := syscall.Syscall(syscall.SYS_UNLINKAT, uintptr(p.fd()), uintptr(unsafe.Pointer(text)), flags)
	if errno != 0 {
		return errno
	}
	return nil
}

// touch sets a file's time to now. Futimes of package syscall goes through /proc, which is not everywhere.
func touch(fd int) error {
	_, _, errno := syscall.Syscall6(syscall.SYS_UTIMENSAT, uintptr(fd), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// unlock gives us the rights to a directory of ours that nobody may read. It is opened as a mere place first, so that no
// link is followed.
func (p place) unlock(name string) error {
	fd, err := openat(p.fd(), name, openPath|syscall.O_DIRECTORY|never, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return syscall.Chmod("/proc/self/fd/"+strconv.Itoa(fd), 0o700)
}

// names uses a second description of its own: the position of a directory is shared by all who hold the descriptor.
func (p place) names() ([]string, error) {
	fd, err := openat(p.fd(), ".", syscall.O_DIRECTORY|never, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), ".")
	defer file.Close()
	return file.Readdirnames(-1)
}

func openat(dirfd int, path string, flags int, mode uint32) (int, error) {
	for {
		fd, err := syscall.Openat(dirfd, path, flags, mode)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}
