//go:build linux && !portable

package dir

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func TestTouchNeedsNoProc(t *testing.T) {
	base, path := open(t)
	must(t, base.Replace("file", nil))
	old := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(filepath.Join(path, "file"), old, old))
	done := make(chan error)
	var skipped error
	go func() {
		// Never unlocked: the thread and its namespace end with the goroutine.
		runtime.LockOSThread()
		skipped = hideProc()
		if skipped != nil {
			done <- nil
			return
		}
		done <- base.Touch("file")
	}()
	err := <-done
	if skipped != nil {
		t.Skip("only root can mount: ", skipped)
	}
	must(t, err)
	found, err := os.Stat(filepath.Join(path, "file"))
	must(t, err)
	if age := time.Since(found.ModTime()); age > time.Minute {
		t.Errorf("got a file of %v, want one of now", age)
	}
}

// hideProc gives the thread a mount namespace of its own whose /proc is empty.
func hideProc() error {
	if err := syscall.Unshare(syscall.CLONE_NEWNS | syscall.CLONE_FS); err != nil {
		return err
	}
	if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	return syscall.Mount("none", "/proc", "tmpfs", 0, "")
}
