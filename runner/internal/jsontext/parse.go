package jsontext

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// kind says what a value is.
type kind byte

const (
	object kind = iota
	list
	text
	number
	literal
)

// value is a parsed JSON value.
type value struct {
	kind kind
	// raw is the value as it was written.
	raw []byte
	// text is the content of a string.
	text string
	// items are the elements of a list or the fields of an object, whose names are beside them.
	items []*value
	names []string
}

var (
	errSyntax = errors.New("it is not JSON")
	errDepth  = errors.New("it is nested too deeply")
	errUTF8   = errors.New("it is not UTF-8")
	errObject = errors.New("it is not a JSON object")
)

// parser reads JSON as RFC 8259 has it, and nothing else.
type parser struct {
	source []byte
	at     int
	depth  int
}

func parse(source []byte) (*value, error) {
	if !utf8.Valid(source) {
		return nil, errUTF8
	}
	p := &parser{source: source}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.space(); p.at != len(source) {
		return nil, errSyntax
	}
	return v, nil
}

func (p *parser) value() (*value, error) {
	p.space()
	from := p.at
	v := &value{}
	var err error
	switch c := p.peek(); {
	case c == '{' || c == '[':
		if p.depth++; p.depth > MaxDepth {
			return nil, errDepth
		}
		if v.kind = list; c == '{' {
			v.kind = object
		}
		err = p.items(v, c+2) // In ASCII the closing bracket is two behind the opening one.
		p.depth--
	case c == '"':
		v.kind = text
		v.text, err = p.text()
	case c == '-' || isDigit(c):
		v.kind = number
		err = p.number()
	default:
		v.kind = literal
		err = p.literal()
	}
	if err != nil {
		return nil, err
	}
	v.raw = p.source[from:p.at]
	return v, nil
}

// items reads what stands between brackets.
func (p *parser) items(v *value, closing byte) error {
	p.at++
	if p.space(); p.accept(closing) {
		return nil
	}
	for {
		if v.kind == object {
			p.space()
			name, err := p.text()
			if err != nil {
				return err
			}
			if p.space(); !p.accept(':') {
				return errSyntax
			}
			v.names = append(v.names, name)
		}
		item, err := p.value()
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
		if p.space(); p.accept(closing) {
			return nil
		}
		if !p.accept(',') {
			return errSyntax
		}
	}
}

func (p *parser) literal() error {
	for _, word := range []string{"true", "false", "null"} {
		if len(p.source)-p.at >= len(word) && string(p.source[p.at:p.at+len(word)]) == word {
			p.at += len(word)
			return nil
		}
	}
	return errSyntax
}

func (p *parser) number() error {
	p.accept('-')
	if !p.accept('0') && !p.digits() {
		return errSyntax
	}
	if p.accept('.') && !p.digits() {
		return errSyntax
	}
	if p.accept('e') || p.accept('E') {
		if !p.accept('-') {
			p.accept('+')
		}
		if !p.digits() {
			return errSyntax
		}
	}
	return nil
}

func (p *parser) digits() bool {
	from := p.at
	for isDigit(p.peek()) {
		p.at++
	}
	return p.at > from
}

func (p *parser) text() (string, error) {
	if !p.accept('"') {
		return "", errSyntax
	}
	content := []byte{}
	for {
		c := p.peek()
		p.at++
		switch {
		case c == '"':
			return string(content), nil
		case c < 0x20:
			// Also the end of the source, which peek gives as 0.
			return "", errSyntax
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			content = utf8.AppendRune(content, r)
		default:
			content = append(content, c)
		}
	}
}

func (p *parser) escape() (rune, error) {
	c := p.peek()
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return p.unit()
	}
	return 0, errSyntax
}

// unit reads a \u escape, or two that belong together. Half of such a pair alone becomes U+FFFD.
func (p *parser) unit() (rune, error) {
	r, err := p.hex()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	back := p.at
	if p.accept('\\') && p.accept('u') {
		low, err := p.hex()
		if err != nil {
			return 0, err
		}
		if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
			return both, nil
		}
	}
	p.at = back
	return utf8.RuneError, nil
}

func (p *parser) hex() (rune, error) {
	r := rune(0)
	for range 4 {
		c := p.peek()
		p.at++
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, errSyntax
		}
	}
	return r, nil
}

func (p *parser) space() {
	for p.at < len(p.source) {
		switch p.source[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.at >= len(p.source) {
		return 0
	}
	return p.source[p.at]
}

func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.at++
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
