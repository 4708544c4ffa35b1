package dir

import (
	"os"
	"strconv"
	"syscall"
)

// CloseOnExec keeps all descriptors above one from the programs that this process will start. Where the system does not
// list them it does so for the next few.
func CloseOnExec(above int) {
	// One more costs nothing; what is inherited stands at the beginning, mostly.
	const few = 1024
	names := []string{}
	// macOS has the second one, Linux mostly both.
	for _, path := range []string{"/proc/self/fd", "/dev/fd"} {
		if list, err := os.Open(path); err == nil {
			names, _ = list.Readdirnames(-1)
			_ = list.Close()
			break
		}
	}
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd > above {
			syscall.CloseOnExec(fd)
		}
	}
	if len(names) == 0 {
		for fd := above + 1; fd < few; fd++ {
			syscall.CloseOnExec(fd)
		}
	}
}
