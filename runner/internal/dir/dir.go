// Package dir opens and changes files relative to a directory that was checked once, without ever following a link.
package dir

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"cronium.dev/runner/internal/faulty"
)

// Dir is an open directory. Names given to its methods are single components: nothing with a slash is accepted.
type Dir struct {
	place place
	path  string
}

// OpenBase opens the directory below which the runner keeps everything, and makes it when it is missing.
// It must be ours, private and no link: whoever could write into it could replace what we execute.
func OpenBase(path string) (*Dir, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("open base directory %q: the path is not absolute", path)
	}
	path = filepath.Clean(path)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make base directory: %w", err)
	}
	opened, err := openPlace(path)
	if err != nil {
		return nil, fmt.Errorf("open base directory %q: %w", path, err)
	}
	d := &Dir{opened, path}
	if err := d.checkPrivate(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Dir) checkPrivate() error {
	var st syscall.Stat_t
	if err := syscall.Fstat(d.Fd(), &st); err != nil {
		return fmt.Errorf("look at base directory: %w", err)
	}
	if int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("open base directory %q: it belongs to another user", d.path)
	}
	if st.Mode&0o777 != 0o700 {
		return fmt.Errorf("open base directory %q: its mode is not 0700", d.path)
	}
	return nil
}

// Path is where the directory was when it was opened; for messages and for paths that a script sees.
func (d *Dir) Path() string { return d.path }

// Fd is the directory's descriptor, valid until Close.
func (d *Dir) Fd() int { return d.place.fd() }

// Close gives the descriptor back; closing twice is allowed.
func (d *Dir) Close() { d.place.close() }

// Is says whether two are the same directory, whatever their names are by now.
func (d *Dir) Is(other *Dir) (bool, error) {
	var one, two syscall.Stat_t
	if err := syscall.Fstat(d.Fd(), &one); err != nil {
		return false, d.wrap("stat", ".", err)
	}
	if err := syscall.Fstat(other.Fd(), &two); err != nil {
		return false, other.wrap("stat", ".", err)
	}
	return one.Dev == two.Dev && one.Ino == two.Ino, nil
}

// IsRemoved says whether the directory has no name any more.
func (d *Dir) IsRemoved() bool {
	var st syscall.Stat_t
	return syscall.Fstat(d.Fd(), &st) == nil && st.Nlink == 0
}

// Sub opens a directory in this one.
func (d *Dir) Sub(name string) (*Dir, error) {
	if err := checkNames(name); err != nil {
		return nil, err
	}
	path := d.path + "/" + name
	if err := faulty.Next("open"); err != nil {
		return nil, d.wrap("open", name, err)
	}
	sub, err := d.place.sub(name, path)
	if err != nil {
		return nil, d.wrap("open", name, err)
	}
	return &Dir{sub, path}, nil
}

// Make makes a directory that must not be there yet and opens it. The mode is exact, whatever the umask.
func (d *Dir) Make(name string, mode uint32) (*Dir, error) {
	if err := d.mkdir(name, mode); err != nil {
		return nil, err
	}
	sub, err := d.Sub(name)
	if err != nil {
		return nil, err
	}
	if err := syscall.Fchmod(sub.Fd(), mode); err != nil {
		sub.Close()
		return nil, d.wrap("chmod", name, err)
	}
	return sub, nil
}

// Ensure opens a private directory and makes it when it is missing.
func (d *Dir) Ensure(name string) (*Dir, error) {
	sub, err := d.Make(name, 0o700)
	if errors.Is(err, syscall.EEXIST) {
		return d.Sub(name)
	}
	return sub, err
}

// Open opens a file for reading.
func (d *Dir) Open(name string) (*os.File, error) { return d.openFile(name, syscall.O_RDONLY, 0) }

// Create makes a private file that must not be there yet. The mode is exact, whatever the umask.
func (d *Dir) Create(name string) (*os.File, error) {
	file, err := d.CreateMasked(name, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Chmod(0o600); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// OpenOrCreate opens a private file for writing and makes it when it is missing.
func (d *Dir) OpenOrCreate(name string) (*os.File, error) {
	return d.openFile(name, syscall.O_RDWR|syscall.O_CREAT, 0o600)
}

// CreateMasked makes a file that must not be there yet, with a mode that the umask cuts down as usual.
func (d *Dir) CreateMasked(name string, mode uint32) (*os.File, error) {
	return d.openFile(name, syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL, mode)
}

func (d *Dir) openFile(name string, flags int, mode uint32) (*os.File, error) {
	if err := checkNames(name); err != nil {
		return nil, err
	}
	if err := faulty.Next("open"); err != nil {
		return nil, d.wrap("open", name, err)
	}
	file, err := d.place.openFile(name, d.path+"/"+name, flags, mode)
	if err != nil {
		return nil, d.wrap("open", name, err)
	}
	return file, nil
}

// Read returns the content of a small file; a larger one than limit is refused.
func (d *Dir) Read(name string, limit int64) ([]byte, error) {
	file, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil {
		err = faulty.Next("read")
	}
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, d.wrap("read", name, syscall.EFBIG)
	}
	return content, nil
}

// Replace puts a file with this content in place at once: a reader sees the old content or the new, never a part.
func (d *Dir) Replace(name string, content []byte) error { return d.replace(name, content, false) }

// ReplaceSafely is Replace for what must also be whole after a crash of the machine.
func (d *Dir) ReplaceSafely(name string, content []byte) error { return d.replace(name, content, true) }

func (d *Dir) replace(name string, content []byte, isSafe bool) error {
	temporary := "." + name + "." + strconv.Itoa(os.Getpid())
	file, err := d.Create(temporary)
	if errors.Is(err, syscall.EEXIST) {
		// Another process of this number was cut off here.
		_ = d.Remove(temporary)
		file, err = d.Create(temporary)
	}
	if err != nil {
		return err
	}
	if err = faulty.Next("write"); err == nil {
		_, err = file.Write(content)
	}
	if err == nil && isSafe {
		if err = faulty.Next("sync"); err == nil {
			err = file.Sync()
		}
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = d.Rename(temporary, name)
	}
	if err != nil {
		_ = d.Remove(temporary)
	}
	return err
}
