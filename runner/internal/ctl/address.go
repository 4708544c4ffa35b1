package ctl

import (
	"fmt"
	"os"

	"cronium.dev/runner/internal/dir"
)

// maxPath is what fits into the address of a socket everywhere, with its NUL.
const maxPath = 103

// shortPath is the socket's own path, or one through a link in a private directory that exists until release.
func shortPath(job *dir.Dir) (path string, release func(), err error) {
	path = job.Path() + "/" + socketName
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
	if err := os.Symlink(job.Path(), link); err != nil {
		release()
		return "", nil, fmt.Errorf("make a short path to the control socket: %w", err)
	}
	return link + "/" + socketName, release, nil
}
