// Package payload keeps archives by their hash, reads their manifests and unpacks their files.
package payload

import (
	"errors"
	"fmt"
	"strings"

	"cronium.dev/runner/internal/jsontext"
)

const manifestLimit = 256 << 10

// Manifest is what belongs to the content of a payload.
type Manifest struct {
	Name        string
	Entrypoint  string
	Interpreter *Interpreter
	Args        []string
	Env         []jsontext.Pair
	Cwd         string
}

// Interpreter is what runs an entrypoint that is not executed itself.
type Interpreter struct {
	// Commands are tried in turn; the first one found on PATH is taken.
	Commands []string
	Args     []string
}

// parseManifest reads manifest.yaml, which is written as JSON. Fields that are not known are passed over.
func parseManifest(text []byte) (*Manifest, error) {
	f, err := jsontext.ParseObject(text)
	if err != nil {
		return nil, fmt.Errorf("manifest.yaml cannot be read: %w", err)
	}
	if f.IntOr("cronium", 1, 1, 0) != 1 {
		return nil, errors.New(`manifest.yaml is of a version that this runner does not know: "cronium" is not 1`)
	}
	m := &Manifest{
		Name:       f.TextOr("name", manifestLimit, ""),
		Entrypoint: f.Text("entrypoint", manifestLimit),
		Args:       f.TextsIf("args"),
		Env:        f.Pairs("env"),
		Cwd:        f.TextOr("cwd", manifestLimit, ""),
	}
	if f.Has("interpreter") {
		inner := f.Object("interpreter")
		m.Interpreter = &Interpreter{Commands: inner.TextsIf("commands"), Args: inner.TextsIf("args")}
		if inner.Wrong() != "" {
			f.Reject("interpreter")
		}
	}
	if wrong := f.Wrong(); wrong != "" {
		return nil, fmt.Errorf("manifest.yaml has no usable %q", wrong)
	}
	if err := checkPath(m.Entrypoint); err != nil {
		return nil, fmt.Errorf("manifest.yaml names no usable entrypoint: %w", err)
	}
	if m.Interpreter != nil && len(m.Interpreter.Commands) == 0 {
		return nil, errors.New("manifest.yaml has an interpreter without commands")
	}
	return m, nil
}

// checkPath refuses every path that could lead out of the directory it is unpacked into.
func checkPath(path string) error {
	if path == "" || strings.HasPrefix(path, "/") {
		return fmt.Errorf("the name %q is not relative", path)
	}
	if strings.Contains(path, "\x00") || len(path) > 4096 {
		return fmt.Errorf("the name %.64q cannot be a file's", path)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("the name %q is not plain", path)
		}
	}
	return nil
}
