package payload

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// block is one header of an archive as its bytes are, with a right checksum.
func block(name string, kind byte, size int64, changes ...func([]byte)) []byte {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000644\x00")
	copy(b[124:], fmt.Sprintf("%011o\x00", size))
	copy(b[257:], "ustar\x0000")
	b[156] = kind
	copy(b[157:257], "/etc/passwd")
	for _, change := range changes {
		change(b)
	}
	copy(b[148:156], "        ")
	sum := 0
	for _, each := range b {
		sum += int(each)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// part is an entry: its header, its content and what fills its last block.
func part(name string, kind byte, content string, changes ...func([]byte)) []byte {
	b := append(block(name, kind, int64(len(content)), changes...), content...)
	return append(b, make([]byte, (512-len(content)%512)%512)...)
}

func put(at int, text string) func([]byte) { return func(b []byte) { copy(b[at:], text) } }

// pax is an extended header with these lines.
func pax(kind byte, lines ...string) []byte {
	text := ""
	for _, line := range lines {
		n := len(line) + 3
		for len(fmt.Sprintf("%d %s\n", n, line)) != n {
			n++
		}
		text += fmt.Sprintf("%d %s\n", n, line)
	}
	return part("pax", kind, text)
}

func zip(parts ...[]byte) []byte {
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	for _, p := range parts {
		_, _ = zipped.Write(p)
	}
	_ = zipped.Close()
	return archive.Bytes()
}

// hostile is an archive with a good manifest, a good script, and then these parts.
func hostile(parts ...[]byte) []byte {
	all := [][]byte{part("manifest.yaml", '0', plain), part("files/run.sh", '0', "#!/bin/sh\n")}
	return zip(append(append(all, parts...), make([]byte, 1024))...)
}

func evil(name string) []byte { return hostile(part(name, '0', "evil")) }

func repeat(p []byte, n int) []byte { return bytes.Repeat(p, n) }

// TestHostileArchives unpacks what an attacker would send. Each is refused in a sentence; none writes beside its directory.
func TestHostileArchives(t *testing.T) {
	script := part("files/run.sh", '0', "#!/bin/sh\n")
	good := hostile()
	cases := map[string][]byte{
		"absolute":                     evil("/etc/evil"),
		"absolute below files":         evil("files//etc/evil"),
		"up":                           evil("../evil"),
		"up below files":               evil("files/../../evil"),
		"up at the end":                evil("files/a/.."),
		"only up":                      evil(".."),
		"only here":                    evil("."),
		"here below files":             evil("files/./evil"),
		"no name":                      evil(""),
		"files itself as a file":       evil("files"),
		"beside files":                 evil("evil"),
		"a name that begins like ours": evil("filesystem/evil"),
		"the manifest again":           evil("manifest.yaml"),
		"the script again":             evil("files/run.sh"),
		"a backslash up":               evil("..\\evil"),
		"a drive":                      evil("C:/evil"),
		"two slashes at the end":       hostile(part("files/a//", '5', "")),
		"a directory up":               hostile(part("../evil/", '5', "")),
		"an absolute directory":        hostile(part("/evil/", '5', "")),
		"a symbolic link":              hostile(part("files/l", '2', "")),
		"a link, then through it":      hostile(part("files/l", '2', ""), part("files/l/evil", '0', "x")),
		"a link to here":               hostile(part("files/l", '2', "", put(157, ".\x00"))),
		"a hard link":                  hostile(part("files/h", '1', "")),
		"a hard link with content":     hostile(part("files/h", '1', "evil")),
		"a hard link to our script":    hostile(part("files/h", '1', "", put(157, "files/run.sh\x00"))),
		"a character device":           hostile(part("files/d", '3', "", put(329, "0000001\x000000003\x00"))),
		"a block device":               hostile(part("files/d", '4', "")),
		"a pipe":                       hostile(part("files/f", '6', "")),
		"a socket":                     hostile(part("files/s", 's', "")),
		"a sparse file":                hostile(part("files/s", 'S', "x")),
		"a directory with its names":   hostile(part("files/D", 'D', "x")),
		"a continued volume":           hostile(part("files/M", 'M', "x")),
		"a volume's label":             hostile(part("label", 'V', "")),
		"a long link's name":           hostile(part("././@LongLink", 'K', "/etc/passwd\x00"), part("files/l", '2', "")),
		"an unknown kind":              hostile(part("files/z", 'z', "x")),
		"a file where a directory is":  hostile(part("files/a/b", '0', "x"), part("files/a", '0', "x")),
		"a directory where a file is":  hostile(part("files/run.sh/", '5', "")),
		"below a file":                 hostile(part("files/run.sh/evil", '0', "x")),
		"a long name up":               hostile(part("././@LongLink", 'L', "files/../../evil\x00"), part("x", '0', "evil")),
		"an absolute long name":        hostile(part("././@LongLink", 'L', "/etc/evil"), part("files/x", '0', "evil")),
		"a long name with a zero":      hostile(pax('x', "path=files/a\x00/../../evil"), part("files/x", '0', "evil")),
		"a pax name up":                hostile(pax('x', "path=../evil"), part("files/x", '0', "evil")),
		"an absolute pax name":         hostile(pax('x', "path=/evil"), part("files/x", '0', "evil")),
		"the last of two pax names":    hostile(pax('x', "path=files/ok", "path=../evil"), part("files/x", '0', "evil")),
		"a prefix up":                  hostile(part("evil", '0', "x", put(345, "files/.."))),
		"an absolute prefix":           hostile(part("evil", '0', "x", put(345, "/etc"))),
		"a pax name of 5,000 bytes":    hostile(pax('x', "path=files/"+strings.Repeat("n", 5000)), part("x", '0', "")),
		"a part of 300 bytes":          hostile(pax('x', "path=files/"+strings.Repeat("n", 300)), part("x", '0', "")),
		"a huge pax header":            hostile(part("pax", 'x', strings.Repeat("x", 70_000))),
		"a pax line of no length":      hostile(part("pax", 'x', "0 path=evil\n")),
		"a pax line past its end":      hostile(part("pax", 'x', "99 path=evil\n")),
		"a negative pax size":          hostile(pax('x', "size=-1"), part("files/x", '0', "")),
		"a pax size of 1 EiB":          hostile(pax('x', "size=1152921504606846976"), part("files/x", '0', "")),
		"a size of 8 GiB":              hostile(block("files/x", '0', 8<<30-1)),
		"a size in base 256":           hostile(part("files/x", '0', "", put(124, "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00"))),
		"a size that is no number":     hostile(part("files/x", '0', "", put(124, "99999999999\x00"))),
		"a size that ends too early":   zip(part("manifest.yaml", '0', plain), block("files/run.sh", '0', 5000)),
		"many sizes together":          hostile(block("files/a", '5', 300<<20), make([]byte, 300<<20), block("files/b", '5', 300<<20)),
		"10,001 directories":           hostile(repeat(part("files/", '5', ""), 10_001)),
		"100,000 extended headers":     hostile(repeat(pax('g', "comment=x"), 100_000), part("files/x", '0', "x")),
		"a wrong checksum":             hostile(append([]byte("x"), part("files/x", '0', "x")...)),
		"no manifest":                  zip(script, make([]byte, 1024)),
		"a manifest that is a link":    zip(part("manifest.yaml", '2', ""), script),
		"a manifest of 1 MB":           zip(part("manifest.yaml", '0', plain+strings.Repeat(" ", 1<<20)), script),
		"a manifest 10,000 deep":       zip(part("manifest.yaml", '0', strings.Repeat("[", 10_000)), script),
		"an entrypoint up":             zip(part("manifest.yaml", '0', `{"cronium":1,"entrypoint":"../../bin/sh"}`), script),
		"no end":                       good[:len(good)-9],
		"a wrong sum of the gzip":      append(good[:len(good)-8:len(good)-8], 0, 0, 0, 0, 0, 0, 0, 0),
		"a second gzip behind it":      append(bytes.Clone(good), hostile(part("../evil", '0', "x"))[:40]...),
		"no gzip":                      []byte("\x1f\x8b\x08"),
		"nothing":                      {},
	}
	if len(cases) < 60 {
		t.Errorf("got %d archives, want at least 60", len(cases))
	}
	for name, archive := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work, err := extract(t, archive)
			var problem *Invalid
			if !errors.As(err, &problem) {
				t.Errorf("got %v, want a refusal", err)
			}
			expectNothingBeside(t, work)
		})
	}
}

// TestHarmlessArchives unpacks what looks odd and is not dangerous; special bits and other owners are not taken over.
func TestHarmlessArchives(t *testing.T) {
	for name, archive := range map[string][]byte{
		"setuid":                 hostile(part("files/x", '0', "x", put(100, "0006777\x00"))),
		"another owner":          hostile(part("files/x", '0', "x", put(108, "0000000\x000000000\x00"))),
		"a name with a newline":  evil("files/a\nb"),
		"a leading dash":         evil("files/-rf"),
		"three dots":             evil("files/.../x"),
		"a space at the end":     evil("files/x "),
		"no UTF-8":               evil("files/\xff\xfe"),
		"an escape sequence":     evil("files/\x1b]0;x\x07"),
		"bytes behind the end":   hostile(make([]byte, 1024), []byte("evil")),
		"a global header":        hostile(pax('g', "path=../evil"), part("files/x", '0', "x")),
		"a sparse file of pax":   hostile(pax('x', "GNU.sparse.name=../evil", "GNU.sparse.realsize=9999999999"), part("files/x", '0', "x")),
		"a link's name and none": hostile(pax('x', "linkpath=/etc/passwd"), part("files/x", '0', "x")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work, err := extract(t, archive)
			if err != nil {
				t.Errorf("got %v", err)
			}
			expectNothingBeside(t, work)
			check := func(path string, entry os.DirEntry, err error) error {
				if err != nil {
					return err
				}
				found, err := entry.Info()
				if err == nil && (found.Mode()&(os.ModeSetuid|os.ModeSetgid|os.ModeSymlink) != 0) {
					t.Errorf("%q: got %v", path, found.Mode())
				}
				return err
			}
			if err := filepath.WalkDir(work, check); err != nil {
				t.Error(err)
			}
		})
	}
}

func expectNothingBeside(t *testing.T, work string) {
	t.Helper()
	beside, err := os.ReadDir(filepath.Dir(work))
	if err != nil || len(beside) != 1 {
		t.Errorf("got %v, %v beside the directory", beside, err)
	}
}
