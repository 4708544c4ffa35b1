package supervise

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/payload"
	"cronium.dev/runner/internal/toolbox"
	"cronium.dev/runner/internal/tree"
)

const (
	// drainFor is how long output is still read after the main process has ended while others hold the pipes.
	drainFor = 2 * time.Second
	// drainQuietly is how long that takes without being told as a phase of its own.
	drainQuietly = 50 * time.Millisecond
	// killFor bounds the hunt for processes that cannot be killed.
	killFor = 5 * time.Second
	// waitAfterKill bounds the wait for a main process that hangs in the system.
	waitAfterKill = 2 * time.Second
	// maxNamed bounds how many processes are named.
	maxNamed = 32
	// maxCommand bounds how much of a process's command line is shown.
	maxCommand = 200
)

// execute unpacks the payload, runs the script to its end and says how it ended.
func (s *supervisor) execute(archive *payload.Archive, manifest *payload.Manifest, p *plan) *job.Exit {
	defer archive.Close()
	work, err := s.job.Sub(workName)
	if err != nil {
		return brokenBy(err)
	}
	defer work.Close()
	isForNode := false
	seen := func(path string) { isForNode = isForNode || toolbox.NeedsModules(path) }
	if err := archive.Extract(work, manifest.Entrypoint, s.isStopped, seen); err != nil {
		// Half of a payload is of no use, and its room may be what the end needs.
		_ = s.job.RemoveAll(workName)
		return brokenBy(err)
	}
	if s.isStopped() {
		return &job.Exit{Reason: job.Cancelled, Code: job.NoCode}
	}
	if err := s.toolbox.await(); err != nil {
		return brokenWithoutTools(err)
	}
	if isForNode || toolbox.IsForNode(readShebang(p.script)) {
		if err := toolbox.LinkModules(s.job, s.toolbox.path); err != nil {
			return brokenWithoutTools(err)
		}
	}
	var running *script
	var exit *job.Exit
	s.guard.Start(func() { running, exit = startScript(p, s.family) })
	if exit != nil {
		return exit
	}
	// The kernel takes longer to say it than to start a script.
	killedBefore := make(chan int64, 1)
	go func() { killedBefore <- host.OutOfMemory() }()
	exit = s.attend(running)
	s.noteMemory(exit, killedBefore)
	return exit
}

func (s *supervisor) isStopped() bool {
	select {
	case <-s.control.cancelled:
		return true
	case <-s.control.abandoned:
		return true
	default:
		return false
	}
}

// attend is where an outcome is decided: the first of the script's own end, the time limit and a wish to stop wins.
func (s *supervisor) attend(running *script) *job.Exit {
	drained := drain(running, s.spool, s.mask)
	limit := time.NewTimer(time.Duration(s.start.TimeoutMs) * time.Millisecond)
	defer limit.Stop()

	exit := &job.Exit{Reason: job.Exited, Code: job.NoCode}
	note := ""
	select {
	case status := <-running.ended:
		return s.conclude(running, exit, &status, drained)
	case <-limit.C:
		exit.Reason = job.TimedOut
	case <-s.control.cancelled:
		exit.Reason = job.Cancelled
	case <-s.control.abandoned:
		exit.Reason = job.Cancelled
		note = "The script was stopped because nobody was attached for " + (time.Duration(s.start.StopAfterMs) * time.Millisecond).String()
	case <-s.terminated:
		exit.Reason = job.Cancelled
		note = "The script was stopped because the server asked the runner to end"
	}
	select {
	case status := <-running.ended:
		// Both at once: the true end wins.
		exit.Reason = job.Exited
		return s.conclude(running, exit, &status, drained)
	default:
	}
	return s.conclude(running, exit, s.stop(running, exit, note), drained)
}

// stop ends the script and everything it started: TERM to its group, and after the grace KILL to every descendant.
// The note goes behind TERM, which must not wait for a disk. It returns the main process's end, or nil if that cannot be
// had.
func (s *supervisor) stop(running *script, exit *job.Exit, note string) *syscall.WaitStatus {
	known := s.family.Remember(running.pid)
	_ = syscall.Kill(-running.pid, syscall.SIGTERM)
	// A stopped process takes TERM only when it goes on.
	_ = syscall.Kill(-running.pid, syscall.SIGCONT)
	grace := time.NewTimer(time.Duration(s.start.GraceMs) * time.Millisecond)
	defer grace.Stop()
	if note != "" {
		_ = s.spool.Note("stopped", note)
	}
	select {
	case <-allGone(running, known):
	case <-grace.C:
		exit.Killed = s.name(s.family.Kill(running.pid, known, killFor))
	}
	select {
	case status := <-running.ended:
		return &status
	case <-time.After(waitAfterKill):
		return nil
	}
}

// allGone is closed when nobody is left whom the script has started.
func allGone(running *script, known tree.Known) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		<-running.gone
		known.Wait()
		close(done)
	}()
	return done
}

// conclude waits for the rest of the output and completes the report.
func (s *supervisor) conclude(running *script, exit *job.Exit, status *syscall.WaitStatus, drained <-chan struct{}) *job.Exit {
	if status != nil && status.Signaled() {
		exit.Signal = signalName(status.Signal())
	} else if status != nil {
		exit.Code = status.ExitStatus()
	}
	if !within(drained, drainQuietly) {
		s.state.Phase = job.Draining
		_ = s.state.Write(s.job)
		s.control.changed()
		if !within(drained, drainFor-drainQuietly) {
			_ = running.stdout.Close()
			_ = running.stderr.Close()
			<-drained
		}
	}
	s.noteProcesses(running, exit)
	return exit
}

func within(done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// noteProcesses tells who was killed and who was left alone.
func (s *supervisor) noteProcesses(running *script, exit *job.Exit) {
	if len(exit.Killed) > 0 {
		_ = s.spool.Note("killed", "The script's processes did not end when asked and were killed: "+list(exit.Killed))
	}
	select {
	case <-running.gone:
		return
	default:
	}
	text := "The script has ended, and processes that it started go on"
	if exit.Reason != job.Exited {
		text = "The script was stopped, and processes that it started could not be killed"
	}
	descendants, err := s.family.Descendants(running.pid)
	left := s.name(descendants)
	switch {
	case errors.Is(err, tree.ErrBlind):
		_ = s.spool.Note("processes/left", text+"; this server does not tell which")
	case len(left) > 0:
		_ = s.spool.Note("processes/left", text+": "+list(left))
	}
}

// name makes processes fit to be shown: arguments can hold secrets, also where they are cut.
func (s *supervisor) name(processes []job.Process) []job.Process {
	named := processes[:min(len(processes), maxNamed)]
	for i := range named {
		named[i].Command = s.show(named[i].Command)
	}
	return named
}

func (s *supervisor) show(command string) string {
	stream := s.mask.NewStream()
	line := string(stream.Write([]byte(command)))
	// What might be the beginning of a secret is left out where the rest of the line was not read.
	if len(command) < tree.CommandLimit {
		line += string(stream.Flush())
	}
	return strings.ToValidUTF8(cut(strings.TrimSpace(line), maxCommand), "\uFFFD")
}

func list(processes []job.Process) string {
	texts := make([]string, len(processes))
	for i, process := range processes {
		texts[i] = process.Command + " (" + strconv.Itoa(process.Pid) + ")"
	}
	return strings.Join(texts, ", ")
}
