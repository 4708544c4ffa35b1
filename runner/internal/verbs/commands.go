package verbs

import (
	"strconv"

	"cronium.dev/runner/internal/call"
)

// command is what a verb takes and does.
type command struct {
	usage   string
	about   string
	options map[string]kind
	// least and most are how many words it takes.
	least, most int
	do          func(e Environment, o options) error
}

func commands() map[string]command {
	return map[string]command{
		"input": {
			usage: "[PATH] [--default VALUE] [--json]", about: aboutInput, most: 1, do: document(call.Input),
			options: map[string]kind{"--default": withValue, "--json": alone},
		},
		"event": {
			usage: "[PATH] [--default VALUE] [--json]", about: aboutEvent, most: 1, do: document(call.Event),
			options: map[string]kind{"--default": withValue, "--json": alone},
		},
		"output": {
			usage: "NAME VALUE [--json]\n       cronium.output < DOCUMENT", about: aboutOutput, most: 2, do: output,
			options: map[string]kind{"--json": alone},
		},
		"getVariable": {
			usage: "NAME [--default VALUE] [--scope SCOPE] [--version] [--json] [--wait TIME]", about: aboutGet,
			least: 1, most: 1, do: getVariable,
			options: map[string]kind{
				"--default": withValue, "--scope": withValue, "--version": alone, "--json": alone, "--wait": withValue,
			},
		},
		"setVariable": {
			usage: "NAME VALUE [--scope SCOPE] [--secret] [--if-unchanged[=VERSION]] [--json] [--wait TIME]", about: aboutSet,
			least: 2, most: 2, do: setVariable,
			options: map[string]kind{
				"--scope": withValue, "--secret": alone, "--if-unchanged": mayHaveValue, "--json": alone, "--wait": withValue,
			},
		},
		"secret": {
			usage: "NAME [--json]", about: aboutSecret, least: 1, most: 1, do: secret,
			options: map[string]kind{"--json": alone},
		},
		"token": {usage: "[--json]", about: aboutToken, do: document(call.Token), options: map[string]kind{"--json": alone}},
	}
}

// document prints what the supervisor knows for itself.
func document(verb string) func(Environment, options) error {
	return func(e Environment, o options) error {
		path, err := o.path()
		if err != nil {
			return err
		}
		answer, err := e.ask(call.Request{Verb: verb, Name: path, IfUnchanged: call.NotAsked})
		if err != nil {
			return e.orDefault(o, err)
		}
		return e.show(o, answer.Value)
	}
}

func output(e Environment, o options) error {
	r := call.Request{Verb: call.Output, IfUnchanged: call.NotAsked}
	switch len(o.words) {
	case 0:
		text, err := e.readAll()
		if err != nil {
			return err
		}
		r.Value = []byte(text)
	case 1:
		return wrong("The output " + strconv.Quote(o.word(0)) + " has no value; - reads it from standard input")
	default:
		name, err := o.name()
		if err != nil {
			return err
		}
		r.Name = name
		if r.Value, err = e.value(o, o.word(1)); err != nil {
			return err
		}
	}
	_, err := e.ask(r)
	return err
}

func getVariable(e Environment, o options) error {
	r := call.Request{Verb: call.Get, Scope: o.values["--scope"], IfUnchanged: call.NotAsked, NeedsVersion: o.has("--version")}
	var err error
	if r.Name, err = o.name(); err != nil {
		return err
	}
	if r.WaitMs, err = o.wait(); err != nil {
		return err
	}
	answer, err := e.ask(r)
	if r.NeedsVersion {
		return e.version(answer, err)
	}
	if err != nil {
		return e.orDefault(o, err)
	}
	return e.show(o, answer.Value)
}

// version prints a variable's version; one that is absent has the version 0.
func (e Environment) version(answer call.Answer, err error) error {
	if err != nil && answer.Code != call.Absent {
		return err
	}
	return e.print(strconv.FormatInt(answer.Version, 10))
}

func setVariable(e Environment, o options) error {
	r := call.Request{Verb: call.Set, Scope: o.values["--scope"], IsSecret: o.has("--secret")}
	var err error
	if r.Name, err = o.name(); err != nil {
		return err
	}
	if r.WaitMs, err = o.wait(); err != nil {
		return err
	}
	if r.IfUnchanged, err = o.unchanged(); err != nil {
		return err
	}
	if r.Value, err = e.value(o, o.word(1)); err != nil {
		return err
	}
	_, err = e.ask(r)
	return err
}

func secret(e Environment, o options) error {
	name, err := o.name()
	if err != nil {
		return err
	}
	answer, err := e.ask(call.Request{Verb: call.Secret, Name: name, IfUnchanged: call.NotAsked})
	if err != nil {
		return err
	}
	return e.show(o, answer.Value)
}
