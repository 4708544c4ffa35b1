package job

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/spool"
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
	// settle is how long a directory may be without a lock and a state before nobody can be starting in it.
	settle = 2 * time.Second
	// patience is how long a start may take until its state is there.
	patience = 15 * time.Second
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

// Claim makes the directory of a new job and takes its lock. Of all who try, in any process, one succeeds;
// the others get ErrKnown.
func (s *Store) Claim(id string) (*dir.Dir, *os.File, error) {
	d, err := s.jobs.Make(id, 0o700)
	if errors.Is(err, syscall.EEXIST) {
		return nil, nil, ErrKnown
	}
	if err != nil {
		return nil, nil, fmt.Errorf("make the job's directory: %w", err)
	}
	lock, err := takeLock(d)
	if err != nil {
		d.Close()
		_ = s.jobs.RemoveAll(id)
		return nil, nil, fmt.Errorf("lock the job's directory: %w", err)
	}
	return d, lock, nil
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
		_ = s.jobs.RemoveAll(id)
		return fmt.Errorf("write the tombstone: %w", err)
	}
	return nil
}

// HasBegun says whether a job's supervisor got as far as a state.
func (s *Store) HasBegun(id string) bool {
	d, err := s.Open(id)
	if err != nil {
		return false
	}
	defer d.Close()
	_, err = d.Stat(stateName)
	return err == nil
}

// Remove deletes all that is kept of a job.
func (s *Store) Remove(id string) error { return s.jobs.RemoveAll(id) }

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

// IsOurs says whether a job ran on this machine; nobody else can tell whether it lives.
func (s *Store) IsOurs(state *State) bool { return state.Host == s.host.ID }

// Load returns a job's state with the verdict of now. It waits for a start that is under way.
func (s *Store) Load(id string) (*State, error) {
	d, err := s.Open(id)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	for begun := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		state, err := readState(d)
		if err == nil {
			return s.judge(d, state), nil
		}
		if !errors.Is(err, syscall.ENOENT) {
			return nil, err
		}
		waited := time.Since(begun)
		if waited > settle && !isHeld(d) {
			// Whoever claimed it died before a state was written.
			unknown := &State{Job: id, Host: s.host.ID, Phase: Running, BootID: s.host.BootID}
			return s.judge(d, unknown), nil
		}
		if waited > patience {
			return nil, errors.New("the job is still being started")
		}
		if _, err := s.jobs.Stat(id); err != nil {
			return nil, ErrUnknown
		}
	}
}

// judge completes what a supervisor wrote with what can be seen now. Here it is decided that a job is lost.
func (s *Store) judge(d *dir.Dir, state *State) *State {
	if state.IsOver() || !s.IsOurs(state) {
		return state
	}
	reason := ""
	switch {
	case state.BootID != s.host.BootID:
		reason = "server rebooted"
	case !isHeld(d):
		// It may have ended between the two looks.
		if again, err := readState(d); err == nil && again.IsOver() {
			return again
		}
		reason = "runner ended unexpectedly"
	}
	state.End = spool.Size(d)
	if reason != "" {
		state.Phase, state.Reason = Lost, reason
	}
	return state
}

// Write puts the state in place at once.
func (s *State) Write(d *dir.Dir) error { return d.Replace(stateName, s.file()) }

func readState(d *dir.Dir) (*State, error) {
	text, err := d.Read(stateName, stateLimit)
	if err != nil {
		return nil, err
	}
	return parseState(text)
}
