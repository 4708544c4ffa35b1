//go:build linux && !portable

package ctl

import (
	"os"
	"strconv"

	"cronium.dev/runner/internal/dir"
)

// address names the socket through the descriptor of its directory: a path of more than 107 bytes does not fit into an
// address, and this way the directory is the one that was checked. Without /proc another way must do.
func address(job *dir.Dir, name string) (path string, release func(), err error) {
	through := "/proc/self/fd/" + strconv.Itoa(job.Fd())
	if _, err := os.Stat(through); err != nil {
		return shortPath(job.Path(), name)
	}
	return through + "/" + name, func() {}, nil
}
