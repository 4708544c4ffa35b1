//go:build linux && !portable

package tree

import "syscall"

// prSetChildSubreaper makes orphaned descendants our children, so that none of them gets out of sight.
const prSetChildSubreaper = 36

// becomeSubreaper says whether it worked: systems older than Linux 3.4, and what only looks like Linux, cannot.
func becomeSubreaper() bool {
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
	return errno == 0
}
