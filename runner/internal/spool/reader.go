package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/faulty"
)

var errRemoved = errors.New("the spool was removed")

// Reader reads a spool from any offset on, also while it grows and while segments go.
type Reader struct {
	files  *dir.Dir
	file   *os.File
	start  int64
	offset int64
}

// OpenReader opens a job's spool for reading from offset on.
func OpenReader(job *dir.Dir, offset int64) (*Reader, error) {
	files, err := job.Sub(directory)
	if err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	return &Reader{files: files, offset: offset}, nil
}

// Close ends the reader; closing twice is allowed.
func (r *Reader) Close() {
	if r.file != nil {
		_ = r.file.Close()
		r.file = nil
	}
	r.files.Close()
}

// Locate finds where the next byte in front of end comes from: behind a hole, if there is one.
func (r *Reader) Locate(end int64) (int64, error) {
	if r.file != nil || r.offset >= end {
		return r.offset, nil
	}
	err := r.open(end)
	return r.offset, err
}

// Read fills into with bytes in front of end and returns the offset of the first one.
// An offset beyond the last end means that the segments between are gone. The count is 0 when there is nothing now.
func (r *Reader) Read(into []byte, end int64) (offset int64, n int, err error) {
	for r.offset < end {
		if r.file == nil {
			if err := r.open(end); err != nil {
				return 0, 0, err
			}
			if r.file == nil {
				break
			}
		}
		want := min(int64(len(into)), end-r.offset)
		n, err := 0, faulty.Next("read")
		if err == nil {
			n, err = r.file.ReadAt(into[:want], r.offset-r.start)
		}
		if n > 0 {
			offset := r.offset
			r.offset += int64(n)
			return offset, n, nil
		}
		if !errors.Is(err, io.EOF) {
			return 0, 0, fmt.Errorf("read the spool: %w", err)
		}
		// This segment is read; what comes next, comes from another.
		empty := r.offset == r.start
		_ = r.file.Close()
		r.file = nil
		if empty {
			break
		}
	}
	return r.offset, 0, nil
}

// open finds the segment that holds the next byte, or the first one behind a hole. It leaves file nil when none does.
func (r *Reader) open(end int64) error {
	// In most cases the next segment begins just here.
	if r.use(r.offset) == nil {
		return nil
	}
	list, err := starts(r.files)
	if err != nil && !r.files.IsRemoved() {
		return fmt.Errorf("list the spool: %w", err)
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] <= r.offset {
			if entry, err := r.files.Stat(fileName(list[i])); err == nil && list[i]+entry.Size > r.offset {
				return r.openAt(list[i])
			}
			break
		}
	}
	for _, start := range list {
		if start > r.offset && start < end {
			r.offset = start
			return r.openAt(start)
		}
	}
	if r.files.IsRemoved() {
		// There may be another one by now, for who attaches again.
		return errRemoved
	}
	return nil
}

func (r *Reader) openAt(start int64) error {
	err := r.use(start)
	if errors.Is(err, syscall.ENOENT) {
		// It went between the two looks; the next call finds what is left.
		return nil
	}
	return err
}

func (r *Reader) use(start int64) error {
	file, err := r.files.Open(fileName(start))
	if err != nil {
		return err
	}
	r.file, r.start = file, start
	return nil
}
