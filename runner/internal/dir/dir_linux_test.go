package dir

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestRemoveAllStaysOnItsFileSystem(t *testing.T) {
	base, path := open(t)
	mounted := filepath.Join(path, "job", "mounted")
	must(t, os.MkdirAll(mounted, 0o700))
	if err := syscall.Mount("none", mounted, "tmpfs", 0, ""); err != nil {
		t.Skip("only root can mount: ", err)
	}
	defer func() { must(t, syscall.Unmount(mounted, 0)) }()
	must(t, os.WriteFile(filepath.Join(mounted, "file"), []byte("precious"), 0o600))
	if got := base.Size("job"); got != 0 {
		t.Errorf("got a size of %d, want 0", got)
	}
	if err := base.RemoveAll("job"); !errors.Is(err, syscall.EXDEV) {
		t.Errorf("got %v, want %v", err, syscall.EXDEV)
	}
	if _, err := os.Stat(filepath.Join(mounted, "file")); err != nil {
		t.Errorf("what was mounted is gone: %v", err)
	}
}
