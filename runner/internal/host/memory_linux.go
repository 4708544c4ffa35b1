package host

import (
	"bytes"
	"os"
	"strconv"
)

// OutOfMemory is how many processes the kernel has killed since the machine's start because memory ran out, or Unknown.
func OutOfMemory() int64 {
	file, err := os.Open("/proc/vmstat")
	if err != nil {
		return Unknown
	}
	defer file.Close()
	// In one read: for each, the kernel counts everything anew.
	text := make([]byte, vmstatSize)
	n, err := file.Read(text)
	if err != nil {
		return Unknown
	}
	_, rest, found := bytes.Cut(text[:n], []byte("\noom_kill "))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	count, err := strconv.ParseInt(string(line), 10, 64)
	if !found || err != nil {
		return Unknown
	}
	return count
}

// vmstatSize is several times what a kernel of today has to say.
const vmstatSize = 32 << 10
