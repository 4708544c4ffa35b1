// Package verbs are the helper commands that a job's script calls.
package verbs

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/ctl"
)

// Exit codes, which every command shares.
const (
	exitAbsent  = 1
	exitInvalid = 2
	exitNobody  = 3
	exitChanged = 4
	exitRefused = 5
)

const (
	prefix = "cronium"
	// dialFor and betweenDials are for a supervisor that lets nobody in for the moment.
	dialFor      = time.Minute
	betweenDials = 50 * time.Millisecond
)

// Environment is what a command sees of the world.
type Environment struct {
	// Job is the path of the job's directory, or "".
	Job string
	// verb is for what is said on Stderr.
	verb   string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// IsCalled says whether a program was called by the name of a helper command.
func IsCalled(program string) bool {
	name := filepath.Base(program)
	return name == prefix || strings.HasPrefix(name, prefix+".")
}

// Run is the process of a command, called as `cronium.<verb> …` or `cronium <verb> …`.
func Run(program string, arguments []string) int {
	world := Environment{Job: os.Getenv("CRONIUM_CTL"), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	verb, isNamed := strings.CutPrefix(filepath.Base(program), prefix+".")
	if !isNamed {
		if len(arguments) == 0 || arguments[0] == "--help" {
			_, _ = io.WriteString(world.Stdout, overview())
			return 0
		}
		verb, arguments = arguments[0], arguments[1:]
	}
	return world.run(verb, arguments)
}

// problem is why a command does not do what was asked.
type problem struct {
	code int
	text string
}

func (p *problem) Error() string { return p.text }

func wrong(text string) error { return &problem{exitInvalid, text} }

func (e Environment) run(verb string, arguments []string) int {
	command, isKnown := commands()[verb]
	e.verb = verb
	err := wrong("There is no such command; cronium --help lists them all")
	if isKnown {
		err = e.perform(verb, command, arguments)
	}
	if err == nil {
		return 0
	}
	code := exitRefused
	var own *problem
	if errors.As(err, &own) {
		code = own.code
	}
	_ = e.warn(err.Error())
	return code
}

func (e Environment) perform(verb string, c command, arguments []string) error {
	o, err := parseOptions(c, arguments)
	if err != nil {
		return wrong(err.Error() + "; cronium." + verb + " --help tells how it is called")
	}
	if o.isHelp {
		_, err := io.WriteString(e.Stdout, c.help(verb))
		return err
	}
	return c.do(e, o)
}

// ask makes a call and returns what came of it, unless that is a problem.
func (e Environment) ask(r call.Request) (call.Answer, error) {
	if e.Job == "" {
		return call.Answer{}, wrong("This is not run by Cronium: CRONIUM_CTL is not set")
	}
	if len(r.Value) > call.MaxValue {
		return call.Answer{}, &problem{exitRefused, "The value is too long; at most a MiB of JSON is taken"}
	}
	for until := time.Now().Add(dialFor); ; time.Sleep(betweenDials) {
		a, err := e.exchange(r)
		if err != nil {
			return a, err
		}
		switch a.Code {
		case call.OK:
			return a, e.warn(a.Message)
		case call.Absent, call.Gone:
			return a, &problem{exitAbsent, a.Message}
		case call.Invalid:
			return a, &problem{exitInvalid, a.Message}
		case call.Nobody:
			return a, &problem{exitNobody, a.Message}
		case call.Changed:
			return a, &problem{exitChanged, a.Message}
		case call.Busy:
			if time.Now().Before(until) {
				continue
			}
			return a, &problem{exitRefused, "Too many programs of this job call at once"}
		}
		return a, &problem{exitRefused, a.Message}
	}
}

func (e Environment) exchange(r call.Request) (call.Answer, error) {
	file, err := ctl.DialForCallsIn(e.Job)
	if err != nil {
		return call.Answer{}, &problem{exitRefused, "The job's runner cannot be reached, so the job has ended or belongs to another user: " + err.Error()}
	}
	defer file.Close()
	if err := call.Send(file, r); err != nil {
		return call.Answer{}, &problem{exitRefused, "The job's runner does not listen: " + err.Error()}
	}
	a, err := call.Receive(file)
	if err != nil {
		return a, &problem{exitRefused, "The job ended before this was answered"}
	}
	return a, nil
}

// warn says what a person should know.
func (e Environment) warn(text string) error {
	if text != "" {
		_, _ = io.WriteString(e.Stderr, prefix+"."+e.verb+": "+text+"\n")
	}
	return nil
}
