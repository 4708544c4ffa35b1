//go:build !linux || portable

package dir

import (
	"os"
	"syscall"
	"time"
)

// place is an open directory whose entries are reached without following links. os.Root never leaves the directory, but
// follows a link that stays in it; so what was opened is compared with the entry itself.
type place struct {
	root *os.Root
	file *os.File
}

// maxLooks bounds how often a file is looked at that is another one each time it is opened.
const maxLooks = 100

func openPlace(path string) (place, error) {
	entry, err := os.Lstat(path)
	if err != nil {
		return place{}, bare(err)
	}
	root, err := os.OpenRoot(path)
	return newPlace(root, entry, err)
}

// newPlace makes sure that a directory is the entry that was looked at: one that is no link.
func newPlace(root *os.Root, entry os.FileInfo, err error) (place, error) {
	if err != nil {
		return place{}, bare(err)
	}
	file, err := root.Open(".")
	if err != nil {
		_ = root.Close()
		return place{}, bare(err)
	}
	p := place{root, file}
	if err := isEntry(file, entry); err != nil {
		p.close()
		return place{}, err
	}
	return p, nil
}

// isEntry is an error unless an open file is the entry itself.
func isEntry(file *os.File, entry os.FileInfo) error {
	found, err := file.Stat()
	if err != nil {
		return bare(err)
	}
	if !os.SameFile(found, entry) {
		return syscall.ELOOP
	}
	return nil
}

func (p place) fd() int { return int(p.file.Fd()) }

func (p place) close() {
	_ = p.file.Close()
	_ = p.root.Close()
}

func (p place) sub(name, _ string) (place, error) {
	entry, err := p.root.Lstat(name)
	if err != nil {
		return place{}, bare(err)
	}
	if !entry.IsDir() {
		return place{}, syscall.ENOTDIR
	}
	root, err := p.root.OpenRoot(name)
	return newPlace(root, entry, err)
}

func (p place) openFile(name, _ string, flags int, mode uint32) (*os.File, error) {
	if flags&syscall.O_EXCL != 0 {
		file, err := p.root.OpenFile(name, flags, os.FileMode(mode))
		return file, bare(err)
	}
	for tries := 1; ; tries++ {
		entry, err := p.root.Lstat(name)
		if err != nil {
			return nil, bare(err)
		}
		if entry.Mode()&os.ModeSymlink != 0 {
			return nil, syscall.ELOOP
		}
		file, err := p.root.OpenFile(name, flags, os.FileMode(mode))
		if err != nil {
			return nil, bare(err)
		}
		if err = isEntry(file, entry); err == nil {
			return file, nil
		}
		_ = file.Close()
		// Most likely it was replaced in between, as a job's state is; a link is seen at the next look.
		if tries == maxLooks {
			return nil, err
		}
	}
}

func (p place) stat(name string) (Entry, error) {
	found, err := p.root.Lstat(name)
	if err != nil {
		return Entry{}, bare(err)
	}
	return Entry{
		Size: found.Size(), Modified: found.ModTime(), IsDir: found.IsDir(), IsFile: found.Mode().IsRegular(),
	}, nil
}

func (p place) mkdir(name string, mode uint32) error {
	return bare(p.root.Mkdir(name, os.FileMode(mode)))
}

func (p place) rename(from, to string) error { return bare(p.root.Rename(from, to)) }

func (p place) symlink(target, name string) error { return bare(p.root.Symlink(target, name)) }

func (p place) unlink(name string) error {
	// Remove would take an empty directory, too.
	if entry, err := p.root.Lstat(name); err == nil && entry.IsDir() {
		return syscall.EISDIR
	}
	return bare(p.root.Remove(name))
}

func (p place) rmdir(name string) error {
	if entry, err := p.root.Lstat(name); err == nil && !entry.IsDir() {
		return syscall.ENOTDIR
	}
	return bare(p.root.Remove(name))
}

// unlock gives us the rights to a directory of ours that nobody may read.
func (p place) unlock(name string) error {
	if entry, err := p.root.Lstat(name); err == nil && !entry.IsDir() {
		return syscall.ENOTDIR
	}
	return bare(p.root.Chmod(name, 0o700))
}

func (p place) names() ([]string, error) {
	file, err := p.root.Open(".")
	if err != nil {
		return nil, bare(err)
	}
	defer file.Close()
	return file.Readdirnames(-1)
}

// bare takes off what package os says around a system's error: the caller says it with the whole path.
func bare(err error) error {
	switch wrapped := err.(type) {
	case *os.PathError:
		return wrapped.Err
	case *os.LinkError:
		return wrapped.Err
	}
	return err
}

// touch sets a file's time to now.
func touch(fd int) error {
	now := syscall.NsecToTimeval(time.Now().UnixNano())
	return syscall.Futimes(fd, []syscall.Timeval{now, now})
}
