package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// runner is the path of the binary under test, built once.
var runner string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "cronium-runner")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		runner = filepath.Join(folder, "cronium-runner")
		if err := build(".", runner); err != nil {
			panic(err)
		}
		return m.Run()
	}())
}

// build uses the very flags of scripts/build-runner.mjs.
func build(from, to string) error {
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", to, ".")
	command.Dir = from
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	command.Stderr = os.Stderr
	return command.Run()
}

func TestVersionIsTheExtensions(t *testing.T) {
	text, err := os.ReadFile("../package.json")
	check(t, err)
	var manifest struct{ Version string }
	check(t, json.Unmarshal(text, &manifest))
	if version != manifest.Version {
		t.Errorf("got %v, want %v", version, manifest.Version)
	}
}

func TestBuildIsReproducible(t *testing.T) {
	copied := filepath.Join(t.TempDir(), "elsewhere", "runner")
	check(t, os.CopyFS(copied, os.DirFS(".")))
	other := filepath.Join(t.TempDir(), "other")
	check(t, build(copied, other))
	one, err := os.ReadFile(runner)
	check(t, err)
	two, err := os.ReadFile(other)
	check(t, err)
	if !bytes.Equal(one, two) {
		t.Errorf("two builds of the same sources differ")
	}
}

func TestSizeIsWithinItsLimit(t *testing.T) {
	found, err := os.Stat(runner)
	check(t, err)
	if found.Size() >= 3_000_000 {
		t.Errorf("got %d bytes, want less than 3,000,000", found.Size())
	}
}
