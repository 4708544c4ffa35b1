package payload

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/tarball"
)

const (
	maxEntries = 10_000
	maxBytes   = 512 << 20
	filesRoot  = "files"
)

// Invalid says why an archive is refused, in a sentence that names the entry.
type Invalid struct{ Reason string }

func (i *Invalid) Error() string { return "Cannot use the payload: " + i.Reason }

func invalid(format string, arguments ...any) error {
	return &Invalid{fmt.Sprintf(format, arguments...)}
}

// Archive is an open payload. ReadManifest comes first, then Extract.
type Archive struct {
	file *os.File
	tar  *tarball.Reader
}

// Open takes over an open tar.gz.
func Open(file *os.File) (*Archive, error) {
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, invalid("it is not compressed with gzip")
	}
	return &Archive{file, tarball.NewReader(unzipped)}, nil
}

// Close gives the file back.
func (a *Archive) Close() { _ = a.file.Close() }

// ReadManifest reads the first entry.
func (a *Archive) ReadManifest() (*Manifest, error) {
	entry, err := a.tar.Next()
	if err != nil {
		return nil, unreadable(err)
	}
	if entry.Name != "manifest.yaml" || entry.Type != tarball.File {
		return nil, invalid("its first entry is %q, not manifest.yaml", entry.Name)
	}
	if entry.Size > manifestLimit {
		return nil, invalid("manifest.yaml is larger than %d bytes", manifestLimit)
	}
	text, err := io.ReadAll(a.tar)
	if err != nil {
		return nil, unreadable(err)
	}
	manifest, err := parseManifest(text)
	if err != nil {
		return nil, invalid("%s", err)
	}
	return manifest, nil
}

// Extract unpacks the files into a directory that is empty. stop is asked between entries, and seen told of each file.
func (a *Archive) Extract(into *dir.Dir, entrypoint string, stop func() bool, seen func(path string)) error {
	total, found := int64(0), false
	for entries := 1; !stop(); entries++ {
		entry, err := a.tar.Next()
		if errors.Is(err, io.EOF) {
			if !found {
				return invalid("its entrypoint %q is not in it", entrypoint)
			}
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if entries > maxEntries {
			return invalid("it has more than %d entries", maxEntries)
		}
		if total += entry.Size; total > maxBytes || entry.Size > maxBytes {
			return invalid("it unpacks to more than %d MiB", maxBytes>>20)
		}
		path, err := checkEntry(entry)
		if err != nil {
			return err
		}
		if entry.Type == tarball.File {
			seen(path)
		}
		if path == entrypoint && entry.Type == tarball.File {
			entry.Mode |= 0o111
			found = true
		}
		if err := a.extract(into, entry, path); err != nil {
			return err
		}
	}
	return nil
}

// checkEntry returns an entry's path below files/.
func checkEntry(entry tarball.Entry) (string, error) {
	switch entry.Type {
	case tarball.File, tarball.Directory:
	case '1', '2':
		return "", invalid("its entry %q is a link", entry.Name)
	default:
		return "", invalid("its entry %q is neither a file nor a directory", entry.Name)
	}
	name := entry.Name
	if entry.Type == tarball.Directory {
		name = strings.TrimSuffix(name, "/")
	}
	if err := checkPath(name); err != nil {
		return "", invalid("%s", err)
	}
	if name == filesRoot && entry.Type == tarball.Directory {
		return "", nil
	}
	path, below := strings.CutPrefix(name, filesRoot+"/")
	if !below {
		return "", invalid("its entry %q is not below files/", entry.Name)
	}
	return path, nil
}

func (a *Archive) extract(root *dir.Dir, entry tarball.Entry, path string) error {
	if path == "" {
		return nil
	}
	parts := strings.Split(path, "/")
	last := len(parts) - 1
	if entry.Type == tarball.Directory {
		last++
	}
	into, opened := root, []*dir.Dir{}
	defer func() {
		for _, d := range opened {
			d.Close()
		}
	}()
	for _, part := range parts[:last] {
		sub, err := ensure(into, part)
		if err != nil {
			return place(path, err)
		}
		opened = append(opened, sub)
		into = sub
	}
	if entry.Type == tarball.Directory {
		return nil
	}
	return a.write(into, entry, path, parts[last])
}

func ensure(into *dir.Dir, name string) (*dir.Dir, error) {
	sub, err := into.Sub(name)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return sub, err
	}
	return into.MakeMasked(name, 0o777)
}

func (a *Archive) write(into *dir.Dir, entry tarball.Entry, path, name string) error {
	mode := entry.Mode&0o777 | 0o600
	file, err := into.CreateMasked(name, mode)
	if err != nil {
		return place(path, err)
	}
	// The umask applies to what others may do, as it would to any file of the script; the owner must be able to use it.
	err = dir.AddMode(file, mode&0o700)
	if err == nil {
		_, err = io.Copy(writeOnly{file}, a.tar)
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	return place(path, err)
}

// writeOnly hides that a file can read by itself, which would bypass the archive's reader.
type writeOnly struct{ io.Writer }

// place tells apart what is wrong with the archive and what is wrong with the disk.
func place(path string, err error) error {
	var on *os.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrExist):
		return invalid("its entry %q is there twice", path)
	case errors.Is(err, syscall.ENOTDIR):
		return invalid("its entry %q is below a file", path)
	case errors.Is(err, syscall.ENAMETOOLONG):
		return invalid("its entry %.64q has a name that is too long for the disk", path)
	case errors.As(err, &on):
		return fmt.Errorf("unpack %q: %w", path, err)
	}
	return unreadable(err)
}

func unreadable(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return invalid("it ends too early")
	}
	return invalid("%s", err)
}
