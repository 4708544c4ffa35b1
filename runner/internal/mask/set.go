package mask

import (
	"bytes"
	"slices"
)

// maxWindow keeps a shift within a byte.
const maxWindow = 255

// set finds many patterns at once (Wu and Manber): of each, the first bytes are looked at, as many as the shortest has.
// Two bytes at the end of such a window say how far it can move on without missing a beginning.
type set struct {
	// patterns are sorted by length: of two that begin alike the longer one must win.
	patterns [][]byte
	window   int
	// longest bounds what a stream may hold back.
	longest int
	shift   *[1 << 16]uint8
	// ending lists the patterns by the last two bytes of their window, beginning those by their first byte.
	ending    map[uint16][][]byte
	beginning [256][][]byte
}

func newSet(values []string) *set {
	slices.Sort(values)
	values = slices.Compact(values)
	s := &set{window: maxWindow, shift: new([1 << 16]uint8), ending: map[uint16][][]byte{}}
	for _, value := range values {
		s.patterns = append(s.patterns, []byte(value))
		s.window = min(s.window, len(value))
		s.longest = max(s.longest, len(value))
	}
	slices.SortStableFunc(s.patterns, func(a, b []byte) int { return len(b) - len(a) })
	for i := range s.shift {
		s.shift[i] = uint8(s.window - 1)
	}
	for _, pattern := range s.patterns {
		for end := 1; end < s.window; end++ {
			pair := pairAt(pattern, end)
			s.shift[pair] = min(s.shift[pair], uint8(s.window-1-end))
		}
		last := pairAt(pattern, s.window-1)
		s.ending[last] = append(s.ending[last], pattern)
		s.beginning[pattern[0]] = append(s.beginning[pattern[0]], pattern)
	}
	return s
}

func pairAt(data []byte, end int) uint16 { return uint16(data[end-1])<<8 | uint16(data[end]) }

// find returns the first pattern in data, the longest of those that begin there; at is -1 when there is none.
func (s *set) find(data []byte) (at, length int) {
	for end := s.window - 1; end < len(data); {
		pair := pairAt(data, end)
		if skip := s.shift[pair]; skip > 0 {
			end += int(skip)
			continue
		}
		at := end - s.window + 1
		for _, pattern := range s.ending[pair] {
			if bytes.HasPrefix(data[at:], pattern) {
				return at, len(pattern)
			}
		}
		end++
	}
	return -1, 0
}

// pending returns where the first part of data begins that could be the beginning of a pattern, or the end of data.
func (s *set) pending(data []byte) int {
	for i := max(0, len(data)-s.longest+1); i < len(data); i++ {
		rest := data[i:]
		for _, pattern := range s.beginning[rest[0]] {
			if len(pattern) <= len(rest) {
				break
			}
			if len(rest) > 1 && pattern[1] != rest[1] {
				continue
			}
			if bytes.HasPrefix(pattern, rest) {
				return i
			}
		}
	}
	return len(data)
}

// replaceAll adds data to out with all patterns replaced.
func (s *set) replaceAll(out, data []byte) []byte {
	for {
		at, length := s.find(data)
		if at < 0 {
			return append(out, data...)
		}
		out = append(append(out, data[:at]...), replacement...)
		data = data[at+length:]
	}
}
