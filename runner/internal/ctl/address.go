package ctl

import (
	"fmt"
	"os"
)

// maxPath is what fits into the address of a socket everywhere, with its NUL.
const maxPath = 103

// shortPath is the socket's own path below a job's directory, or one through a link in a private directory that exists
// until release.
func shortPath(job, name string) (path string, release func(), err error) {
	path = job + "/" + name
	if len(path) <= maxPath {
		return path, func() {}, nil
	}
	// Not the directory for temporary files: its own path is long on some systems.
	private, err := os.MkdirTemp("/tmp", ".cronium-")
	if err != nil {
		return "", nil, fmt.Errorf("make a short path to the control socket: %w", err)
	}
	link := private + "/j"
	release = func() {
		_ = os.Remove(link)
		_ = os.Remove(private)
	}
	if err := os.Symlink(job, link); err != nil {
		release()
		return "", nil, fmt.Errorf("make a short path to the control socket: %w", err)
	}
	return link + "/" + name, release, nil
}
