// Package tarball reads the archives of payloads: ustar with the extensions that pack long names.
// It stands in for archive/tar, which would add 130 KB to the runner.
package tarball

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

const (
	blockSize = 512
	// maxExtension bounds the header of a long name.
	maxExtension = 64 << 10
	// maxExtensions bounds how many of them one entry has: they compress so well that they could go on for hours.
	maxExtensions = 16
)

// The type flags that matter; all others are told to the caller as they are.
const (
	File      = '0'
	Directory = '5'
)

// ErrFormat says that bytes are no archive of this kind.
var ErrFormat = errors.New("it is not a tar archive that can be read")

// Entry is one file or directory of an archive.
type Entry struct {
	Name string
	Type byte
	Mode uint32
	Size int64
}

// Reader reads an archive entry by entry.
type Reader struct {
	source  io.Reader
	left    int64
	padding int64
}

// NewReader reads from source, which is decompressed already.
func NewReader(source io.Reader) *Reader { return &Reader{source: source} }

// Next goes to the next entry; the end is io.EOF.
func (r *Reader) Next() (Entry, error) {
	longName, longSize := "", int64(-1)
	for headers := 0; ; headers++ {
		entry, err := r.header()
		if err != nil {
			return Entry{}, err
		}
		if headers > maxExtensions {
			return Entry{}, ErrFormat
		}
		switch entry.Type {
		case 'x':
			if longName, longSize, err = r.pax(entry.Size, longName, longSize); err != nil {
				return Entry{}, err
			}
			continue
		case 'L':
			text, err := r.extension(entry.Size)
			if err != nil {
				return Entry{}, err
			}
			longName = strings.TrimRight(string(text), "\x00")
			continue
		case 'g':
			if _, err := r.extension(entry.Size); err != nil {
				return Entry{}, err
			}
			continue
		case 0, '7':
			entry.Type = File
		}
		if longName != "" {
			entry.Name = longName
		}
		if longSize >= 0 {
			entry.Size = longSize
			r.expect(longSize)
		}
		if entry.Type == File && strings.HasSuffix(entry.Name, "/") {
			entry.Type = Directory
		}
		return entry, nil
	}
}

// Read reads the content of the entry.
func (r *Reader) Read(into []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.source.Read(into[:min(int64(len(into)), r.left)])
	r.left -= int64(n)
	if errors.Is(err, io.EOF) && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (r *Reader) expect(size int64) {
	r.left, r.padding = size, (blockSize-size%blockSize)%blockSize
}

// header reads the next header block.
func (r *Reader) header() (Entry, error) {
	if _, err := io.CopyN(io.Discard, r.source, r.left+r.padding); err != nil {
		return Entry{}, io.ErrUnexpectedEOF
	}
	r.expect(0)
	var block [blockSize]byte
	if _, err := io.ReadFull(r.source, block[:]); err != nil {
		return Entry{}, err
	}
	if block == [blockSize]byte{} {
		// What follows the end is not looked at, but the checksum of the compression behind it is.
		if _, err := io.Copy(io.Discard, io.LimitReader(r.source, 1<<20)); err != nil {
			return Entry{}, err
		}
		return Entry{}, io.EOF
	}
	if sum, ok := octal(block[148:156]); !ok || sum != checksum(&block) {
		return Entry{}, ErrFormat
	}
	size, sizeOK := octal(block[124:136])
	mode, modeOK := octal(block[100:108])
	if !sizeOK || !modeOK {
		return Entry{}, ErrFormat
	}
	name := text(block[:100])
	if prefix := text(block[345:500]); prefix != "" && bytes.HasPrefix(block[257:], []byte("ustar\x00")) {
		name = prefix + "/" + name
	}
	r.expect(size)
	return Entry{Name: name, Type: block[156], Mode: uint32(mode & 0o7777), Size: size}, nil
}

// pax reads an extended header; only the path and the size of the next entry are of interest.
func (r *Reader) pax(size int64, name string, length int64) (string, int64, error) {
	data, err := r.extension(size)
	if err != nil {
		return "", 0, err
	}
	for len(data) > 0 {
		digits, _, found := bytes.Cut(data, []byte{' '})
		n, err := strconv.Atoi(string(digits))
		if !found || err != nil || n <= len(digits)+1 || n > len(data) || data[n-1] != '\n' {
			return "", 0, ErrFormat
		}
		key, value, found := strings.Cut(string(data[len(digits)+1:n-1]), "=")
		if !found {
			return "", 0, ErrFormat
		}
		switch key {
		case "path":
			name = value
		case "size":
			if length, err = strconv.ParseInt(value, 10, 64); err != nil || length < 0 {
				return "", 0, ErrFormat
			}
		}
		data = data[n:]
	}
	return name, length, nil
}

func (r *Reader) extension(size int64) ([]byte, error) {
	if size > maxExtension {
		return nil, ErrFormat
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return data, nil
}

func text(field []byte) string {
	before, _, _ := bytes.Cut(field, []byte{0})
	return string(before)
}

func octal(field []byte) (int64, bool) {
	digits := strings.Trim(string(field), " \x00")
	if digits == "" {
		return 0, true
	}
	// Eleven octal digits at most, so it never overflows; base 256 is refused.
	n, err := strconv.ParseInt(digits, 8, 64)
	return n, err == nil && n >= 0
}

func checksum(block *[blockSize]byte) int64 {
	sum := int64(0)
	for i, b := range block {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += int64(b)
	}
	return sum
}
