//go:build faults

// Package faulty lets tests make the n-th use of a file fail. In what is released nothing of it is left.
package faulty

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var count atomic.Int64

// Next says whether this use of a file fails: the n-th one of a process that was started for `role`, as
// CRONIUM_FAULT=role:n:errno asks for. The file that CRONIUM_FAULT_FIRED names then says which one it was.
func Next(operation string) error {
	parts := strings.Split(os.Getenv("CRONIUM_FAULT"), ":")
	if len(parts) != 3 || len(os.Args) < 2 || os.Args[1] != parts[0] {
		return nil
	}
	at, _ := strconv.ParseInt(parts[1], 10, 64)
	if count.Add(1) != at {
		return nil
	}
	_ = os.WriteFile(os.Getenv("CRONIUM_FAULT_FIRED"), []byte(operation), 0o600)
	number, _ := strconv.Atoi(parts[2])
	return syscall.Errno(number)
}
