//go:build !linux

package host

// OutOfMemory says that the system does not count the processes that it kills because memory ran out.
func OutOfMemory() int64 { return Unknown }
