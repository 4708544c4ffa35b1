package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"testing"
)

// file is an entry of an archive.
type file struct {
	name, content string
	mode          int64
}

var manifest = manifestWith(nil)

// manifestWith is the manifest of a script, with more in it.
func manifestWith(more fields) string {
	all := fields{"cronium": 1, "name": "Test", "entrypoint": "main.sh"}
	for name, value := range more {
		all[name] = value
	}
	text, _ := json.Marshal(all)
	return string(text)
}

func pack(t *testing.T, manifest string, files ...file) []byte {
	t.Helper()
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	packed := tar.NewWriter(zipped)
	for _, f := range append([]file{{"manifest.yaml", manifest, 0o644}}, files...) {
		check(t, packed.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.content)), Mode: f.mode}))
		_, err := packed.Write([]byte(f.content))
		check(t, err)
	}
	check(t, packed.Close())
	check(t, zipped.Close())
	return archive.Bytes()
}
