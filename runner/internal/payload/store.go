package payload

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
)

const (
	suffix = ".tar.gz"
	// MaxSize bounds an archive that is put.
	MaxSize = 512 << 20
	// putPrefix begins the names of uploads; keepPut is how long one that nobody writes to may be under way.
	putPrefix = ".put-"
	keepPut   = time.Hour
)

var (
	// ErrAbsent says that no archive of this hash is here.
	ErrAbsent = errors.New("the server does not hold the payload")
	// ErrSize and ErrHash say that what was put is not what was announced.
	ErrSize = errors.New("the payload's size is not the one announced")
	ErrHash = errors.New("the payload's SHA-256 is not the one announced")

	errClosed = errors.New("the session ends")
)

// Store is the directory of all archives.
type Store struct {
	files *dir.Dir

	mu sync.Mutex
	// uploads are those on their way in; nil after Close.
	uploads map[*Upload]struct{}
}

// OpenStore opens <base>/payloads and makes it when it is missing.
func OpenStore(base *dir.Dir) (*Store, error) {
	files, err := base.Ensure("payloads")
	if err != nil {
		return nil, fmt.Errorf("open payloads: %w", err)
	}
	return &Store{files: files, uploads: map[*Upload]struct{}{}}, nil
}

// Has says whether the archive is here, and marks it as used where the system lets us: one that cannot be marked is here
// all the same, and may only be collected earlier.
func (s *Store) Has(sha256 string) bool {
	if s.files.Touch(sha256+suffix) == nil {
		return true
	}
	entry, err := s.files.Stat(sha256 + suffix)
	return err == nil && entry.IsFile
}

// Open opens an archive.
func (s *Store) Open(sha256 string) (*Archive, error) {
	file, err := s.files.Open(sha256 + suffix)
	if errors.Is(err, syscall.ENOENT) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("open payload: %w", err)
	}
	archive, err := Open(file)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return archive, nil
}

// Upload is an archive on its way in.
type Upload struct {
	store     *Store
	sha256    string
	size      int64
	temporary string
	file      *os.File
	hash      hash.Hash
	received  int64
}

// Receive begins an upload. stream makes its name in the directory unique within this process.
func (s *Store) Receive(sum string, size int64, stream uint32) (*Upload, error) {
	if size > MaxSize {
		return nil, ErrSize
	}
	temporary := putPrefix + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "-" + strconv.FormatUint(uint64(stream), 10)
	file, err := s.files.Create(temporary)
	if err != nil {
		return nil, fmt.Errorf("store payload: %w", err)
	}
	u := &Upload{store: s, sha256: sum, size: size, temporary: temporary, file: file, hash: sha256.New()}
	s.mu.Lock()
	isClosed := s.uploads == nil
	if !isClosed {
		s.uploads[u] = struct{}{}
	}
	s.mu.Unlock()
	if isClosed {
		u.Abort()
		return nil, errClosed
	}
	return u, nil
}

// Close aborts all uploads and takes no more; archives can still be read.
func (s *Store) Close() {
	s.mu.Lock()
	uploads := s.uploads
	s.uploads = nil
	s.mu.Unlock()
	for u := range uploads {
		u.Abort()
	}
}

// Write takes the next bytes.
func (u *Upload) Write(data []byte) error {
	u.received += int64(len(data))
	if u.received > u.size {
		return ErrSize
	}
	_, _ = u.hash.Write(data)
	if _, err := u.file.Write(data); err != nil {
		return fmt.Errorf("store payload: %w", err)
	}
	return nil
}

// Commit puts the archive in place if it is what was announced. The upload is over in any case.
func (u *Upload) Commit() error {
	defer u.Abort()
	if u.received != u.size {
		return ErrSize
	}
	if hex.EncodeToString(u.hash.Sum(nil)) != u.sha256 {
		return ErrHash
	}
	if err := u.file.Sync(); err != nil {
		return fmt.Errorf("store payload: %w", err)
	}
	if err := u.store.files.Rename(u.temporary, u.sha256+suffix); err != nil {
		return fmt.Errorf("store payload: %w", err)
	}
	return nil
}

// Abort removes what is left of an upload; calling it twice is allowed.
func (u *Upload) Abort() {
	u.store.mu.Lock()
	delete(u.store.uploads, u)
	u.store.mu.Unlock()
	_ = u.file.Close()
	_ = u.store.files.Remove(u.temporary)
}

// File is one in the directory of archives.
type File struct {
	Name string
	// SHA256 is empty for an upload.
	SHA256   string
	Size     int64
	Modified time.Time
}

// IsUpload says whether it may still be written, at this time.
func (f *File) IsUpload(now time.Time) bool { return f.SHA256 == "" && now.Sub(f.Modified) < keepPut }

// List tells the archives and uploads; whatever else is there is not ours.
func (s *Store) List() ([]File, error) {
	names, err := s.files.Names()
	if err != nil {
		return nil, err
	}
	files := []File{}
	for _, name := range names {
		sum, isArchive := strings.CutSuffix(name, suffix)
		if !isArchive || !jsontext.IsHex(sum, 64) {
			sum = ""
		}
		if sum == "" && !strings.HasPrefix(name, putPrefix) {
			continue
		}
		if entry, err := s.files.Stat(name); err == nil && entry.IsFile {
			files = append(files, File{name, sum, entry.Size, entry.Modified})
		}
	}
	return files, nil
}

// Remove deletes one of the files that List tells.
func (s *Store) Remove(name string) error { return s.files.Remove(name) }

// Collect removes archives that nobody used since before, and uploads that were left behind.
func (s *Store) Collect(now, before time.Time, isUsed func(sha256 string) bool) (count, bytes int64) {
	files, _ := s.List()
	for _, file := range files {
		isNeeded := isUsed(file.SHA256) || file.Modified.After(before)
		if file.SHA256 == "" {
			isNeeded = file.IsUpload(now)
		}
		if isNeeded || s.Remove(file.Name) != nil {
			continue
		}
		count++
		bytes += file.Size
	}
	return count, bytes
}
