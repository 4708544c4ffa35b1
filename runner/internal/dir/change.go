package dir

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/faulty"
)

// Rename moves a file within the directory, over what is there.
func (d *Dir) Rename(from, to string) error {
	if err := checkNames(from, to); err != nil {
		return err
	}
	if err := faulty.Next("rename"); err != nil {
		return d.wrap("rename", from, err)
	}
	return d.wrap("rename", from, d.place.rename(from, to))
}

// Link makes a link of this name to a target, which is taken as it stands.
func (d *Dir) Link(target, name string) error {
	if err := checkNames(name); err != nil {
		return err
	}
	return d.wrap("link", name, d.place.symlink(target, name))
}

// Remove deletes a file.
func (d *Dir) Remove(name string) error {
	if err := checkNames(name); err != nil {
		return err
	}
	if err := faulty.Next("unlink"); err != nil {
		return d.wrap("remove", name, err)
	}
	return d.wrap("remove", name, d.place.unlink(name))
}

// RemoveEmpty deletes a directory that nothing is in.
func (d *Dir) RemoveEmpty(name string) error {
	if err := checkNames(name); err != nil {
		return err
	}
	return d.wrap("remove", name, d.place.rmdir(name))
}

// RemoveAll deletes a file, or a directory with all that is in it; what is not there is no problem. It stays on one file
// system: what somebody has mounted below is not ours.
func (d *Dir) RemoveAll(name string) error {
	err := d.Remove(name)
	if err == nil || errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if !errors.Is(err, syscall.EISDIR) && !errors.Is(err, syscall.EPERM) {
		return err
	}
	sub, err := d.Sub(name)
	if errors.Is(err, syscall.EACCES) && d.place.unlock(name) == nil {
		sub, err = d.Sub(name)
	}
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer sub.Close()
	if !sub.isBeside(d) {
		return d.wrap("remove", name, syscall.EXDEV)
	}
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
	if err = d.RemoveEmpty(name); errors.Is(err, syscall.ENOENT) {
		return nil
	}
	return err
}

// Names lists the directory, in no order.
func (d *Dir) Names() ([]string, error) {
	if err := faulty.Next("list"); err != nil {
		return nil, d.wrap("list", ".", err)
	}
	names, err := d.place.names()
	return names, d.wrap("list", ".", err)
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
	if err := checkNames(name); err != nil {
		return Entry{}, err
	}
	if err := faulty.Next("stat"); err != nil {
		return Entry{}, d.wrap("stat", name, err)
	}
	entry, err := d.place.stat(name)
	return entry, d.wrap("stat", name, err)
}

// Size is how many bytes a file has, or all files below a directory. What cannot be looked at is not counted.
func (d *Dir) Size(name string) int64 {
	entry, err := d.Stat(name)
	if err != nil || entry.IsFile {
		return entry.Size
	}
	if !entry.IsDir {
		return 0
	}
	sub, err := d.Sub(name)
	if err != nil {
		return 0
	}
	defer sub.Close()
	if !sub.isBeside(d) {
		return 0
	}
	names, _ := sub.Names()
	size := int64(0)
	for _, inner := range names {
		size += sub.Size(inner)
	}
	return size
}

// Touch sets a file's time to now.
func (d *Dir) Touch(name string) error {
	file, err := d.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return d.wrap("touch", name, touch(int(file.Fd())))
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
	if err := AddMode(sub.place.file, 0o700); err != nil {
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
	// Systems differ in the size of the field.
	now := uint32(st.Mode)
	if now&mode == mode {
		return nil
	}
	return syscall.Fchmod(int(file.Fd()), now&0o777|mode)
}

func (d *Dir) mkdir(name string, mode uint32) error {
	if err := checkNames(name); err != nil {
		return err
	}
	if err := faulty.Next("mkdir"); err != nil {
		return d.wrap("mkdir", name, err)
	}
	return d.wrap("mkdir", name, d.place.mkdir(name, mode))
}

// isBeside says whether two directories are on one file system.
func (d *Dir) isBeside(other *Dir) bool {
	var one, two syscall.Stat_t
	return syscall.Fstat(d.Fd(), &one) == nil && syscall.Fstat(other.Fd(), &two) == nil && one.Dev == two.Dev
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
