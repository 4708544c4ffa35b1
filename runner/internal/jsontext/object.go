// Package jsontext writes and strictly reads the JSON of messages, states and records.
// It stands in for encoding/json, which would add more than half a megabyte to a runner of less than three.
package jsontext

import (
	"strconv"
	"unicode/utf8"
)

// Object is a JSON object being written. Fields keep the order in which they are added.
type Object struct{ text []byte }

// NewObject starts an object.
func NewObject() *Object { return &Object{text: []byte{'{'}} }

// Message starts a control message of this type.
func Message(kind string) *Object { return NewObject().Text("type", kind) }

// Text adds a string.
func (o *Object) Text(name, value string) *Object {
	o.name(name)
	o.text = AppendText(o.text, value)
	return o
}

// TextIf adds a string unless it is empty: absent fields are absent, never null.
func (o *Object) TextIf(name, value string) *Object {
	if value == "" {
		return o
	}
	return o.Text(name, value)
}

// Int adds a whole number.
func (o *Object) Int(name string, value int64) *Object {
	o.name(name)
	o.text = strconv.AppendInt(o.text, value, 10)
	return o
}

// IntIf adds a whole number unless it is zero.
func (o *Object) IntIf(name string, value int64) *Object {
	if value == 0 {
		return o
	}
	return o.Int(name, value)
}

// True adds a flag that is set.
func (o *Object) True(name string) *Object { return o.Raw(name, []byte("true")) }

// Raw adds a value that is JSON already.
func (o *Object) Raw(name string, value []byte) *Object {
	o.name(name)
	o.text = append(o.text, value...)
	return o
}

// Texts adds a list of strings.
func (o *Object) Texts(name string, values []string) *Object {
	items := make([][]byte, len(values))
	for i, value := range values {
		items[i] = AppendText(nil, value)
	}
	return o.Raw(name, List(items))
}

// Bytes closes the object and returns its text.
func (o *Object) Bytes() []byte { return append(o.text, '}') }

func (o *Object) name(name string) {
	if len(o.text) > 1 {
		o.text = append(o.text, ',')
	}
	o.text = append(AppendText(o.text, name), ':')
}

// List joins values that are JSON already.
func List(items [][]byte) []byte {
	text := []byte{'['}
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, item...)
	}
	return append(text, ']')
}

// AppendText adds a JSON string. Bytes that are no UTF-8 become U+FFFD.
func AppendText(text []byte, value string) []byte {
	const hex = "0123456789abcdef"
	text = append(text, '"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			text = append(text, '\\', byte(r))
		case r == '\n':
			text = append(text, '\\', 'n')
		case r < 0x20 || r == 0x7f:
			text = append(text, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			text = utf8.AppendRune(text, r)
		}
	}
	return append(text, '"')
}
