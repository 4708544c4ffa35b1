package jsontext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// What follows works on a document's text, without a tree: documents may be large, and their trees much larger.

// newScan starts a parser over text that is valid UTF-8.
func newScan(text []byte) (*parser, error) {
	if !utf8.Valid(text) {
		return nil, errUTF8
	}
	return &parser{source: text}, nil
}

// Compact checks that text is one JSON value and returns it without spaces, each string as change wants it. What change
// makes of a number is text when it differs.
func Compact(text []byte, change func(string) string) ([]byte, error) {
	p, err := newScan(text)
	if err != nil {
		return nil, err
	}
	compact, err := p.compact(make([]byte, 0, len(text)), change)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at != len(p.source) {
		return nil, errSyntax
	}
	return compact, nil
}

func (p *parser) compact(to []byte, change func(string) string) ([]byte, error) {
	p.space()
	switch c := p.peek(); c {
	case '{', '[':
		to = append(to, c)
		isFirst := true
		err := p.each(func(name string) (err error) {
			if !isFirst {
				to = append(to, ',')
			}
			isFirst = false
			if c == '{' {
				to = append(AppendText(to, change(name)), ':')
			}
			to, err = p.compact(to, change)
			return err
		})
		return append(to, c+2), err
	case '"':
		content, err := p.text()
		return AppendText(to, change(content)), err
	}
	from := p.at
	if err := p.skip(); err != nil {
		return nil, err
	}
	scalar := string(p.source[from:p.at])
	if changed := change(scalar); changed != scalar {
		return AppendText(to, changed), nil
	}
	return append(to, scalar...), nil
}

// each calls visit in front of each value of a list or an object, which must read it. Names of a list are empty.
func (p *parser) each(visit func(name string) error) error {
	if p.depth++; p.depth > MaxDepth {
		return errDepth
	}
	defer func() { p.depth-- }()
	opening := p.peek()
	p.at++
	if p.space(); p.accept(opening + 2) {
		return nil
	}
	for {
		name := ""
		if opening == '{' {
			p.space()
			var err error
			if name, err = p.text(); err != nil {
				return err
			}
			if p.space(); !p.accept(':') {
				return errSyntax
			}
		}
		p.space()
		if err := visit(name); err != nil {
			return err
		}
		if p.space(); p.accept(opening + 2) {
			return nil
		}
		if !p.accept(',') {
			return errSyntax
		}
	}
}

// skip reads over a value.
func (p *parser) skip() error {
	p.space()
	switch c := p.peek(); {
	case c == '{' || c == '[':
		return p.each(func(string) error { return p.skip() })
	case c == '"':
		return p.skipText()
	case c == '-' || isDigit(c):
		return p.number()
	}
	return p.literal()
}

func (p *parser) skipText() error {
	for p.at++; ; {
		c := p.peek()
		p.at++
		switch {
		case c == '"':
			return nil
		case c < 0x20:
			return errSyntax
		case c == '\\':
			if _, err := p.escape(); err != nil {
				return err
			}
		}
	}
}

// Each calls visit with each value of a JSON object or list, as it is written. Names of a list are empty. Of what is
// neither it visits nothing.
func Each(text []byte, visit func(name string, value []byte)) error {
	p, err := newScan(text)
	if err != nil {
		return err
	}
	p.space()
	if c := p.peek(); c != '{' && c != '[' {
		err = p.skip()
	} else {
		err = p.each(func(name string) error {
			from := p.at
			if err := p.skip(); err != nil {
				return err
			}
			visit(name, text[from:p.at])
			return nil
		})
	}
	if err != nil {
		return err
	}
	if p.space(); p.at != len(text) {
		return errSyntax
	}
	return nil
}

// IsObject says whether a JSON value is an object.
func IsObject(text []byte) bool {
	trimmed := strings.TrimLeft(string(text[:min(len(text), 64)]), " \t\r\n")
	return strings.HasPrefix(trimmed, "{")
}

// Plain returns the content of a JSON string; of another value it returns false.
func Plain(text []byte) (string, bool) {
	p := &parser{source: text}
	p.space()
	content, err := p.text()
	return content, err == nil
}

// Step is a part of a path: a member's name, or an element's place when Index is not negative.
type Step struct {
	Name  string
	Index int
}

// ParsePath reads a path such as `user.name` or `items[0].id`; false when it is none.
func ParsePath(path string) ([]Step, bool) {
	steps := []Step{}
	for first := true; path != "" || first; first = false {
		if rest, isIndex := strings.CutPrefix(path, "["); isIndex {
			digits, behind, isClosed := strings.Cut(rest, "]")
			index, err := strconv.Atoi(digits)
			if !isClosed || err != nil || index < 0 || !isDigit(digits[0]) {
				return nil, false
			}
			steps, path = append(steps, Step{Index: index}), behind
			continue
		}
		if !first {
			rest, hasDot := strings.CutPrefix(path, ".")
			if !hasDot {
				return nil, false
			}
			path = rest
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		if end == 0 || strings.Contains(path[:end], "]") {
			return nil, false
		}
		steps, path = append(steps, Step{path[:end], -1}), path[end:]
	}
	return steps, true
}

// Find returns the value that a path leads to, or nil.
func Find(text []byte, steps []Step) []byte {
	for _, step := range steps {
		var found []byte
		at := 0
		isObject := IsObject(text)
		// Of several members with one name the last counts, as in JavaScript.
		err := Each(text, func(name string, value []byte) {
			if isObject && step.Index < 0 && name == step.Name || !isObject && at == step.Index {
				found = value
			}
			at++
		})
		if err != nil || found == nil {
			return nil
		}
		text = found
	}
	return text
}
