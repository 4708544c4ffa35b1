package host

import (
	"encoding/hex"
	"syscall"
	"unsafe"
)

// machineID is the hardware's own id, the one that ioreg shows as IOPlatformUUID. kern.uuid would be the kernel's: every
// machine with the same system has it.
func machineID() string {
	var id [16]byte
	// How long to wait for a machine that is just starting.
	limit := syscall.Timespec{Sec: 1}
	_, _, errno := syscall.Syscall(syscall.SYS_GETHOSTUUID, uintptr(unsafe.Pointer(&id)), uintptr(unsafe.Pointer(&limit)), 0)
	if errno != 0 || id == [16]byte{} {
		return ""
	}
	return hex.EncodeToString(id[:])
}

func bootID() string {
	id, err := syscall.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}
