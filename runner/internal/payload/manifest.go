// Package payload keeps archives by their hash, reads their manifests and unpacks their files.
package payload

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const manifestLimit = 256 << 10

// Manifest is what belongs to the content of a payload.
type Manifest struct {
	Cronium     int               `yaml:"cronium"`
	Name        string            `yaml:"name"`
	Entrypoint  string            `yaml:"entrypoint"`
	Interpreter *Interpreter      `yaml:"interpreter"`
	Args        []string          `yaml:"args"`
	Env         map[string]string `yaml:"env"`
	Cwd         string            `yaml:"cwd"`
}

// Interpreter is what runs an entrypoint that is not executed itself.
type Interpreter struct {
	// Commands are tried in turn; the first one found on PATH is taken.
	Commands []string `yaml:"commands"`
	Args     []string `yaml:"args"`
}

func parseManifest(text []byte) (*Manifest, error) {
	var m Manifest
	if err := yaml.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("manifest.yaml cannot be read: %w", err)
	}
	if m.Cronium != 1 {
		return nil, errors.New(`manifest.yaml is of a version that this runner does not know: "cronium" is not 1`)
	}
	if err := checkPath(m.Entrypoint); err != nil {
		return nil, fmt.Errorf("manifest.yaml names no usable entrypoint: %w", err)
	}
	if m.Interpreter != nil && len(m.Interpreter.Commands) == 0 {
		return nil, errors.New("manifest.yaml has an interpreter without commands")
	}
	if m.hasNUL() {
		return nil, errors.New("manifest.yaml holds a NUL character")
	}
	for name := range m.Env {
		if name == "" || strings.Contains(name, "=") {
			return nil, fmt.Errorf("manifest.yaml sets a variable of the name %q", name)
		}
	}
	return &m, nil
}

func (m *Manifest) hasNUL() bool {
	texts := append([]string{m.Cwd}, m.Args...)
	if m.Interpreter != nil {
		texts = append(append(texts, m.Interpreter.Commands...), m.Interpreter.Args...)
	}
	for name, value := range m.Env {
		texts = append(texts, name, value)
	}
	return strings.ContainsRune(strings.Join(texts, ""), 0)
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
