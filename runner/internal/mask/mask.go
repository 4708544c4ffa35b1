// Package mask replaces secrets in a stream of output before it is kept anywhere.
package mask

import (
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// MinLength is the length below which a value is not masked: it would blot out half of the output.
	MinLength   = 4
	replacement = "***"
	// keptTokens is how many values of Renew are masked: those before have expired.
	keptTokens = 3
)

// Mask is the set of values to replace, which may grow while streams are in use. A nil Mask has none.
type Mask struct {
	mu      sync.Mutex
	secrets []string
	tokens  []string
	set     atomic.Pointer[set]
}

// New returns the mask for these values and their encodings; shorter ones than MinLength are left out.
func New(values []string) *Mask {
	m := &Mask{}
	m.Add(values...)
	return m
}

// Add masks more values, in all that is written from now on.
func (m *Mask) Add(values ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, value := range values {
		if len(value) >= MinLength && !slices.Contains(m.secrets, value) {
			m.secrets = append(m.secrets, value)
		}
	}
	m.build()
}

// Renew masks a value that replaces the ones of before after a while, as it stands.
func (m *Mask) Renew(token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(token) < MinLength || slices.Contains(m.tokens, token) {
		return
	}
	m.tokens = append(m.tokens, token)
	m.tokens = m.tokens[max(0, len(m.tokens)-keptTokens):]
	m.build()
}

// build makes the set of now; the lock is held.
func (m *Mask) build() {
	patterns := slices.Clone(m.tokens)
	for _, secret := range m.secrets {
		patterns = append(patterns, forms(secret)...)
	}
	if len(patterns) > 0 {
		m.set.Store(newSet(patterns))
	}
}

func (m *Mask) current() *set {
	if m == nil {
		return nil
	}
	return m.set.Load()
}

// Text masks a text that is whole.
func (m *Mask) Text(text string) string {
	now := m.current()
	if now == nil {
		return text
	}
	return string(now.replaceAll(nil, []byte(text)))
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
	now := s.mask.current()
	if now == nil {
		return chunk
	}
	data := chunk
	if len(s.held) > 0 {
		data = append(s.held, chunk...)
	}
	// Where the rest begins that may become a value with what follows. What begins behind it is not decided either.
	keep := now.pending(data)
	s.out = s.out[:0]
	for {
		at, length := now.find(data)
		if at < 0 || at >= keep {
			break
		}
		s.out = append(append(s.out, data[:at]...), replacement...)
		data = data[at+length:]
		if keep -= at + length; keep < 0 {
			keep = now.pending(data)
		}
	}
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
	s.out = s.mask.current().replaceAll(s.out[:0], s.held)
	s.held = nil
	return s.out
}
