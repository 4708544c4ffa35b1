package supervise

import "syscall"

// systemSignals are those that not every system has.
func systemSignals() map[syscall.Signal]string {
	return map[syscall.Signal]string{syscall.SIGEMT: "SIGEMT", syscall.SIGINFO: "SIGINFO"}
}
