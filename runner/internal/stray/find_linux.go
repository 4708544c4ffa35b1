package stray

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
)

// maxEnvironment is more than Linux gives a process unless its limits were raised.
const maxEnvironment = 4 << 20

// marked lists the processes whose environment at their start had this entry.
func marked(entry string) []int {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	want := []byte("\x00" + entry + "\x00")
	found := []int{}
	for _, each := range names {
		pid, err := strconv.Atoi(each)
		if err != nil {
			continue
		}
		file, err := os.Open("/proc/" + each + "/environ")
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(file, maxEnvironment))
		_ = file.Close()
		if bytes.Contains(append([]byte{0}, text...), want) {
			found = append(found, pid)
		}
	}
	return found
}

func name(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return strings.ToValidUTF8(strings.TrimSuffix(string(text), "\n"), "\uFFFD")
}
