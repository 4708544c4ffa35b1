package jsontext

import (
	"strconv"
	"strings"
)

const (
	// MaxDepth bounds the nesting of what others send.
	MaxDepth = 32
	// MaxInt is the largest whole number that both ends can hold exactly.
	MaxInt = 1<<53 - 1
)

// Fields reads the fields of one object. The first field that is not as expected decides Wrong; the rest reads on.
type Fields struct {
	object *value
	wrong  string
}

// ParseObject reads text that must be one JSON object.
func ParseObject(text []byte) (*Fields, error) {
	v, err := parse(text)
	if err != nil {
		return nil, err
	}
	if v.kind != object {
		return nil, errObject
	}
	return &Fields{object: v}, nil
}

// get finds a field; of several with one name the last counts, as in JavaScript.
func (f *Fields) get(name string) *value {
	for i := len(f.object.names) - 1; i >= 0; i-- {
		if f.object.names[i] == name {
			return f.object.items[i]
		}
	}
	return nil
}

// Wrong is the name of the first field that was missing or not as expected, or "".
func (f *Fields) Wrong() string { return f.wrong }

// Reject marks a field as wrong.
func (f *Fields) Reject(name string) {
	if f.wrong == "" {
		f.wrong = name
	}
}

// Has says whether a field is there.
func (f *Fields) Has(name string) bool { return f.get(name) != nil }

// Text reads a string of at most limit bytes without NUL.
func (f *Fields) Text(name string, limit int) string {
	content, ok := readText(f.get(name))
	if !ok || len(content) > limit {
		f.Reject(name)
		return ""
	}
	return content
}

// TextOr reads a string that may be absent.
func (f *Fields) TextOr(name string, limit int, otherwise string) string {
	if !f.Has(name) {
		return otherwise
	}
	return f.Text(name, limit)
}

// Hex reads a name of exactly so many lower-case hex digits.
func (f *Fields) Hex(name string, digits int) string {
	content := f.Text(name, digits)
	if !IsHex(content, digits) {
		f.Reject(name)
		return ""
	}
	return content
}

// IsHex says whether text is exactly so many lower-case hex digits.
func IsHex(text string, digits int) bool {
	return len(text) == digits && strings.Trim(text, "0123456789abcdef") == ""
}

// Int reads a whole number between low and high.
func (f *Fields) Int(name string, low, high int64) int64 {
	v := f.get(name)
	if v == nil || v.kind != number {
		f.Reject(name)
		return 0
	}
	n, err := strconv.ParseInt(string(v.raw), 10, 64)
	if err != nil || n < low || n > high {
		f.Reject(name)
		return 0
	}
	return n
}

// IntOr reads a whole number that may be absent.
func (f *Fields) IntOr(name string, low, high, otherwise int64) int64 {
	if !f.Has(name) {
		return otherwise
	}
	return f.Int(name, low, high)
}

// Flag reads true or false; absent is false.
func (f *Fields) Flag(name string) bool {
	v := f.get(name)
	if v == nil {
		return false
	}
	if v.kind != literal || string(v.raw) == "null" {
		f.Reject(name)
	}
	return string(v.raw) == "true"
}

// Texts reads a list of strings.
func (f *Fields) Texts(name string) []string {
	v := f.get(name)
	if v == nil || v.kind != list {
		f.Reject(name)
		return nil
	}
	texts := []string{}
	for _, item := range v.items {
		content, ok := readText(item)
		if !ok {
			f.Reject(name)
		}
		texts = append(texts, content)
	}
	return texts
}

// TextsIf reads a list of strings that may be absent.
func (f *Fields) TextsIf(name string) []string {
	if !f.Has(name) {
		return nil
	}
	return f.Texts(name)
}

// Pair is a name with its value.
type Pair struct{ Name, Value string }

// Pairs reads an object of strings that can be environment variables; absent is empty.
func (f *Fields) Pairs(name string) []Pair {
	if !f.Has(name) {
		return nil
	}
	inner := f.Object(name).object
	pairs := []Pair{}
	for i, item := range inner.items {
		content, ok := readText(item)
		key := inner.names[i]
		if !ok || key == "" || strings.ContainsAny(key, "=\x00") {
			f.Reject(name)
		}
		pairs = append(pairs, Pair{key, content})
	}
	return pairs
}

// Object reads an object; when it is absent or no object, the field is wrong and what comes back is empty.
func (f *Fields) Object(name string) *Fields {
	v := f.get(name)
	if v == nil || v.kind != object {
		f.Reject(name)
		return &Fields{object: &value{}}
	}
	return &Fields{object: v}
}

// Objects reads a list of objects that may be absent; elements of another kind are passed over.
func (f *Fields) Objects(name string) []*Fields {
	v := f.get(name)
	if v == nil || v.kind != list {
		return nil
	}
	found := []*Fields{}
	for _, item := range v.items {
		if item.kind == object {
			found = append(found, &Fields{object: item})
		}
	}
	return found
}

// Raw returns a copy of a field's JSON as it was sent, or nil when it is absent.
func (f *Fields) Raw(name string) []byte {
	v := f.get(name)
	if v == nil {
		return nil
	}
	return append([]byte{}, v.raw...)
}

func readText(v *value) (string, bool) {
	if v == nil || v.kind != text {
		return "", false
	}
	return v.text, strings.IndexByte(v.text, 0) < 0
}
