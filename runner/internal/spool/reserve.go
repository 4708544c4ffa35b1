package spool

import (
	"os"
	"sync"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/faulty"
)

const (
	// reserveName is the file of the job's lock, which nobody reads: a file of its own would have to be made and removed
	// for every job, which costs more than all that is written into one.
	reserveName = "lock"
	reserveSize = 64 << 10
	// syncEvery bounds what a power cut can take.
	syncEvery = time.Second
)

// reserve takes the room that the last records and the state will need from the disk beforehand.
func reserve(job *dir.Dir) error {
	file, err := job.OpenOrCreate(reserveName)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := faulty.Next("allocate"); err != nil {
		return err
	}
	return allocate(file, reserveSize)
}

// fill takes room by using it.
func fill(file *os.File, size int) error {
	_, err := file.Write(make([]byte, size))
	return err
}

// release gives the room back. The file stays: it is locked.
func release(job *dir.Dir) {
	if file, err := job.OpenOrCreate(reserveName); err == nil {
		_ = file.Truncate(0)
		_ = file.Close()
	}
}

// syncer puts segments on the disk, at most once a second, without making a writer wait.
type syncer struct {
	mu    sync.Mutex
	file  *os.File
	old   []*os.File
	dirty bool
	stop  chan struct{}
	done  chan struct{}
}

// startSyncer begins; its goroutine stops with end. It calls look once in a while.
func startSyncer(look func()) *syncer {
	s := &syncer{stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		tick := time.NewTicker(syncEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = s.sync()
				look()
			case <-s.stop:
				return
			}
		}
	}()
	return s
}

// use makes file the segment that is written; the one before is synced once more and closed.
func (s *syncer) use(file *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		s.old = append(s.old, s.file)
	}
	s.file = file
}

func (s *syncer) touch() {
	s.mu.Lock()
	s.dirty = true
	s.mu.Unlock()
}

func (s *syncer) sync() error {
	s.mu.Lock()
	file, old, dirty := s.file, s.old, s.dirty
	s.old, s.dirty = nil, false
	s.mu.Unlock()
	for _, finished := range old {
		_ = syncData(finished)
		_ = finished.Close()
	}
	if !dirty || file == nil {
		return nil
	}
	if err := faulty.Next("sync"); err != nil {
		return err
	}
	return syncData(file)
}

// end stops the goroutine and waits for what it does at the moment.
func (s *syncer) end() {
	close(s.stop)
	<-s.done
}

// close puts everything on the disk; after end.
func (s *syncer) close() error {
	err := s.sync()
	if s.file != nil {
		_ = s.file.Close()
	}
	return err
}
