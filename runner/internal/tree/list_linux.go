package tree

import (
	"io"
	"os"
	"strconv"
	"strings"
)

// list reads all processes from /proc.
func list() ([]process, error) {
	if _, err := os.Stat("/proc/self"); err != nil {
		return nil, ErrBlind
	}
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	all := []process{}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue
		}
		if p, ok := parseStat(string(stat)); ok {
			p.pid = pid
			all = append(all, p)
		}
	}
	return all, nil
}

// parseStat reads what /proc/<pid>/stat tells.
func parseStat(stat string) (process, bool) {
	// Where fields stand behind the name.
	const state, parentPid, groupID, threadCount, startTime = 0, 1, 2, 17, 19
	// The name in brackets can hold anything, brackets too.
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= startTime {
		return process{}, false
	}
	parent, _ := strconv.Atoi(fields[parentPid])
	group, _ := strconv.Atoi(fields[groupID])
	threads, _ := strconv.Atoi(fields[threadCount])
	// A process whose first thread has ended looks like a zombie while its other threads go on.
	isAlive := fields[state] != "Z" && fields[state] != "X" || threads > 1
	return process{parent: parent, group: group, start: fields[startTime], isAlive: isAlive}, true
}

// command is a process's command line as it is: who shows it masks it first, and a secret is found only as a whole.
func command(p process) string {
	path := "/proc/" + strconv.Itoa(p.pid)
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
