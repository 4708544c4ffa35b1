package supervise

import "syscall"

// pipeSize lets a script run ahead of us a little; a system that allows less gives less.
const pipeSize = 256 << 10

// pipe makes a pipe that the programs we start do not inherit by chance.
func pipe(fds []int) error {
	if err := syscall.Pipe2(fds, syscall.O_CLOEXEC); err != nil {
		return err
	}
	const setPipeSize = 1031
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, uintptr(fds[0]), setPipeSize, pipeSize)
	return nil
}
