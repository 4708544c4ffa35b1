package host

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// blockSize is what blocks are counted in, which is not always the size that is best to write.
func blockSize(disk *syscall.Statfs_t) int64 {
	if disk.Frsize != 0 {
		return int64(disk.Frsize)
	}
	return int64(disk.Bsize)
}

func load1() int64 { return parseHundredths(firstLine("/proc/loadavg")) }

func uptime() int64 {
	if hundredths := parseHundredths(firstLine("/proc/uptime")); hundredths >= 0 {
		return hundredths / 100
	}
	return Unknown
}

func memory() (total, available int64) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return Unknown, Unknown
	}
	return parseMemory(string(text))
}

// parseHundredths reads the first number of a line, which has two digits behind its point.
func parseHundredths(line string) int64 {
	word, _, _ := strings.Cut(line, " ")
	whole, rest, found := strings.Cut(word, ".")
	number, err := strconv.ParseInt(whole+rest, 10, 64)
	if !found || len(rest) != 2 || err != nil || number < 0 {
		return Unknown
	}
	return number
}

// parseMemory reads /proc/meminfo. Kernels before 3.14 do not tell what programs could get; the sum is close to it.
func parseMemory(text string) (total, available int64) {
	sizes := map[string]int64{}
	for line := range strings.SplitSeq(text, "\n") {
		name, rest, _ := strings.Cut(line, ":")
		kibibytes, isSize := strings.CutSuffix(strings.TrimSpace(rest), " kB")
		if size, err := strconv.ParseInt(kibibytes, 10, 64); isSize && err == nil && size >= 0 {
			sizes[name] = size << 10
		}
	}
	total, isKnown := sizes["MemTotal"]
	if !isKnown {
		return Unknown, Unknown
	}
	if available, isKnown = sizes["MemAvailable"]; !isKnown {
		available = sizes["MemFree"] + sizes["Buffers"] + sizes["Cached"]
	}
	return total, available
}
