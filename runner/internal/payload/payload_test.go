package payload

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/jsontext"
)

const plain = `{"cronium": 1, "name": "N", "entrypoint": "run.sh"}`

// with is the plain manifest with one more field.
func with(field string) string { return strings.TrimSuffix(plain, "}") + ", " + field + "}" }

type entry struct {
	header  tar.Header
	content string
}

func pack(t testing.TB, manifest string, entries ...entry) []byte {
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	packed := tar.NewWriter(zipped)
	all := append([]entry{{tar.Header{Name: "manifest.yaml", Mode: 0o644}, manifest}}, entries...)
	for _, e := range all {
		e.header.Size = int64(len(e.content))
		if err := packed.WriteHeader(&e.header); err != nil {
			t.Fatal(err)
		}
		_, _ = packed.Write([]byte(e.content))
	}
	_ = packed.Close()
	_ = zipped.Close()
	return archive.Bytes()
}

func name(path string) entry { return entry{tar.Header{Name: path, Mode: 0o644}, "x"} }

func kind(path string, flag byte) entry {
	return entry{tar.Header{Name: path, Typeflag: flag, Linkname: "/etc/passwd"}, ""}
}

// extract unpacks an archive into a fresh directory and returns it.
func extract(t testing.TB, archive []byte) (string, error) {
	path := filepath.Join(t.TempDir(), "work")
	into, err := dir.OpenBase(path)
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	source := filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(source, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := Open(file)
	if err != nil {
		return path, err
	}
	defer opened.Close()
	manifest, err := opened.ReadManifest()
	if err != nil {
		return path, err
	}
	return path, opened.Extract(into, manifest.Entrypoint, func() bool { return false }, func(string) {})
}

func TestExtract(t *testing.T) {
	long := strings.Repeat("long/", 60) + strings.Repeat("n", 200)
	path, err := extract(t, pack(t, plain,
		kind("files/", tar.TypeDir), kind("files/empty/", tar.TypeDir),
		entry{tar.Header{Name: "files/run.sh", Mode: 0o600}, "#!/bin/sh\n"},
		entry{tar.Header{Name: "files/a/b/c", Mode: 0o4777}, "deep"},
		entry{tar.Header{Name: "files/none", Mode: 0}, ""},
		entry{tar.Header{Name: "files/" + long, Mode: 0o644}, "long"}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"run.sh": "#!/bin/sh\n", "a/b/c": "deep", "none": "", long: "long"} {
		if got, err := os.ReadFile(filepath.Join(path, name)); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]os.FileMode{"run.sh": 0o700, "none": 0o600, "a/b/c": 0o700, "empty": os.ModeDir | 0o700} {
		found, err := os.Stat(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := found.Mode() &^ 0o077; got != want {
			t.Errorf("%s: got %v, want %v for its owner", name, got, want)
		}
	}
}

func TestExtractRefuses(t *testing.T) {
	many := []entry{name("files/run.sh")}
	for range maxEntries {
		many = append(many, kind("files/", tar.TypeDir))
	}
	good := pack(t, plain, name("files/run.sh"))
	for want, archive := range map[string][]byte{
		`name "/etc/x" is not relative`:        pack(t, plain, name("/etc/x")),
		`name "files/../../x" is not plain`:    pack(t, plain, name("files/../../x")),
		`name "files//x" is not plain`:         pack(t, plain, name("files//x")),
		`name "files/./x" is not plain`:        pack(t, plain, name("files/./x")),
		`entry "other/x" is not below files/`:  pack(t, plain, name("other/x")),
		`entry "files/l" is a link`:            pack(t, plain, kind("files/l", tar.TypeSymlink)),
		`entry "files/h" is a link`:            pack(t, plain, kind("files/h", tar.TypeLink)),
		`entry "files/d" is neither`:           pack(t, plain, kind("files/d", tar.TypeBlock)),
		`entry "files/f" is neither`:           pack(t, plain, kind("files/f", tar.TypeFifo)),
		`entry "twice" is there twice`:         pack(t, plain, name("files/twice"), name("files/twice")),
		`more than 10000 entries`:              pack(t, plain, many...),
		`its entrypoint "run.sh" is not in it`: pack(t, plain),
		`ends too early`:                       good[:len(good)-20],
		`not compressed with gzip`:             []byte("PK"),
		`names no usable entrypoint`:           pack(t, `{"cronium": 1, "entrypoint": "../x"}`),
		`cannot be read: it is not JSON`:       pack(t, "cronium: 1\nname: N\nentrypoint: run.sh\n"),
		`"cronium" is not 1`:                   pack(t, `{"cronium": 2, "entrypoint": "x"}`),
		`an interpreter without commands`:      pack(t, with(`"interpreter": {}`)),
		`no usable "interpreter"`:              pack(t, with(`"interpreter": {"commands": ["a"], "args": "b"}`)),
		`no usable "env"`:                      pack(t, with(`"env": {"A=B": "c"}`)),
		`no usable "args"`:                     pack(t, with(`"args": ["\u0000"]`)),
		`no usable "cwd"`:                      pack(t, with(`"cwd": null`)),
		`manifest.yaml is larger than 262144`:  pack(t, plain+strings.Repeat(" ", manifestLimit)),
	} {
		_, err := extract(t, archive)
		var problem *Invalid
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestParseManifest(t *testing.T) {
	got, err := parseManifest([]byte(`{"cronium": 1, "name": "Restart", "entrypoint": "a/b.py",
		"interpreter": {"commands": ["python3", "python"], "args": ["-u"]},
		"args": ["1", "two\n"], "env": {"A": "Restart", "B": ""}, "cwd": "~/x", "new": null}`))
	want := &Manifest{Name: "Restart", Entrypoint: "a/b.py",
		Interpreter: &Interpreter{Commands: []string{"python3", "python"}, Args: []string{"-u"}},
		Args:        []string{"1", "two\n"}, Env: []jsontext.Pair{{Name: "A", Value: "Restart"}, {Name: "B"}}, Cwd: "~/x"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// FuzzArchive unpacks anything; whatever it is, nothing may appear beside the directory it is unpacked into.
func FuzzArchive(f *testing.F) {
	f.Add([]byte(plain), "files/run.sh", byte(tar.TypeReg), false)
	f.Add([]byte(`{"cronium": 1, "a": [[]]}`), "files/../x", byte(tar.TypeSymlink), false)
	f.Add([]byte(plain), "../work2", byte(tar.TypeDir), true)
	f.Fuzz(func(t *testing.T, manifest []byte, path string, flag byte, isRaw bool) {
		var archive bytes.Buffer
		zipped := gzip.NewWriter(&archive)
		if isRaw {
			_, _ = zipped.Write(manifest)
		} else {
			packed := tar.NewWriter(zipped)
			_ = packed.WriteHeader(&tar.Header{Name: "manifest.yaml", Size: int64(len(manifest))})
			_, _ = packed.Write(manifest)
			_ = packed.WriteHeader(&tar.Header{Name: path, Typeflag: flag, Linkname: "/tmp"})
			_ = packed.Close()
		}
		_ = zipped.Close()
		work, _ := extract(t, archive.Bytes())
		beside, err := os.ReadDir(filepath.Dir(work))
		if err != nil || len(beside) != 1 {
			t.Errorf("got %v, %v beside the directory", beside, err)
		}
	})
}
