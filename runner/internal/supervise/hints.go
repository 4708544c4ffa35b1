package supervise

import (
	"os"
	"strconv"

	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
)

// noteSession warns where a script does not outlive the person's session.
func (s *supervisor) noteSession() {
	if host.EndsAtLogout(os.Getenv("USER")) {
		_ = s.spool.Note("session", "This server ends a person's processes when they log out (KillUserProcesses in logind.conf): the script goes on only while the connection lasts")
	}
}

// noteMemory says that memory ran out while a script ran that did not succeed: its exit tells at most that it was killed.
func (s *supervisor) noteMemory(exit *job.Exit, killedBefore <-chan int64) {
	if exit.Reason != job.Exited || exit.Code == 0 {
		return
	}
	before := <-killedBefore
	if before == host.Unknown {
		return
	}
	if killed := host.OutOfMemory() - before; killed > 0 {
		_ = s.spool.Note("memory", "Memory ran out on this server while the script ran, and the kernel killed "+strconv.FormatInt(killed, 10)+" of its processes")
	}
}
