// Package mask replaces secrets in a stream of output before it is kept anywhere.
package mask

import (
	"bytes"
	"slices"
	"sort"
)

const (
	// MinLength is the length below which a value is not masked: it would blot out half of the output.
	MinLength   = 4
	replacement = "***"
)

// Mask is the set of values to replace. A nil Mask has none.
type Mask struct {
	values [][]byte
	// longest bounds what a stream may hold back.
	longest int
}

// New returns the mask for these values; shorter ones than MinLength are left out.
func New(values []string) *Mask {
	m := &Mask{}
	for _, value := range values {
		if len(value) >= MinLength {
			m.values = append(m.values, []byte(value))
			m.longest = max(m.longest, len(value))
		}
	}
	if len(m.values) == 0 {
		return nil
	}
	// Of two that begin alike the longer one must win.
	sort.Sort(longestFirst(m.values))
	return m
}

type longestFirst [][]byte

func (l longestFirst) Len() int           { return len(l) }
func (l longestFirst) Less(i, j int) bool { return len(l[i]) > len(l[j]) }
func (l longestFirst) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }

// Text masks a text that is whole.
func (m *Mask) Text(text string) string {
	if m == nil {
		return text
	}
	stream := Stream{mask: m}
	masked := slices.Clone(stream.Write([]byte(text)))
	return string(append(masked, stream.Flush()...))
}

// Stream masks output that comes in chunks; a value may be spread over several.
type Stream struct {
	mask *Mask
	held []byte
	out  []byte
}

// NewStream starts a stream. Streams of one mask do not share anything that changes.
func (m *Mask) NewStream() *Stream { return &Stream{mask: m} }

// Held is how many bytes wait for what follows.
func (s *Stream) Held() int { return len(s.held) }

// Write takes a chunk and returns what may go on; it is valid until the next call.
// What could be the beginning of a value at the chunk's end is held back.
func (s *Stream) Write(chunk []byte) []byte {
	if s.mask == nil {
		return chunk
	}
	data := chunk
	if len(s.held) > 0 {
		data = append(s.held, chunk...)
	}
	s.out = s.out[:0]
	data = s.replace(data)
	keep := s.mask.prefix(data)
	s.out = append(s.out, data[:keep]...)
	s.held = append([]byte(nil), data[keep:]...)
	return s.out
}

// Flush gives up what was held back.
func (s *Stream) Flush() []byte {
	if len(s.held) == 0 {
		return nil
	}
	// A shorter value can stand at the beginning of what might have become a longer one.
	s.out = s.out[:0]
	rest := s.held
	for len(rest) > 0 {
		at, length := s.mask.find(rest)
		if at < 0 {
			break
		}
		s.out = append(append(s.out, rest[:at]...), replacement...)
		rest = rest[at+length:]
	}
	s.out = append(s.out, rest...)
	s.held = nil
	return s.out
}

// replace moves all that is decided to out and returns the rest, in which no value is found or the last may grow.
func (s *Stream) replace(data []byte) []byte {
	for {
		at, length := s.mask.find(data)
		if at < 0 {
			return data
		}
		if s.mask.mayGrow(data[at:], length) {
			s.out = append(s.out, data[:at]...)
			return data[at:]
		}
		s.out = append(append(s.out, data[:at]...), replacement...)
		data = data[at+length:]
	}
}

// find returns the first value in data, the longest of those that begin there.
func (m *Mask) find(data []byte) (at, length int) {
	at = -1
	for _, value := range m.values {
		reach := data
		if at >= 0 {
			// Only an earlier one is of interest: longer values came first.
			reach = data[:min(len(data), at+len(value)-1)]
		}
		if i := bytes.Index(reach, value); i >= 0 {
			at, length = i, len(value)
		}
	}
	return at, length
}

// mayGrow says whether data is the beginning of a value longer than the one found at its start.
func (m *Mask) mayGrow(data []byte, length int) bool {
	for _, value := range m.values {
		if len(value) <= length {
			return false
		}
		if len(value) > len(data) && bytes.HasPrefix(value, data) {
			return true
		}
	}
	return false
}

// prefix returns where the part of data begins that could be the beginning of a value.
func (m *Mask) prefix(data []byte) int {
	for i := max(0, len(data)-m.longest+1); i < len(data); i++ {
		for _, value := range m.values {
			if len(value) > len(data)-i && bytes.HasPrefix(value, data[i:]) {
				return i
			}
		}
	}
	return len(data)
}
