package host

import (
	"fmt"
	"runtime"
	"syscall"
)

// Load is how busy the machine is. What its system does not tell is Unknown. Sizes are bytes.
type Load struct {
	Cores int64
	// Load1 is how many processes wanted a core over the last minute, in hundredths.
	Load1                        int64
	MemoryTotal, MemoryAvailable int64
	DiskTotal, DiskFree          int64
	UptimeSeconds                int64
}

// Unknown is a number that the system does not tell.
const Unknown = -1

// ReadLoad asks the system. The disk is the one of an open directory.
func ReadLoad(fd int) (Load, error) {
	load := Load{Cores: int64(runtime.NumCPU())}
	var disk syscall.Statfs_t
	err := syscall.Fstatfs(fd, &disk)
	for err == syscall.EINTR {
		err = syscall.Fstatfs(fd, &disk)
	}
	if err != nil {
		return load, fmt.Errorf("look at the disk: %w", err)
	}
	block := blockSize(&disk)
	load.DiskTotal, load.DiskFree = int64(disk.Blocks)*block, int64(disk.Bavail)*block
	load.Load1 = load1()
	load.MemoryTotal, load.MemoryAvailable = memory()
	load.UptimeSeconds = uptime()
	return load, nil
}
