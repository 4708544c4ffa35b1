package desk

import (
	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
)

const (
	// unknown is the version of a value that the client has not applied as far as we know.
	unknown = -1
	// maxBook bounds what is kept of variables, on top of what the client sent.
	maxBook = 64 << 20
	plain   = "plain"
	secret  = "secret"
)

// entry is a variable as it is known here. The value of a secret is not.
type entry struct {
	value   []byte
	kind    string
	version int64
}

// book is what is known of variables: the snapshot of the start, what a client has told since, and what the script has
// written over it.
type book struct {
	scopes       map[string]map[string]entry
	defaultScope string
	bytes        int
}

func newBook() book {
	b := book{scopes: map[string]map[string]entry{}, defaultScope: "global"}
	for _, scope := range call.Scopes() {
		b.scopes[scope] = map[string]entry{}
	}
	return b
}

// load takes a variable of the snapshot; false when it cannot be read.
func (b *book) load(text []byte) bool {
	f, err := jsontext.ParseObject(text)
	if err != nil {
		return false
	}
	e := entry{value: f.Raw("value"), kind: f.TextOr("type", 16, plain), version: f.Int("version", 0, jsontext.MaxInt)}
	scope, name := f.Text("scope", 16), f.Text("name", 256)
	if f.Wrong() != "" || b.scopes[scope] == nil || (e.kind != secret && e.value == nil) {
		return false
	}
	b.set(scope, name, e)
	return true
}

// find returns a variable of a scope, or without one of the first scope that has it.
func (b *book) find(name, scope string) (found entry, in string, ok bool) {
	for _, each := range call.Scopes() {
		if scope != "" && scope != each {
			continue
		}
		if e, ok := b.scopes[each][name]; ok {
			return e, each, true
		}
	}
	return entry{}, "", false
}

// resolve is the scope that a write goes to.
func (b *book) resolve(name, scope string) string {
	if scope != "" {
		return scope
	}
	if _, in, ok := b.find(name, ""); ok {
		return in
	}
	return b.defaultScope
}

func (b *book) set(scope, name string, e entry) {
	b.bytes += len(e.value) - len(b.scopes[scope][name].value)
	b.scopes[scope][name] = e
}

// learn takes what a client has answered to a question for a name in a scope, or in all of them.
func (b *book) learn(name, asked, found string, e entry, isThere bool) {
	for _, scope := range call.Scopes() {
		if asked != "" && asked != scope {
			continue
		}
		if isThere && scope == found {
			if b.bytes+len(e.value) <= maxBook {
				b.set(scope, name, e)
			}
			return
		}
		if old, ok := b.scopes[scope][name]; ok {
			b.bytes -= len(old.value)
			delete(b.scopes[scope], name)
		}
	}
}
