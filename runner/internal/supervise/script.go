package supervise

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"

	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/tree"
)

// script is the running main process with its pipes.
type script struct {
	// pid is also the number of its process group.
	pid    int
	stdout *os.File
	stderr *os.File
	// ended gets the main process's end.
	ended chan syscall.WaitStatus
	// gone is closed when no descendant is left.
	gone chan struct{}
}

// startScript executes the plan in a process group of its own.
func startScript(p *plan, family tree.Family) (*script, *job.Exit) {
	if found, err := os.Stat(p.cwd); err != nil || !found.IsDir() {
		return nil, broken("run/cwd", "Cannot run "+strconv.Quote(p.name)+": its working directory "+strconv.Quote(p.cwd)+" is not there")
	}
	if err := syscall.Access(p.cwd, mayExecute); err != nil {
		return nil, broken("run/cwd", "Cannot run "+strconv.Quote(p.name)+": its working directory "+strconv.Quote(p.cwd)+" cannot be entered")
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, cannotExecute(p, err)
	}
	defer null.Close()
	stdout, out, err := openPipe("stdout")
	if err != nil {
		return nil, cannotExecute(p, err)
	}
	defer syscall.Close(out)
	stderr, errs, err := openPipe("stderr")
	if err != nil {
		_ = stdout.Close()
		return nil, cannotExecute(p, err)
	}
	defer syscall.Close(errs)
	pid, _, err := syscall.StartProcess(p.command[0], p.command, &syscall.ProcAttr{
		Dir:   p.cwd,
		Env:   p.env,
		Files: []uintptr{null.Fd(), uintptr(out), uintptr(errs)},
		Sys:   &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		_ = stdout.Close()
		_ = stderr.Close()
		return nil, cannotExecute(p, err)
	}
	s := &script{pid: pid, stdout: stdout, stderr: stderr, ended: make(chan syscall.WaitStatus, 1), gone: make(chan struct{})}
	go s.reap(family)
	return s, nil
}

// reap waits for the main process and for all orphans that became ours. It ends when there is nobody left to wait for.
func (s *script) reap(family tree.Family) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			family.WaitForGroup(s.pid)
			close(s.gone)
			return
		case pid == s.pid && family.IsKept() && isWithoutChildren():
			// In this order: whoever hears of the end knows already that nobody is left, and need not look through /proc.
			close(s.gone)
			s.ended <- status
			return
		case pid == s.pid:
			s.ended <- status
		}
	}
}

// isWithoutChildren says whether there is nobody to wait for. Those that have ended are waited for.
func isWithoutChildren() bool {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.ECHILD {
			return true
		}
		if err != syscall.EINTR && pid <= 0 {
			return false
		}
	}
}

// openPipe makes a pipe whose reading end can be waited for with a deadline and whose writing end is an ordinary one.
func openPipe(name string) (reading *os.File, writing int, err error) {
	var fds [2]int
	if err := pipe(fds[:]); err != nil {
		return nil, -1, err
	}
	if err := syscall.SetNonblock(fds[0], true); err != nil {
		_ = syscall.Close(fds[0])
		_ = syscall.Close(fds[1])
		return nil, -1, err
	}
	return os.NewFile(uintptr(fds[0]), name), fds[1], nil
}

// cannotExecute says why the system refused to execute a script.
func cannotExecute(p *plan, err error) *job.Exit {
	cannot := "Cannot run " + strconv.Quote(p.name) + ": "
	shebang := ""
	if p.command[0] == p.script {
		shebang = readShebang(p.script)
	}
	switch {
	case errors.Is(err, syscall.ENOENT) && shebang != "":
		return broken("run/interpreter-missing", cannot+"its first line names "+strconv.Quote(shebang)+", which is not on the server")
	case errors.Is(err, syscall.ENOEXEC):
		return broken("run/cannot-execute", cannot+"it has no line that names its interpreter (#!) and is no program of this server's kind")
	case errors.Is(err, syscall.EACCES) && shebang != "":
		return broken("run/cannot-execute", cannot+"the server does not allow to execute it or "+strconv.Quote(shebang))
	case errors.Is(err, syscall.E2BIG):
		return broken("run/cannot-execute", cannot+"its arguments and environment are larger than the server allows")
	}
	return broken("run/cannot-execute", cannot+err.Error())
}

// readShebang returns the interpreter that a script's first line names.
func readShebang(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, 256)
	n, _ := file.Read(head)
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	rest, found := strings.CutPrefix(line, "#!")
	if !found {
		return ""
	}
	// A carriage return is kept: it is what the system looks for, and mostly why it finds nothing.
	rest = strings.TrimLeft(rest, " \t")
	interpreter, _, _ := strings.Cut(rest, " ")
	return interpreter
}
