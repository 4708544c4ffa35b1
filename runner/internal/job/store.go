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
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/jsontext"
)

var (
	// ErrUnknown says that no job of this name is here.
	ErrUnknown = errors.New("no such job on this server")
	// ErrKnown says that a job of this name is here already.
	ErrKnown = errors.New("the job is known already")
)

const (
	stateName  = "state"
	stateLimit = 256 << 10
)

// Store is the directory of all jobs.
type Store struct {
	jobs *dir.Dir
	host host.Host
}

// OpenStore opens <base>/jobs and makes it when it is missing.
func OpenStore(base *dir.Dir, here host.Host) (*Store, error) {
	jobs, err := base.Ensure("jobs")
	if err != nil {
		return nil, fmt.Errorf("open jobs: %w", err)
	}
	return &Store{jobs, here}, nil
}

// Open opens a job's directory.
func (s *Store) Open(id string) (*dir.Dir, error) {
	d, err := s.jobs.Sub(id)
	if errors.Is(err, syscall.ENOENT) {
		return nil, ErrUnknown
	}
	return d, err
}

// Bury leaves a tombstone: a job that ended before it began, so that a late start cannot run it.
func (s *Store) Bury(id, install string) error {
	d, lock, err := s.Claim(id)
	if err != nil {
		return err
	}
	defer d.Close()
	defer lock.Close()
	state := State{
		Job: id, Install: install, Phase: Ended, Host: s.host.ID, BootID: s.host.BootID,
		EndedAt: time.Now().UnixMicro(), Exit: &Exit{Reason: Cancelled, Code: NoCode},
	}
	if err := state.Write(d); err != nil {
		_ = s.Remove(id)
		return fmt.Errorf("write the tombstone: %w", err)
	}
	return nil
}

// HasBegun says whether a job's supervisor got as far as a state, or may have.
func (s *Store) HasBegun(id string) bool {
	d, err := s.Open(id)
	if err != nil {
		return !errors.Is(err, ErrUnknown)
	}
	defer d.Close()
	_, err = d.Stat(stateName)
	return !errors.Is(err, syscall.ENOENT)
}

// gonePrefix begins the names of what is being removed; no job has such a name.
const gonePrefix = ".gone-"

// Remove deletes all that is kept of a job. It goes at once, so that nobody takes a part of it for a job.
func (s *Store) Remove(id string) error {
	now := strconv.FormatInt(time.Now().UnixNano(), 36)
	gone := gonePrefix + id + "-" + strconv.Itoa(os.Getpid()) + "-" + now
	err := s.jobs.Rename(id, gone)
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.jobs.RemoveAll(gone)
}

// Gone lists what was not removed to the end, and places whose makers are gone.
func (s *Store) Gone() []string {
	names, _ := s.jobs.Names()
	gone := names[:0]
	for _, name := range names {
		if strings.HasPrefix(name, gonePrefix) || strings.HasPrefix(name, nextPrefix) && s.isAbandoned(name) {
			gone = append(gone, name)
		}
	}
	return gone
}

// Size is how many bytes the files of a job have, or of what is left of one.
func (s *Store) Size(name string) int64 { return s.jobs.Size(name) }

// RemoveGone deletes one of Gone.
func (s *Store) RemoveGone(name string) error { return s.jobs.RemoveAll(name) }

// Sweep deletes what was not removed to the end.
func (s *Store) Sweep() {
	for _, name := range s.Gone() {
		_ = s.RemoveGone(name)
	}
}

// IDs lists the jobs of all hosts that share the directory.
func (s *Store) IDs() ([]string, error) {
	names, err := s.jobs.Names()
	if err != nil {
		return nil, err
	}
	ids := names[:0]
	for _, name := range names {
		if jsontext.IsHex(name, 32) {
			ids = append(ids, name)
		}
	}
	return ids, nil
}

// Judged is a job with its state of now, or with the reason why nobody can tell.
type Judged struct {
	ID    string
	State *State
	Err   error
}

// Judge looks at the jobs of all hosts that share the directory.
func (s *Store) Judge() ([]Judged, error) {
	ids, err := s.IDs()
	if err != nil {
		return nil, err
	}
	all := []Judged{}
	for _, id := range ids {
		state, err := s.Load(id)
		if !errors.Is(err, ErrUnknown) {
			all = append(all, Judged{id, state, err})
		}
	}
	return all, nil
}

// Since is when nothing more happened to a job that is over. A lost job has no time of its end; its start is the next
// best, and then its directory's.
func (s *Store) Since(id string, state *State) time.Time {
	if at := max(state.EndedAt, state.StartedAt); at != 0 {
		return time.UnixMicro(at)
	}
	entry, err := s.jobs.Stat(id)
	if err != nil {
		return time.Now()
	}
	return entry.Modified
}

// IsSafe says whether a client has the whole log of a job that has ended, so that it will not ask for the job again.
func (s *Store) IsSafe(id string, state *State) bool {
	isTombstone := state.StartedAt == 0
	return state.Phase == Ended && !isTombstone && s.Acknowledged(id) >= state.End
}

// IsOurs says whether a job ran on this machine; nobody else can tell whether it lives.
func (s *Store) IsOurs(state *State) bool { return state.Host == s.host.ID }

// Write puts the state in place at once.
func (s *State) Write(d *dir.Dir) error { return d.ReplaceSafely(stateName, s.file()) }
