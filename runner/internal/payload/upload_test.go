package payload

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cronium.dev/runner/internal/dir"
)

func TestUploadsDoNotStay(t *testing.T) {
	base, err := dir.OpenBase(filepath.Join(t.TempDir(), "base"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := OpenStore(base)
	if err != nil {
		t.Fatal(err)
	}
	files := filepath.Join(base.Path(), "payloads")
	sum := strings.Repeat("0", 64)
	if _, err := store.Receive(sum, 5, 1); err != nil {
		t.Fatal(err)
	}
	store.Close()
	if _, err := store.Receive(sum, 5, 2); !errors.Is(err, errClosed) {
		t.Errorf("got %v, want %v", err, errClosed)
	}
	for name, age := range map[string]time.Duration{".put-old": 2 * time.Hour, ".put-new": time.Minute} {
		at := time.Now().Add(-age)
		if err := os.WriteFile(filepath.Join(files, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(files, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	store.Collect(time.Now(), time.Now().Add(-24*keepPut), func(string) bool { return false })
	left, err := os.ReadDir(files)
	if err != nil || len(left) != 1 || left[0].Name() != ".put-new" {
		t.Errorf("got %v, %v, want the upload of now alone", left, err)
	}
}
