//go:build !linux || portable

package ctl

import "cronium.dev/runner/internal/dir"

// address names the socket by a path that fits into an address.
func address(job *dir.Dir, name string) (path string, release func(), err error) {
	return shortPath(job.Path(), name)
}
