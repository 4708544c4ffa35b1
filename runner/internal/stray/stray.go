// Package stray finds what a script has started after its supervisor is gone. No process number is remembered for that:
// those are used again. The script's environment carries the job's id, and so does every process below it that has not
// thrown its environment away.
package stray

import (
	"os"
	"syscall"
	"time"
)

// Mark is the variable that carries the job's id.
const Mark = "CRONIUM_JOB"

const (
	// maxFound bounds how many processes are told.
	maxFound     = 32
	betweenLooks = 20 * time.Millisecond
	// killFor bounds the hunt for processes that cannot be killed.
	killFor = 5 * time.Second
)

// Process is one that goes on. Name is its program's, without arguments: those can hold secrets, which nobody knows any
// more.
type Process struct {
	Pid  int
	Name string
}

// Find lists the processes of a job, at most 32. Where the system does not tell their environments, and of processes of
// other users, nothing is found.
func Find(job string) []Process {
	found := []Process{}
	for _, pid := range marked(Mark + "=" + job) {
		if pid != os.Getpid() && len(found) < maxFound {
			found = append(found, Process{pid, name(pid)})
		}
	}
	return found
}

// End asks the processes of a job to end and kills those that have not after the grace.
func End(job string, grace time.Duration) {
	signal, until := syscall.SIGTERM, time.Now().Add(grace)
	for isKilling := false; ; time.Sleep(betweenLooks) {
		left := Find(job)
		if len(left) == 0 {
			return
		}
		if now := time.Now(); now.After(until) {
			if isKilling {
				return
			}
			isKilling, signal, until = true, syscall.SIGKILL, now.Add(killFor)
		}
		for _, process := range left {
			if signal != 0 {
				_ = syscall.Kill(process.Pid, signal)
				// A stopped process takes TERM only when it goes on.
				_ = syscall.Kill(process.Pid, syscall.SIGCONT)
			}
		}
		if !isKilling {
			// Asked once; killed again and again, because new ones may come.
			signal = 0
		}
	}
}
