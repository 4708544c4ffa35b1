package job

import (
	"errors"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/spool"
	"cronium.dev/runner/internal/stray"
)

const (
	// settle is how long a directory may be without a lock and a state before nobody can be starting in it.
	settle = 2 * time.Second
	// patience is how long a start may take until its state is there.
	patience = 15 * time.Second
	// betweenLooks is the pause while a start is under way.
	betweenLooks = 2 * time.Millisecond
)

// errBroken says that a state is there and cannot be understood.
var errBroken = errors.New("the job's state cannot be read")

// Load returns a job's state with the verdict of now. It waits for a start that is under way.
func (s *Store) Load(id string) (*State, error) {
	d, err := s.Open(id)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	for begun := time.Now(); ; time.Sleep(betweenLooks) {
		state, err := s.look(d, id, time.Since(begun))
		if state != nil && state.Phase != Lost {
			return state, nil
		}
		// While it was looked at, the directory may have gone, and another one may have taken its name.
		now, gone := s.Open(id)
		if gone != nil {
			return nil, gone
		}
		isSame, unclear := d.Is(now)
		now.Close()
		switch {
		case unclear != nil:
			return nil, unclear
		case !isSame:
			return s.Load(id)
		case state != nil || err != nil:
			return state, err
		}
	}
}

// look returns a job's state with the verdict of now, or nil while it is being started.
func (s *Store) look(d *dir.Dir, id string, waited time.Duration) (*State, error) {
	state, err := readState(d)
	if err == nil {
		return s.judge(d, state)
	}
	isBroken := errors.Is(err, errBroken)
	if !isBroken && !errors.Is(err, syscall.ENOENT) {
		return nil, err
	}
	if isBroken || waited > settle {
		held, err := isHeld(d)
		if err != nil {
			return nil, err
		}
		if !held {
			// Whoever claimed it died before a state was written, or a crash took what was in it.
			return s.lose(d, &State{Job: id, Host: s.host.ID, Phase: Running, BootID: s.host.BootID})
		}
	}
	if waited > patience {
		return nil, errors.New("the job is still being started")
	}
	return nil, nil
}

// judge completes what a supervisor wrote with what can be seen now.
func (s *Store) judge(d *dir.Dir, state *State) (*State, error) {
	if state.IsOver() || !s.IsOurs(state) {
		return state, nil
	}
	held, err := isHeld(d)
	if err != nil {
		return nil, err
	}
	if !held {
		return s.lose(d, state)
	}
	if state.End, err = spool.Size(d); err != nil {
		return nil, err
	}
	return state, nil
}

// lose decides that a job is lost, whose lock nobody holds.
func (s *Store) lose(d *dir.Dir, state *State) (*State, error) {
	// It may have ended between the two looks.
	again, err := readState(d)
	isNothing := state.StartedAt == 0 && (errors.Is(err, errBroken) || errors.Is(err, syscall.ENOENT))
	switch {
	case err == nil && again.IsOver():
		return again, nil
	case err == nil:
		state = again
	case !isNothing:
		return nil, err
	}
	if state.End, err = spool.Size(d); err != nil {
		return nil, err
	}
	state.Phase = Lost
	isKnown := state.BootID != "" && s.host.BootID != ""
	switch {
	case isKnown && state.BootID != s.host.BootID:
		state.Reason = "server rebooted"
		return state, nil
	case isKnown:
		state.Reason = "runner ended unexpectedly"
	default:
		// Without /proc a boot has no name, and two without a name may be two.
		state.Reason = "runner ended unexpectedly, or server rebooted"
	}
	state.Strays = stray.Find(state.Job)
	return state, nil
}

func readState(d *dir.Dir) (*State, error) {
	text, err := d.Read(stateName, stateLimit)
	if err != nil {
		return nil, err
	}
	state, err := parseState(text)
	if err != nil {
		return nil, errBroken
	}
	return state, nil
}
