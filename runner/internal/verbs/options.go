package verbs

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
)

// options are the words of a command line.
type options struct {
	words []string
	// values holds the options that were given; those without a value have "".
	values map[string]string
	isHelp bool
}

func (o options) has(name string) bool {
	_, ok := o.values[name]
	return ok
}

// word is one of the arguments, or "".
func (o options) word(at int) string {
	if at < len(o.words) {
		return o.words[at]
	}
	return ""
}

// kind says what follows an option.
type kind int

const (
	alone kind = iota
	withValue
	mayHaveValue
)

// parseOptions reads a command line: what begins with two dashes is an option, up to "--".
func parseOptions(c command, arguments []string) (options, error) {
	o := options{values: map[string]string{}}
	for at := 0; at < len(arguments); at++ {
		argument := arguments[at]
		if argument == "--" {
			o.words = append(o.words, arguments[at+1:]...)
			break
		}
		if !strings.HasPrefix(argument, "--") {
			o.words = append(o.words, argument)
			continue
		}
		name, value, isGiven := strings.Cut(argument, "=")
		if name == "--help" {
			o.isHelp = true
			return o, nil
		}
		expects, isKnown := c.options[name]
		switch {
		case !isKnown:
			return o, errors.New("There is no option " + strconv.Quote(name) + " here; a value that begins like this stands behind --")
		case isGiven && expects == alone:
			return o, errors.New("The option " + name + " takes no value")
		case !isGiven && expects == withValue:
			if at++; at == len(arguments) {
				return o, errors.New("The option " + name + " takes a value")
			}
			value = arguments[at]
		}
		o.values[name] = value
	}
	if len(o.words) < c.least || len(o.words) > c.most {
		return o, errors.New("There are " + strconv.Itoa(len(o.words)) + " arguments, which is " + tooMany(len(o.words) > c.most))
	}
	return o, nil
}

func tooMany(isMore bool) string {
	if isMore {
		return "too many"
	}
	return "too few"
}

// wait is how long a client is waited for.
func (o options) wait() (int64, error) {
	if !o.has("--wait") {
		return defaultWait.Milliseconds(), nil
	}
	wait, err := time.ParseDuration(o.values["--wait"])
	if err != nil || wait < 0 {
		return 0, wrong(strconv.Quote(o.values["--wait"]) + " is no time to wait; write it like 10s or 2m")
	}
	return wait.Milliseconds(), nil
}

const defaultWait = 30 * time.Second

// unchanged is the version that a variable must have.
func (o options) unchanged() (int64, error) {
	text, isAsked := o.values["--if-unchanged"]
	if !isAsked {
		return call.NotAsked, nil
	}
	if text == "" {
		return call.SinceRead, nil
	}
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version < 0 || version > jsontext.MaxInt {
		return 0, wrong(strconv.Quote(text) + " is no version of a variable; cronium.getVariable NAME --version tells it")
	}
	return version, nil
}

// name checks what is to name an output, a variable or a secret.
func (o options) name() (string, error) {
	if name := o.word(0); call.IsName(name) {
		return name, nil
	}
	return "", wrong(strconv.Quote(o.word(0)) + " is no name: a letter or _, then letters, digits, _ . and -, at most 128")
}

// path checks what is to lead into a document.
func (o options) path() (string, error) {
	if len(o.words) == 0 {
		return "", nil
	}
	if _, ok := jsontext.ParsePath(o.word(0)); !ok {
		return "", wrong(strconv.Quote(o.word(0)) + " is no path; write it like user.name or items[0].id")
	}
	return o.word(0), nil
}

// value reads what is to be kept: the argument, or standard input for "-".
func (e Environment) value(o options, given string) ([]byte, error) {
	if given == "-" {
		text, err := e.readAll()
		if err != nil {
			return nil, err
		}
		given = text
		if !o.has("--json") {
			given = strings.TrimSuffix(given, "\n")
		}
	}
	return encode(o, given)
}

// encode makes JSON of a text, which is that already with --json.
func encode(o options, given string) ([]byte, error) {
	if !o.has("--json") {
		if !utf8.ValidString(given) {
			return nil, wrong("The value is not UTF-8; encode it, for example with base64")
		}
		return jsontext.AppendText(nil, given), nil
	}
	value, err := jsontext.Compact([]byte(given), same)
	if err != nil {
		return nil, wrong("The value cannot be read: " + err.Error())
	}
	return value, nil
}

func same(text string) string { return text }

// readAll takes one byte more than is allowed, so that too much is noticed.
func (e Environment) readAll() (string, error) {
	text, err := io.ReadAll(io.LimitReader(e.Stdin, call.MaxValue+1))
	if err != nil {
		return "", &problem{exitRefused, "Standard input cannot be read: " + err.Error()}
	}
	if len(text) > call.MaxValue {
		return "", &problem{exitRefused, "The value is too long; at most a MiB of JSON is taken"}
	}
	return string(text), nil
}

// show prints a value: a text without quotes, anything else as compact JSON, and with --json everything as JSON.
func (e Environment) show(o options, value []byte) error {
	text := string(value)
	if content, isText := jsontext.Plain(value); isText && !o.has("--json") {
		text = content
	} else if compact, err := jsontext.Compact(value, same); err == nil {
		text = string(compact)
	}
	return e.print(text)
}

func (e Environment) print(text string) error {
	if _, err := io.WriteString(e.Stdout, text+"\n"); err != nil {
		return &problem{exitRefused, "Standard output cannot be written: " + err.Error()}
	}
	return nil
}

// orDefault shows the default when something is absent and there is one.
func (e Environment) orDefault(o options, err error) error {
	var p *problem
	if !errors.As(err, &p) || p.code != exitAbsent || !o.has("--default") {
		return err
	}
	value, err := encode(o, o.values["--default"])
	if err != nil {
		return err
	}
	return e.show(o, value)
}
