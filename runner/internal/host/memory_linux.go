package host

import (
	"os"
	"strconv"
	"strings"
)

// OutOfMemory is how many processes the kernel has killed since the machine's start because memory ran out, or Unknown.
func OutOfMemory() int64 {
	text, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return Unknown
	}
	_, rest, found := strings.Cut(string(text), "\noom_kill ")
	line, _, _ := strings.Cut(rest, "\n")
	count, err := strconv.ParseInt(line, 10, 64)
	if !found || err != nil {
		return Unknown
	}
	return count
}
