package job

import (
	"errors"
	"os"
	"syscall"

	"cronium.dev/runner/internal/dir"
)

const lockName = "lock"

// takeLock makes the lock of a new job and holds it. It belongs to the open file, so it lasts as long as the process that has
// it, whatever the directory is called by then.
func takeLock(d *dir.Dir) (*os.File, error) {
	file, err := d.Create(lockName)
	if err != nil {
		return nil, err
	}
	// Waits, because whoever asks whether the job lives holds the lock for an instant.
	if err := flock(file, syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// isHeld says whether a job's supervisor lives. No process id is asked: those are used again. What cannot be found out is
// an error: a job that lives must not be told as lost.
func isHeld(d *dir.Dir) (bool, error) {
	file, err := d.Open(lockName)
	if errors.Is(err, syscall.ENOENT) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = flock(file, syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how)
		if err != syscall.EINTR {
			return err
		}
	}
}
