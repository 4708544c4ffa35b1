package desk

import (
	"time"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/record"
	"cronium.dev/runner/internal/spool"
)

const (
	// answerWithin bounds the wait for a client where the script can go on with what is known here.
	answerWithin = 5 * time.Second
	// maxReadings bounds what is remembered of what was read.
	maxReadings = 4096
	// minLeaf is the length from which on a text within a secret document is masked by itself.
	minLeaf = 8
)

// reading is what a script has read last of a variable.
type reading struct {
	// asked is the scope that was asked for, and found the one that answered; both may be "".
	asked, found string
	version      int64
}

// get reads a variable: from a client, or else from what is known here under the script's own writes.
func (d *Desk) get(r call.Request, gone <-chan struct{}) call.Answer {
	question := jsontext.NewObject().Text("call", newID()).Text("verb", "get").Text("name", r.Name).TextIf("scope", r.Scope).Bytes()
	began := time.Now()
	before := d.writes()
	told, err := d.ask(question, patience{until: began.Add(answerWithin), gone: gone})
	if err == nil {
		return d.tell(r, told, before)
	}
	answer, isKnown := d.recall(r)
	if isKnown {
		return answer
	}
	told, err = d.ask(question, patience{began.Add(time.Duration(r.WaitMs) * time.Millisecond), true, gone})
	if err != nil {
		return call.Answer{Code: call.Nobody, Message: "Of the variable " + r.Name + " this cannot be told on the server, and no client that knows it was attached"}
	}
	return d.tell(r, told, before)
}

func (d *Desk) writes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.journal.writes
}

// tell passes a client's answer on, and keeps what it says unless the script has written since it was asked for.
func (d *Desk) tell(r call.Request, told reply, before int) call.Answer {
	if told.code != call.OK && told.code != call.Absent {
		return call.Answer{Code: told.code, Message: told.message}
	}
	isThere := told.code == call.OK && told.value != nil
	e := entry{value: told.value, kind: told.kind, version: told.version}
	if isThere && told.kind == secret {
		d.hide(told.value)
		e.value = nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.journal.writes == before {
		d.book.learn(r.Name, r.Scope, told.scope, e, isThere)
	}
	if !isThere {
		d.remember(r.Name, reading{r.Scope, r.Scope, 0})
		return absent("There is no variable %q", r.Name)
	}
	d.remember(r.Name, reading{r.Scope, told.scope, told.version})
	return call.Answer{Code: call.OK, Value: told.value, Version: told.version, Scope: told.scope}
}

// recall answers from what is known here: not the value of a secret, nor the version of what no client has taken yet.
func (d *Desk) recall(r call.Request) (answer call.Answer, isKnown bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, in, ok := d.book.find(r.Name, r.Scope)
	if !ok {
		d.remember(r.Name, reading{r.Scope, r.Scope, 0})
		return absent("There is no variable %q", r.Name), true
	}
	if found.kind == secret || r.NeedsVersion && found.version == unknown {
		return call.Answer{}, false
	}
	d.remember(r.Name, reading{r.Scope, in, found.version})
	return call.Answer{Code: call.OK, Value: found.value, Version: max(0, found.version), Scope: in}, true
}

// remember keeps what was read; the lock is held.
func (d *Desk) remember(name string, r reading) {
	if _, isKnown := d.reads[name]; isKnown || len(d.reads) < maxReadings {
		d.reads[name] = r
	}
}

// hide masks a secret, and the texts in one that is a document.
func (d *Desk) hide(value []byte) {
	d.job.Protect()
	if content, isText := jsontext.Plain(value); isText {
		d.job.Mask.Add(content)
		return
	}
	parts := []string{}
	compact, err := jsontext.Compact(value, func(text string) string {
		if len(text) >= minLeaf {
			parts = append(parts, text)
		}
		return text
	})
	if err == nil {
		d.job.Mask.Add(append(parts, string(compact))...)
	}
}

// set writes a variable: into the journal, or by a client where only that knows the truth.
func (d *Desk) set(r call.Request, gone <-chan struct{}) call.Answer {
	if r.Value == nil {
		return invalid("The variable %q is set to nothing", r.Name)
	}
	d.mu.Lock()
	known, _, _ := d.book.find(r.Name, r.Scope)
	d.mu.Unlock()
	// What was a secret stays one: its value must not be kept here.
	r.IsSecret = r.IsSecret || known.kind == secret
	if r.IsSecret {
		d.hide(r.Value)
		return d.setByClient(r, r.Value, gone)
	}
	value, isMasked, problem := d.clean(r.Value)
	if problem != nil {
		return *problem
	}
	if r.IfUnchanged != call.NotAsked {
		return d.setByClient(r, value, gone)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	scope := d.book.resolve(r.Name, r.Scope)
	if problem := d.put(variable(r, scope, value)); problem != nil {
		return *problem
	}
	d.book.set(scope, r.Name, entry{value, plain, unknown})
	delete(d.reads, r.Name)
	return call.Answer{Code: call.OK, Scope: scope, Message: maskedNote(isMasked)}
}

func variable(r call.Request, scope string, value []byte) spool.Value {
	return spool.Value{Kind: record.Variable, Name: r.Name, Scope: r.Scope, ID: scope + " " + r.Name, JSON: value}
}

// setByClient writes a variable as only a client can: a secret, or one that must not have changed.
func (d *Desk) setByClient(r call.Request, value []byte, gone <-chan struct{}) call.Answer {
	question := jsontext.NewObject().Text("call", newID()).Text("verb", "set").Text("name", r.Name).
		TextIf("scope", r.Scope).Raw("value", value)
	p := patience{time.Now().Add(time.Duration(r.WaitMs) * time.Millisecond), true, gone}
	if r.IsSecret {
		question.True("secret")
	}
	d.mu.Lock()
	read, wasRead := d.reads[r.Name]
	problem := d.journal.check(variable(r, d.book.resolve(r.Name, r.Scope), value))
	d.mu.Unlock()
	switch {
	case problem != "":
		return refused("%s", problem)
	case r.IfUnchanged == call.SinceRead && (!wasRead || r.Scope != "" && r.Scope != read.found && r.Scope != read.asked):
		return call.Answer{Code: call.Changed, Message: "The variable " + r.Name + " was not read before by this job; read it with cronium.getVariable, or name a version"}
	case r.IfUnchanged == call.SinceRead && read.version == unknown:
		return d.readAgain(r, p)
	case r.IfUnchanged == call.SinceRead:
		question.Int("ifUnchanged", read.version).TextIf("ifScope", read.found)
	case r.IfUnchanged != call.NotAsked:
		question.Int("ifUnchanged", r.IfUnchanged)
	}
	told, err := d.ask(question.Bytes(), p)
	if err != nil {
		return call.Answer{Code: call.Nobody, Message: "The variable " + r.Name + " can be set like this only while a client is attached, and none came"}
	}
	if told.code != call.OK {
		return call.Answer{Code: told.code, Message: told.message}
	}
	d.written(r, value, told)
	return call.Answer{Code: call.OK, Version: told.version, Scope: told.scope}
}

// readAgain refuses a write over a value whose version nobody here knows: the job's own, which no client has taken yet.
// It waits for one, so that a script which reads again and tries again does not do that without an end.
func (d *Desk) readAgain(r call.Request, p patience) call.Answer {
	for {
		changed := d.job.Live.Changed()
		if file, err := d.tunnel(callDoor, time.Until(p.until)); err == nil {
			_ = file.Close()
			return call.Answer{Code: call.Changed, Message: "The variable " + r.Name + " was written by this job while nobody was attached; read it again"}
		}
		if !d.waitForClient(changed, time.Until(p.until), p.until, p.gone) {
			return call.Answer{Code: call.Nobody, Message: "The variable " + r.Name + " can be set like this only while a client is attached, and none came"}
		}
	}
}

// written notes what a client has written for the script, which reads its own writes also when the client is gone.
func (d *Desk) written(r call.Request, value []byte, told reply) {
	d.mu.Lock()
	defer d.mu.Unlock()
	scope := told.scope
	if d.book.scopes[scope] == nil {
		scope = d.book.resolve(r.Name, r.Scope)
	}
	e := entry{value, plain, told.version}
	if r.IsSecret || told.kind == secret {
		e = entry{nil, secret, told.version}
	}
	d.book.set(scope, r.Name, e)
	d.journal.add(variable(r, scope, value))
	delete(d.reads, r.Name)
}
