package spool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/faulty"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
)

var errTooLong = errors.New("a record's body is too long")

// retryAfter is how long output is dropped without another try when the disk is full.
const retryAfter = 250 * time.Millisecond

// Writer appends records to a job's spool. Its methods may be called from several goroutines;
// none of them waits for a client, and none fails because of a full disk unless it says so.
type Writer struct {
	mu      sync.Mutex
	job     *dir.Dir
	files   *dir.Dir
	clock   host.Clock
	onGrow  func(end int64)
	budget  int64
	scratch []byte

	seq      uint64
	end      int64
	kept     int64
	segments []*segment
	current  *os.File
	syncing  *syncer

	acked   int64
	readers atomic.Int32
	gaps    []gap
	// untold are the beginnings of the gaps whose GAP is due.
	untold []int64

	// unwritten counts output for which there was no room; such bytes have no offsets.
	unwritten Counts
	tryAgain  time.Time

	values values
	// lastSeq is the number of the last record, and isOver says that it is the EXIT.
	lastSeq uint64
	isOver  bool
}

// Prepare makes the spool's first files and takes the room for its last records, before anything is known of the job.
func Prepare(job *dir.Dir) error {
	files, err := job.Make(directory, 0o700)
	if err == nil {
		defer files.Close()
		err = reserve(job)
	}
	if err == nil {
		var first *os.File
		if first, err = files.Create(fileName(0)); err == nil {
			err = first.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("make the spool: %w", err)
	}
	return nil
}

// Create begins the spool of a new job, which was prepared. onGrow is told the new end after every record; it must not wait.
func Create(job *dir.Dir, budget int64, clock host.Clock, onGrow func(end int64)) (*Writer, error) {
	files, err := job.Sub(directory)
	if err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	first, err := files.OpenOrCreate(fileName(0))
	if err != nil {
		files.Close()
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	w := &Writer{job: job, files: files, clock: clock, onGrow: onGrow, budget: budget}
	w.syncing = startSyncer(w.look)
	w.begin(first)
	return w, nil
}

// End is the size of the spool.
func (w *Writer) End() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end
}

// Ack says that a client has everything before offset on its disk.
func (w *Writer) Ack(offset int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acked = max(w.acked, min(offset, w.end))
}

// AddReaders says that so many more clients read the spool. It never waits, not even for a disk.
func (w *Writer) AddReaders(count int32) { w.readers.Add(count) }

// Start writes the first record.
func (w *Writer) Start(body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.append(record.Start, body)
}

// Output writes what a script printed. When there is no room it is counted instead: the script never waits for a disk.
func (w *Writer) Output(kind record.Type, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.untold) > 0 || w.unwritten.Records > 0 {
		isBehind := time.Now().Before(w.tryAgain) || w.confess() != nil
		// A dropped segment can be told of later; what was not written must be told of before anything follows it.
		if isBehind && w.unwritten.Records > 0 {
			w.drop(body)
			return
		}
	}
	if err := w.append(kind, body); err != nil {
		w.drop(body)
	}
	if w.values.lost > 0 && !time.Now().Before(w.tryAgain) {
		w.rewrite()
	}
}

func (w *Writer) drop(body []byte) {
	w.unwritten.add(Counts{1, int64(bytes.Count(body, []byte{'\n'})), int64(len(body))})
	w.tryAgain = time.Now().Add(retryAfter)
}

// confess writes what GAPs are due, also the one for output that found no room.
func (w *Writer) confess() error {
	if err := w.announce(); err != nil {
		return err
	}
	if w.unwritten.Records == 0 {
		return nil
	}
	if err := w.append(record.Gap, gap{w.end, w.end, w.unwritten, forRoom}.body()); err != nil {
		w.tryAgain = time.Now().Add(retryAfter)
		return err
	}
	// When this segment is dropped, the GAP for it must tell of them too.
	w.segments[len(w.segments)-1].counts.add(w.unwritten)
	w.unwritten = Counts{}
	return nil
}

// Note writes something that a person should know.
func (w *Writer) Note(code, message string) error {
	return w.last(record.Note, jsontext.NewObject().Text("code", code).Text("message", message).Bytes())
}

// Exit writes the last record.
func (w *Writer) Exit(body []byte) error { return w.last(record.Exit, body) }

// last writes a record that must not be lost: when there is no room, the reserve is given up for it.
func (w *Writer) last(kind record.Type, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mend()
	try := func() error {
		if err := w.confess(); err != nil {
			return err
		}
		w.rewrite()
		return w.append(kind, body)
	}
	err := try()
	if err != nil && err != errTooLong {
		release(w.job)
		err = try()
	}
	return err
}

// Close puts everything on the disk and ends the writer.
func (w *Writer) Close() error {
	// Before the lock, which its last look may be waiting for.
	w.syncing.end()
	w.mu.Lock()
	defer w.mu.Unlock()
	release(w.job)
	w.files.Close()
	return w.syncing.close()
}

// append writes one record, whole or not at all.
func (w *Writer) append(kind record.Type, body []byte) error {
	if len(body) > record.MaxBody {
		return errTooLong
	}
	w.scratch = record.Append(w.scratch[:0], record.Record{Type: kind, Seq: w.seq, Time: uint64(w.clock.Micros()), Body: body})
	size := int64(len(w.scratch))
	last := w.segments[len(w.segments)-1]
	if last.size+size > SegmentLimit(w.budget) {
		if err := w.roll(); err != nil {
			return err
		}
		last = w.segments[len(w.segments)-1]
	}
	err := w.write(last)
	if errors.Is(err, syscall.EFBIG) && last.size > 0 {
		// The session limits the size of files, not their number.
		if err = w.roll(); err == nil {
			last = w.segments[len(w.segments)-1]
			err = w.write(last)
		}
	}
	if err != nil {
		return err
	}
	w.syncing.touch()
	w.lastSeq = w.seq
	w.isOver = kind == record.Exit
	w.seq++
	last.size += size
	last.counts.Records++
	if kind == record.Out || kind == record.Err {
		last.counts.add(Counts{0, int64(bytes.Count(body, []byte{'\n'})), int64(len(body))})
	}
	w.end += size
	w.kept += size
	w.onGrow(w.end)
	// Nothing may follow the EXIT, not even the GAP of what would be dropped for it.
	if w.kept > w.budget && kind != record.Gap && kind != record.Exit {
		w.shrink()
	}
	return nil
}

// write puts the scratch at the end of a segment. Not a byte of half a record may stay: its place is the next record's.
func (w *Writer) write(to *segment) error {
	err := faulty.Next("write")
	if err == nil {
		_, err = w.current.WriteAt(w.scratch, to.size)
	}
	if err != nil {
		_ = w.current.Truncate(to.size)
	}
	return err
}

// roll begins a new segment at the end.
func (w *Writer) roll() error {
	file, err := w.files.Create(fileName(w.end))
	if err != nil {
		return err
	}
	w.begin(file)
	return nil
}

func (w *Writer) begin(file *os.File) {
	number := 0
	if len(w.segments) > 0 {
		number = w.segments[len(w.segments)-1].number + 1
	}
	w.segments = append(w.segments, &segment{start: w.end, number: number})
	w.current = file
	w.syncing.use(file)
}
