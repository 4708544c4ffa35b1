package ctl

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
)

// TestSocketsInDeepDirectories has a directory whose path does not fit into the address of a socket.
func TestSocketsInDeepDirectories(t *testing.T) {
	for name, depth := range map[string]int{"short": 0, "deep": 30} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), strings.Repeat("deeper/", depth)+"job")
			job, err := dir.OpenBase(path)
			must(t, err)
			defer job.Close()
			listener, err := Listen(job)
			must(t, err)
			defer listener.Close()
			heard := make(chan string, 1)
			go func() {
				conn, err := listener.Accept()
				if err != nil {
					heard <- err.Error()
					return
				}
				defer conn.Close()
				fields, err := conn.Receive()
				if err != nil {
					heard <- err.Error()
					return
				}
				heard <- fields.Text("type", 16)
			}()
			conn, err := Dial(job)
			must(t, err)
			defer conn.Close()
			must(t, conn.Send(jsontext.Message("hello")))
			if got := <-heard; got != "hello" {
				t.Errorf("got %q, want hello", got)
			}
			if found, err := os.Stat(filepath.Join(path, "ctl.sock")); err != nil || found.Mode().Perm() != 0o600 {
				t.Errorf("got %v, %v, want a socket of mode 0600", found, err)
			}
		})
	}
}

func TestCallsReachADeepDirectoryByItsPath(t *testing.T) {
	job, err := dir.OpenBase(filepath.Join(t.TempDir(), strings.Repeat("deeper/", 30)+"job"))
	must(t, err)
	defer job.Close()
	listener, err := ListenForCalls(job)
	must(t, err)
	defer listener.Close()
	heard := make(chan string, 1)
	go func() {
		file, err := listener.AcceptFile()
		if err != nil {
			heard <- err.Error()
			return
		}
		defer file.Close()
		text, _ := io.ReadAll(file)
		heard <- string(text)
	}()
	for range 2 {
		file, err := DialForCallsIn(job.Path())
		must(t, err)
		_, err = file.WriteString("hello")
		must(t, err)
		must(t, CloseWrite(file))
		must(t, file.Close())
	}
	if got := <-heard; got != "hello" {
		t.Errorf("got %q, want hello", got)
	}
}

func TestShortPathLeavesNothing(t *testing.T) {
	job, err := dir.OpenBase(filepath.Join(t.TempDir(), strings.Repeat("deeper/", 30)+"job"))
	must(t, err)
	defer job.Close()
	path, release, err := shortPath(job.Path(), "ctl.sock")
	must(t, err)
	if len(path) > maxPath {
		t.Errorf("got %q of %d bytes, want at most %d", path, len(path), maxPath)
	}
	private := filepath.Dir(filepath.Dir(path))
	if found, err := os.Stat(private); err != nil || found.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v, want a private directory", found, err)
	}
	release()
	if _, err := os.Stat(private); !os.IsNotExist(err) {
		t.Errorf("got %v, want that the directory is gone", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
