package supervise

import (
	"os"
	"path/filepath"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/spool"
	"cronium.dev/runner/internal/toolbox"
)

// tools is the runner's toolbox on its way into place.
type tools struct {
	path    string
	install func() error
	first   chan error
}

// prepareTools puts the helper commands in place, if they are not, while all else is made ready.
func prepareTools(base *dir.Dir, runner string, place *job.Place) *tools {
	path, name := executable(base, runner), filepath.Base(place.Dir.Path())
	t := &tools{
		path:    toolbox.Path(base.Path(), runner),
		install: func() error { return toolbox.Install(base, runner, path, name) },
		first:   make(chan error, 1),
	}
	go func() { t.first <- t.install() }()
	return t
}

// await returns when they are there. While a supervisor waited for its job somebody may have removed them again, or have made
// room on a disk that was full.
func (t *tools) await() error {
	if err := <-t.first; err == nil {
		if _, err := os.Lstat(t.path); err == nil {
			return nil
		}
	}
	return t.install()
}

// executable is the path of this runner. Without /proc it is where a runner of this hash is kept.
func executable(base *dir.Dir, runner string) string {
	path, err := os.Executable()
	if err != nil {
		path = base.Path() + "/bin/" + runner + "/cronium-runner"
	}
	return path
}

func brokenWithoutTools(err error) *job.Exit {
	if spool.IsFull(err) {
		return broken("disk/full", "Cannot put the helper commands in place: the server's disk is full")
	}
	return broken("start/failed", "Cannot put the helper commands in place: "+err.Error())
}
