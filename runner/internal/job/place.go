package job

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
)

// nextPrefix begins the names of places; no job has such a name.
const nextPrefix = ".next-"

// Place is the directory of a job that has no name yet. Its lock is held from the beginning, and belongs to who made it.
type Place struct {
	// Dir is the directory under its first name.
	Dir  *dir.Dir
	jobs *dir.Dir
	name string
	lock *os.File
}

// Prepare makes a place for the next job, whichever that will be.
func (s *Store) Prepare() (*Place, error) {
	name := s.ownPrefix() + strconv.Itoa(os.Getpid()) + "-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	d, err := s.jobs.Make(name, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make the job's directory: %w", err)
	}
	lock, err := takeLock(d)
	if err != nil {
		d.Close()
		_ = s.jobs.RemoveAll(name)
		return nil, fmt.Errorf("lock the job's directory: %w", err)
	}
	return &Place{d, s.jobs, name, lock}, nil
}

// Claim gives the place a job's name, and returns it under that. Of all who try, in any process, one succeeds; the others
// get ErrKnown. A place is never empty, so it cannot be replaced.
func (p *Place) Claim(id string) (*dir.Dir, error) {
	err := p.jobs.Rename(p.name, id)
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return nil, ErrKnown
	}
	if err != nil {
		return nil, fmt.Errorf("name the job's directory: %w", err)
	}
	p.name = id
	return p.jobs.Sub(id)
}

// Discard removes a place that nobody has claimed.
func (p *Place) Discard() {
	if strings.HasPrefix(p.name, nextPrefix) {
		_ = p.jobs.RemoveAll(p.name)
	}
	p.Dir.Close()
	_ = p.lock.Close()
}

// Claim makes the directory of a new job and takes its lock, as Prepare and Claim of a place do.
func (s *Store) Claim(id string) (*dir.Dir, *os.File, error) {
	place, err := s.Prepare()
	if err != nil {
		return nil, nil, err
	}
	d, err := place.Claim(id)
	if err != nil {
		place.Discard()
		return nil, nil, err
	}
	place.Dir.Close()
	return d, place.lock, nil
}

// Abandon removes a job whose supervisor is dead and has not got as far as a state: nothing was begun.
func (s *Store) Abandon(id string) {
	d, err := s.Open(id)
	if err != nil {
		return
	}
	defer d.Close()
	lock, err := d.Open(lockName)
	if err != nil {
		return
	}
	// Held to the end, so that until then nobody else judges what is removed here by its name.
	defer lock.Close()
	if flock(lock, syscall.LOCK_EX|syscall.LOCK_NB) == nil && !s.HasBegun(id) {
		_ = s.Remove(id)
	}
}

// ownPrefix begins the names of places that were made on this machine.
func (s *Store) ownPrefix() string { return nextPrefix + s.host.ID + "-" }

// isAbandoned says of a place whether whoever made it is gone. A young one may not have its lock yet, and one of another
// machine that shares the directory is not to be judged by its lock alone.
func (s *Store) isAbandoned(name string) bool {
	settles := placeSettles
	if strings.HasPrefix(name, s.ownPrefix()) {
		settles = ownPlaceSettles
	}
	entry, err := s.jobs.Stat(name)
	if err != nil || time.Since(entry.Modified) < settles {
		return false
	}
	d, err := s.jobs.Sub(name)
	if err != nil {
		return false
	}
	defer d.Close()
	held, err := isHeld(d)
	return err == nil && !held
}

const (
	// placeSettles is how old a place must be to be judged, ownPlaceSettles how old one of this machine.
	placeSettles    = time.Hour
	ownPlaceSettles = 10 * time.Second
)
