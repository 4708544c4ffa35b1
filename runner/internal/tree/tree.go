// Package tree finds and kills the processes that a script has started, wherever they hid.
package tree

import (
	"errors"
	"os"
	"syscall"
	"time"

	"cronium.dev/runner/internal/job"
)

const (
	// CommandLimit is how much of a command line is read.
	CommandLimit  = 64 << 10
	betweenRounds = 5 * time.Millisecond
	betweenLooks  = 20 * time.Millisecond
)

// ErrBlind says that the system does not show its processes: there is no /proc.
var ErrBlind = errors.New("the system does not show its processes")

// Family is this process with all that a script starts.
type Family struct {
	// orphansStray is true where orphans become the children of the system's first process. What keeps a script's
	// processes together then is their group: whoever leaves it and loses its parent gets out of sight, if it was not
	// known before.
	orphansStray bool
}

// Adopt makes this process the parent of all descendants whose own parent ends, if the system can do that.
func Adopt() Family { return Family{orphansStray: !becomeSubreaper()} }

// IsKept says whether every descendant is to be waited for by this process in the end.
func (f Family) IsKept() bool { return !f.orphansStray }

// process is one of the system's.
type process struct {
	pid, parent, group int
	// start tells it from another one that gets its number later.
	start string
	// isAlive is false of a zombie: it has no children, and needs no signal.
	isAlive bool
	// name is what the system calls it; command may know more.
	name string
}

// Known is what Remember saw, for the time after its members have lost their parents.
type Known []process

// Remember looks at a script's processes while they have their parents. Where orphans are ours there is no need to.
func (f Family) Remember(group int) Known {
	if !f.orphansStray {
		return nil
	}
	all, err := list()
	if err != nil {
		return nil
	}
	return f.below(all, os.Getpid(), group, nil)
}

// Descendants lists all processes below this one that have not ended, and those of the script's process group where the
// system does not keep them below us.
// Where processes cannot be seen it returns ErrBlind.
func (f Family) Descendants(group int) ([]job.Process, error) { return f.find(group, nil) }

func (f Family) find(group int, known Known) ([]job.Process, error) {
	all, err := list()
	if err != nil {
		return nil, err
	}
	found := []job.Process{}
	for _, p := range f.below(all, os.Getpid(), group, known) {
		found = append(found, job.Process{Pid: p.pid, Command: command(p)})
	}
	return found, nil
}

// below picks the living descendants of a process; where orphans stray also the members of the group, those that are
// known, and the descendants of all these.
func (f Family) below(all []process, root, group int, known Known) []process {
	children := map[int][]process{}
	found, seen := []process{}, map[int]bool{root: true}
	add := func(p process) {
		if !seen[p.pid] {
			seen[p.pid] = true
			found = append(found, p)
		}
	}
	for _, p := range all {
		if p.isAlive {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	for _, p := range children[root] {
		add(p)
	}
	for _, p := range all {
		if p.isAlive && (f.orphansStray && p.group == group || known.has(p)) {
			add(p)
		}
	}
	for at := 0; at < len(found); at++ {
		for _, p := range children[found[at].pid] {
			add(p)
		}
	}
	return found
}

func (k Known) has(p process) bool {
	for _, each := range k {
		if each.pid == p.pid && each.start == p.start {
			return true
		}
	}
	return false
}

// WaitForGroup returns when nobody is left of a process group whose leader was waited for. Where orphans are ours that is
// known already: the last child was waited for.
func (f Family) WaitForGroup(group int) {
	for f.orphansStray && !errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) {
		time.Sleep(betweenLooks)
	}
}

// Wait returns when none of them is left.
func (k Known) Wait() {
	for k.anyAlive() {
		time.Sleep(betweenLooks)
	}
}

func (k Known) anyAlive() bool {
	if len(k) == 0 {
		return false
	}
	all, err := list()
	if err != nil {
		return false
	}
	for _, p := range all {
		if p.isAlive && k.has(p) {
			return true
		}
	}
	return false
}

// Kill sends KILL to a process group, to every descendant and to who is known, again and again until none is left or
// patience ends. It returns those that needed it.
func (f Family) Kill(group int, known Known, patience time.Duration) []job.Process {
	killed, seen := []job.Process{}, map[int]bool{}
	// Where nobody can be seen, the group is all that can be reached.
	alive, _ := f.find(group, known)
	// Once only: when the group is gone, its number may become another's.
	_ = syscall.Kill(-group, syscall.SIGKILL)
	for deadline := time.Now().Add(patience); ; alive, _ = f.find(group, known) {
		// Signals go out before anything else is done: what is killed forks no more.
		for _, process := range alive {
			_ = syscall.Kill(process.Pid, syscall.SIGKILL)
		}
		for _, process := range alive {
			if !seen[process.Pid] {
				seen[process.Pid] = true
				killed = append(killed, process)
			}
		}
		if len(alive) == 0 || time.Now().After(deadline) {
			return killed
		}
		time.Sleep(betweenRounds)
	}
}
