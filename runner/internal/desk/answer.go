package desk

import (
	"fmt"
	"slices"
	"strings"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
)

// answer does what a call asks for.
func (d *Desk) answer(r call.Request, gone <-chan struct{}) call.Answer {
	switch r.Verb {
	case call.Input:
		return lookUp("input", d.context.input, r.Name)
	case call.Event:
		return lookUp("event", d.context.event, r.Name)
	case call.Token:
		return d.vault.current()
	case call.Hide:
		d.hide(r.Value)
		return call.Answer{Code: call.OK}
	}
	isDocument := r.Verb == call.Output && r.Name == ""
	switch {
	case !isDocument && !call.IsName(r.Name):
		return invalid("%q is no name: a letter or _, then letters, digits, _ . and -, at most 128", r.Name)
	case r.Scope != "" && !slices.Contains(call.Scopes(), r.Scope):
		return invalid("%q is no scope; there are %s", r.Scope, strings.Join(call.Scopes(), ", "))
	}
	switch r.Verb {
	case call.Secret:
		return d.vault.take(r.Name, r.Call)
	case call.Output:
		return d.output(r)
	case call.Get:
		return d.get(r, gone)
	case call.Set:
		return d.set(r, gone)
	}
	return invalid("The supervisor of this job does not know the verb %q", r.Verb)
}

// lookUp answers from a document that never changes.
func lookUp(what string, document []byte, path string) call.Answer {
	if document == nil {
		return absent("The run has no %s", what)
	}
	if path == "" {
		return call.Answer{Code: call.OK, Value: document}
	}
	steps, ok := jsontext.ParsePath(path)
	if !ok {
		return invalid("%q is no path; write it like user.name or items[0].id", path)
	}
	if found := jsontext.Find(document, steps); found != nil {
		return call.Answer{Code: call.OK, Value: found}
	}
	return absent("The %s has no %q", what, path)
}

func absent(format string, values ...any) call.Answer {
	return call.Answer{Code: call.Absent, Message: fmt.Sprintf(format, values...)}
}

func invalid(format string, values ...any) call.Answer {
	return call.Answer{Code: call.Invalid, Message: fmt.Sprintf(format, values...)}
}

func refused(format string, values ...any) call.Answer {
	return call.Answer{Code: call.Refused, Message: fmt.Sprintf(format, values...)}
}
