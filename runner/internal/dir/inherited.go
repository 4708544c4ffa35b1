package dir

import (
	"os"
	"strconv"
	"syscall"
)

// CloseOnExec keeps all descriptors above one from the programs that this process will start. Without /proc it does
// nothing but for the next few.
func CloseOnExec(above int) {
	const few = 64
	names := []string{}
	if list, err := os.Open("/proc/self/fd"); err == nil {
		names, _ = list.Readdirnames(-1)
		_ = list.Close()
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
