//go:build linux && !portable

package serve

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/toolbox"
)

const (
	// hashName is the file in a runner's toolbox that keeps its hash, so that not every session reads three megabytes.
	hashName  = "hash"
	hashLimit = 256
	// hashDigits is how long a SHA-256 is as text.
	hashDigits = 64
	// settled is how long a file must have been as it is: within the granularity of a file system's clock it could change again
	// and look the same.
	settled = 2 * time.Second
)

// hash is what was kept for this very file, or nothing. Whoever changes a file or puts another one in its place changes what
// the mark is made of, and cannot set its time of change.
func (m memory) hash() string {
	mark, _ := markOf(m.file)
	tools := m.tools()
	if mark == "" || tools == nil {
		return ""
	}
	defer tools.Close()
	text, _ := tools.Read(hashName, hashLimit)
	sum, isSame := strings.CutSuffix(string(text), " "+mark)
	if !isSame || !jsontext.IsHex(sum, hashDigits) {
		return ""
	}
	return sum
}

// keep lets the next session find the hash. What was hashed is on the disk then: a machine that crashes could otherwise keep
// the mark and lose a part of the file.
func (m memory) keep(sum string, now time.Time) {
	mark, changed := markOf(m.file)
	tools := m.tools()
	if tools == nil {
		return
	}
	defer tools.Close()
	if mark != "" && now.Sub(changed) > settled && m.file.Sync() == nil {
		_ = tools.Replace(hashName, []byte(sum+" "+mark))
	}
}

// tools opens the toolbox beside a runner below the base directory; nil where there is none.
func (m memory) tools() *dir.Dir {
	version := filepath.Base(filepath.Dir(m.path))
	if !jsontext.IsHex(version, hashDigits) || filepath.Dir(m.path) != filepath.Dir(toolbox.Path(m.base.Path(), version)) {
		return nil
	}
	tools, err := toolbox.Open(m.base, version)
	if err != nil {
		return nil
	}
	return tools
}

// markOf is the same as long as nobody has changed the file.
func markOf(file *os.File) (mark string, changed time.Time) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(file.Fd()), &st); err != nil {
		return "", changed
	}
	parts := []string{strconv.FormatUint(st.Ino, 10), strconv.FormatInt(st.Size, 10)}
	for _, at := range []syscall.Timespec{st.Mtim, st.Ctim} {
		parts = append(parts, strconv.FormatInt(at.Nano(), 10))
	}
	return strings.Join(parts, " "), time.Unix(st.Ctim.Unix())
}
