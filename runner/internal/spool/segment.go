// Package spool keeps a job's records in files on the server, within a budget, and reads them back from any offset.
package spool

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"syscall"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
)

const (
	directory = "spool"
	// maxSegment is the size at which a new file begins.
	maxSegment = 16 << 20
	// minSegment holds a record of the largest size.
	minSegment = 128 << 10
	// segmentsInBudget makes a segment small enough that dropping one leaves most of a small budget.
	segmentsInBudget = 16
)

// SegmentLimit is the size of a segment in a spool with this budget.
func SegmentLimit(budget int64) int64 {
	return min(maxSegment, max(minSegment, budget/segmentsInBudget))
}

// segment is one file of the spool, with what would be lost with it.
type segment struct {
	start  int64
	size   int64
	counts Counts
	// gaps are the beginnings of the gaps whose records stand in it.
	gaps []int64
	// number counts segments from the spool's beginning.
	number int
}

func (s *segment) end() int64 { return s.start + s.size }

// Counts says what is in a range of a spool.
type Counts struct{ Records, Lines, Bytes int64 }

func (c *Counts) add(other Counts) {
	c.Records += other.Records
	c.Lines += other.Lines
	c.Bytes += other.Bytes
}

// fileName is a start offset in 16 hex digits, so that names sort like offsets.
func fileName(start int64) string {
	text := strconv.FormatInt(start, 16)
	return "0000000000000000"[len(text):] + text
}

func parseName(name string) (int64, bool) {
	if !jsontext.IsHex(name, 16) {
		return 0, false
	}
	start, err := strconv.ParseInt(name, 16, 64)
	return start, err == nil
}

// starts lists the segments that are there, in order.
func starts(files *dir.Dir) ([]int64, error) {
	names, err := files.Names()
	if err != nil {
		return nil, err
	}
	// Names of one length sort like the offsets that they are.
	sort.Strings(names)
	list := []int64{}
	for _, name := range names {
		if start, ok := parseName(name); ok {
			list = append(list, start)
		}
	}
	return list, nil
}

// Size is the offset behind the last byte of a job's spool; 0 when there is none.
func Size(job *dir.Dir) (int64, error) {
	files, err := job.Sub(directory)
	if errors.Is(err, syscall.ENOENT) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("measure the spool: %w", err)
	}
	defer files.Close()
	list, err := starts(files)
	if err != nil {
		return 0, fmt.Errorf("measure the spool: %w", err)
	}
	if len(list) == 0 {
		return 0, nil
	}
	last := list[len(list)-1]
	entry, err := files.Stat(fileName(last))
	if errors.Is(err, syscall.ENOENT) {
		// It went between the two looks, so nothing of it can be read any more.
		return last, nil
	}
	if err != nil {
		return 0, fmt.Errorf("measure the spool: %w", err)
	}
	return last + entry.Size, nil
}

// IsFull says whether a write found no room: no space, no quota, or the file size limit of the session.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
