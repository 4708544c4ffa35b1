package host

import (
	"encoding/binary"
	"syscall"
	"time"
)

func blockSize(disk *syscall.Statfs_t) int64 { return int64(disk.Bsize) }

// load1 reads a struct loadavg: three numbers of 32 bits, and at the next multiple of 8 what to divide them by.
func load1() int64 {
	text := sysctl("vm.loadavg", 24)
	scale := int64(binary.LittleEndian.Uint64(text[16:]))
	if scale <= 0 {
		return Unknown
	}
	return int64(binary.LittleEndian.Uint32(text)) * 100 / scale
}

// memory is not told: what programs could get takes more than a question to the kernel.
func memory() (total, available int64) { return Unknown, Unknown }

func uptime() int64 {
	started := int64(binary.LittleEndian.Uint64(sysctl("kern.boottime", 16)))
	if started <= 0 {
		return Unknown
	}
	return max(0, time.Now().Unix()-started)
}

// sysctl reads a value of so many bytes; zeros where there is less. Package syscall takes it for a text and cuts off a
// zero at its end.
func sysctl(name string, size int) []byte {
	text, _ := syscall.Sysctl(name)
	value := make([]byte, size)
	copy(value, text)
	return value
}
