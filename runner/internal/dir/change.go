package dir

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	atCwd       = -0x64
	atRemoveDir = 0x200
	openPath    = 0x200000 // O_PATH, which package syscall does not name.
)

// Rename moves a file within the directory, over what is there.
func (d *Dir) Rename(from, to string) error {
	if err := checkNames(from, to); err != nil {
		return err
	}
	return d.wrap("rename", from, syscall.Renameat(d.Fd(), from, d.Fd(), to))
}

// Remove deletes a file.
func (d *Dir) Remove(name string) error { return d.unlink(name, 0) }

// RemoveAll deletes a file, or a directory with all that is in it; what is not there is no problem.
func (d *Dir) RemoveAll(name string) error {
	err := d.unlink(name, 0)
	if err == nil || errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if !errors.Is(err, syscall.EISDIR) && !errors.Is(err, syscall.EPERM) {
		return err
	}
	sub, err := d.Sub(name)
	if errors.Is(err, syscall.EACCES) && d.unlock(name) == nil {
		sub, err = d.Sub(name)
	}
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer sub.Close()
	// A script may have taken its own right to write away.
	_ = syscall.Fchmod(sub.Fd(), 0o700)
	names, err := sub.Names()
	if err != nil {
		return err
	}
	for _, inner := range names {
		if err := sub.RemoveAll(inner); err != nil {
			return err
		}
	}
	if err = d.unlink(name, atRemoveDir); errors.Is(err, syscall.ENOENT) {
		return nil
	}
	return err
}

// unlock gives us the rights to a directory of ours that nobody may read. It is opened as a mere place first, so that no
// link is followed.
func (d *Dir) unlock(name string) error {
	fd, err := d.open(name, openPath|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return syscall.Chmod("/proc/self/fd/"+strconv.Itoa(fd), 0o700)
}

// Names lists the directory, in no order.
func (d *Dir) Names() ([]string, error) {
	// A second description of its own: the position of a directory is shared by all who hold the descriptor.
	fd, err := openat(d.Fd(), ".", syscall.O_DIRECTORY|never, 0)
	if err != nil {
		return nil, d.wrap("list", ".", err)
	}
	file := os.NewFile(uintptr(fd), d.path)
	defer file.Close()
	return file.Readdirnames(-1)
}

// Entry is what Stat tells of a file.
type Entry struct {
	Size     int64
	Modified time.Time
	IsDir    bool
	IsFile   bool
}

// Stat looks at a file without following it.
func (d *Dir) Stat(name string) (Entry, error) {
	fd, err := d.open(name, openPath, 0)
	if err != nil {
		return Entry{}, err
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return Entry{}, d.wrap("stat", name, err)
	}
	return Entry{
		Size:     st.Size,
		Modified: time.Unix(int64(st.Mtim.Sec), int64(st.Mtim.Nsec)),
		IsDir:    st.Mode&syscall.S_IFMT == syscall.S_IFDIR,
		IsFile:   st.Mode&syscall.S_IFMT == syscall.S_IFREG,
	}, nil
}

// Touch sets a file's time to now.
func (d *Dir) Touch(name string) error {
	file, err := d.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	now := syscall.NsecToTimeval(time.Now().UnixNano())
	return d.wrap("touch", name, syscall.Futimes(int(file.Fd()), []syscall.Timeval{now, now}))
}

// MakeMasked makes a directory with a mode that the umask cuts down as usual, but that its owner can use.
func (d *Dir) MakeMasked(name string, mode uint32) (*Dir, error) {
	if err := d.mkdir(name, mode); err != nil {
		return nil, err
	}
	sub, err := d.Sub(name)
	if err != nil {
		return nil, err
	}
	if err := AddMode(sub.file, 0o700); err != nil {
		sub.Close()
		return nil, err
	}
	return sub, nil
}

// AddMode makes sure that a file has at least these permissions.
func AddMode(file *os.File, mode uint32) error {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(file.Fd()), &st); err != nil {
		return err
	}
	if st.Mode&mode == mode {
		return nil
	}
	return syscall.Fchmod(int(file.Fd()), st.Mode&0o777|mode)
}

func (d *Dir) mkdir(name string, mode uint32) error {
	if err := checkNames(name); err != nil {
		return err
	}
	return d.wrap("mkdir", name, syscall.Mkdirat(d.Fd(), name, mode))
}

func (d *Dir) open(name string, flags int, mode uint32) (int, error) {
	if err := checkNames(name); err != nil {
		return -1, err
	}
	fd, err := openat(d.Fd(), name, flags|never, mode)
	return fd, d.wrap("open", name, err)
}

func (d *Dir) unlink(name string, flags uintptr) error {
	if err := checkNames(name); err != nil {
		return err
	}
	text, err := syscall.BytePtrFromString(name)
	if err != nil {
		return err
	}
	// Package syscall has no unlinkat with flags.
	_, _, errno := syscall.Syscall(syscall.SYS_UNLINKAT, uintptr(d.Fd()), uintptr(unsafe.Pointer(text)), flags)
	if errno != 0 {
		return d.wrap("remove", name, errno)
	}
	return nil
}

func (d *Dir) wrap(operation, name string, err error) error {
	if err == nil {
		return nil
	}
	return &os.PathError{Op: operation, Path: d.path + "/" + name, Err: err}
}

func checkNames(names ...string) error {
	for _, name := range names {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return &os.PathError{Op: "use", Path: name, Err: syscall.EINVAL}
		}
	}
	return nil
}

func openat(dirfd int, path string, flags int, mode uint32) (int, error) {
	for {
		fd, err := syscall.Openat(dirfd, path, flags, mode)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}
