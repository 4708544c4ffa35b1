package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"testing"
)

// file is an entry of an archive.
type file struct {
	name, content string
	mode          int64
}

const manifest = "cronium: 1\nname: Test\nentrypoint: main.sh\n"

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
