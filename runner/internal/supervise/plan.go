package supervise

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/payload"
	"cronium.dev/runner/internal/spool"
	"cronium.dev/runner/internal/toolbox"
)

const (
	workName    = "work"
	defaultPath = "/usr/local/bin:/usr/bin:/bin"
	mayExecute  = 1
	// maxMessage bounds what a person has to read, and keeps it within what a record and a state can hold.
	maxMessage = 1000
)

// plan is how a script will be executed.
type plan struct {
	// command is the program and its arguments, by absolute paths.
	command []string
	env     []string
	cwd     string
	script  string
	// name is the entrypoint, for messages.
	name string
}

// newPlan decides how the script is executed, and finds out early what is missing.
func (s *supervisor) newPlan(manifest *payload.Manifest) (*plan, *job.Exit) {
	start, work := s.start, s.job.Path()+"/"+workName
	env := toolbox.Environment(environment(start, manifest, s.desk), s.job.Path(), s.toolbox.path)
	p := &plan{
		env:    env,
		cwd:    workingDirectory(manifest.Cwd, work, env),
		script: work + "/" + manifest.Entrypoint,
		name:   manifest.Entrypoint,
	}
	arguments := manifest.Args
	if start.Args != nil {
		arguments = start.Args
	}
	if manifest.Interpreter == nil {
		p.command = append([]string{p.script}, arguments...)
		return p, nil
	}
	commands := manifest.Interpreter.Commands
	tail := slices.Concat(manifest.Interpreter.Args, []string{p.script}, arguments)
	interpreter := findProgram(commands, lookup(env, "PATH"))
	if interpreter == "" {
		p.command = append([]string{commands[0]}, tail...)
		return p, broken("run/interpreter-missing", "Cannot run "+strconv.Quote(p.name)+": "+noneOf(commands)+" on the server's PATH")
	}
	p.command = append([]string{interpreter}, tail...)
	return p, nil
}

func lookup(env []string, name string) string {
	for _, entry := range env {
		if value, found := strings.CutPrefix(entry, name+"="); found {
			return value
		}
	}
	return ""
}

func workingDirectory(cwd, work string, env []string) string {
	if cwd == "~" || strings.HasPrefix(cwd, "~/") {
		return filepath.Join(lookup(env, "HOME"), cwd[1:])
	}
	if filepath.IsAbs(cwd) {
		return filepath.Clean(cwd)
	}
	return filepath.Join(work, cwd)
}

// findProgram returns the absolute path of the first command that is there.
// Relative parts of PATH are passed over: they would mean the payload's own files.
func findProgram(commands []string, path string) string {
	if path == "" {
		path = defaultPath
	}
	for _, command := range commands {
		if strings.Contains(command, "/") {
			if isProgram(command) {
				return command
			}
			continue
		}
		for place := range strings.SplitSeq(path, ":") {
			if candidate := place + "/" + command; strings.HasPrefix(place, "/") && isProgram(candidate) {
				return candidate
			}
		}
	}
	return ""
}

func isProgram(path string) bool {
	found, err := os.Stat(path)
	return err == nil && found.Mode().IsRegular() && syscall.Access(path, mayExecute) == nil
}

func noneOf(commands []string) string {
	quoted := make([]string, len(commands))
	for i, command := range commands {
		quoted[i] = strconv.Quote(command)
	}
	switch len(quoted) {
	case 1:
		return quoted[0] + " is not"
	case 2:
		return "neither " + quoted[0] + " nor " + quoted[1] + " is"
	}
	return "none of " + strings.Join(quoted, ", ") + " is"
}

func broken(code, text string) *job.Exit {
	return &job.Exit{Reason: job.Broken, Code: job.NoCode, Error: code, Message: cut(text, maxMessage)}
}

// brokenBy turns what went wrong before the script was started into the job's end.
func brokenBy(err error) *job.Exit {
	var invalid *payload.Invalid
	switch {
	case errors.As(err, &invalid):
		return broken("payload/invalid", err.Error())
	case errors.Is(err, payload.ErrAbsent):
		return broken("payload/absent", "Cannot use the payload: "+err.Error())
	case spool.IsFull(err):
		return broken("disk/full", "Cannot unpack the payload: the server's disk is full")
	}
	return broken("start/failed", "Cannot use the payload: "+err.Error())
}
