// Package tree finds and kills the descendants of this process, wherever they hid.
package tree

import (
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/job"
)

const (
	// prSetChildSubreaper makes orphaned descendants our children, so that none of them gets out of sight.
	prSetChildSubreaper = 36
	// CommandLimit is how much of a command line is read.
	CommandLimit  = 64 << 10
	betweenRounds = 5 * time.Millisecond
)

// Adopt makes this process the parent of all descendants whose own parent ends. Systems older than Linux 3.4 cannot.
func Adopt() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
}

// Descendants lists all processes below this one that have not ended.
func Descendants() []job.Process {
	children := map[int][]int{}
	names, err := readNames("/proc")
	if err != nil {
		return nil
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if parent, alive := status(pid); parent > 0 {
			if !alive {
				// A zombie has no children, and needs no signal.
				continue
			}
			children[parent] = append(children[parent], pid)
		}
	}
	found := []job.Process{}
	queue := []int{os.Getpid()}
	for len(queue) > 0 {
		for _, pid := range children[queue[0]] {
			found = append(found, job.Process{Pid: pid, Command: command(pid)})
			queue = append(queue, pid)
		}
		queue = queue[1:]
	}
	return found
}

// Kill sends KILL to a process group and to every descendant, again and again until none is left or patience ends.
// It returns those that needed it.
func Kill(group int, patience time.Duration) []job.Process {
	killed, seen := []job.Process{}, map[int]bool{}
	alive := Descendants()
	// Once only: when the group is gone, its number may become another's.
	_ = syscall.Kill(-group, syscall.SIGKILL)
	for deadline := time.Now().Add(patience); ; alive = Descendants() {
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

// status reads a process's parent from /proc/<pid>/stat, and whether any of it still runs.
func status(pid int) (parent int, alive bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	return parseStat(string(text))
}

func parseStat(stat string) (parent int, alive bool) {
	// Where fields stand behind the name.
	const state, parentPid, threadCount = 0, 1, 17
	// The name in brackets can hold anything, brackets too.
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= threadCount {
		return 0, false
	}
	parent, _ = strconv.Atoi(fields[parentPid])
	threads, _ := strconv.Atoi(fields[threadCount])
	// A process whose first thread has ended looks like a zombie while its other threads go on.
	return parent, fields[state] != "Z" && fields[state] != "X" || threads > 1
}

// command is a process's command line as it is: who shows it masks it first, and a secret is found only as a whole.
func command(pid int) string {
	path := "/proc/" + strconv.Itoa(pid)
	line := ""
	if file, err := os.Open(path + "/cmdline"); err == nil {
		text, _ := io.ReadAll(io.LimitReader(file, CommandLimit))
		_ = file.Close()
		line = strings.ReplaceAll(strings.TrimRight(string(text), "\x00"), "\x00", " ")
	}
	if line == "" {
		name, _ := os.ReadFile(path + "/comm")
		line = strings.TrimSuffix(string(name), "\n")
	}
	return line
}

func readNames(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.Readdirnames(-1)
}
