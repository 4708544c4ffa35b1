package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/record"
)

// variable is one as the scripted client keeps it.
type variable struct {
	Value   json.RawMessage
	Version int
	Type    string
}

// helper is what a client keeps over all its sessions: it applies a job's records once and in order, and does no call
// twice. It is as small as docs/protocol.md allows.
type helper struct {
	t         *testing.T
	variables map[string]variable
	outputs   map[string]string
	answers   map[string]fields
	// applied is the number of the last record that was looked at; spool is what has come, up to parsed.
	applied int64
	spool   []byte
	parsed  int
	part    []byte
	// writes counts what was done to each name, by records and by calls.
	writes map[string]int
	// calls are all questions, with those that were asked again.
	calls []fields
	// tunnels are the open ones of a session, with what has come.
	tunnels map[uint32]*helperTunnel
	// drop says whether the line breaks at a point; then dropped is set and nothing more is said.
	drop    func(point string) bool
	dropped bool
	// http answers a program; nil leaves the tunnel open.
	http func(request []byte) []byte
}

type helperTunnel struct {
	door  string
	after int64
	text  []byte
	ended bool
}

func newHelper(t *testing.T) *helper {
	return &helper{
		t: t, variables: map[string]variable{}, outputs: map[string]string{}, answers: map[string]fields{}, applied: -1,
		writes: map[string]int{}, tunnels: map[uint32]*helperTunnel{}, drop: func(string) bool { return false },
	}
}

// take handles what is about helpers; false for anything else.
func (h *helper) take(c *client, found frame.Frame) bool {
	if found.Kind == frame.Message {
		message := fields{}
		check(h.t, json.Unmarshal(found.Body, &message))
		if message["type"] != "tunnel" {
			return false
		}
		h.tunnels[uint32(message["stream"].(float64))] = &helperTunnel{
			door: message["door"].(string), after: int64(message["after"].(float64)),
		}
		h.at("tunnel")
		return true
	}
	t := h.tunnels[found.Stream]
	if t == nil {
		if found.Kind == frame.Data {
			h.grow(found.Body[8:])
			h.answerAll(c)
		}
		return false
	}
	switch found.Kind {
	case frame.Data:
		t.text = append(t.text, found.Body...)
		c.send("window", fields{"stream": found.Stream, "bytes": len(found.Body)})
	case frame.End:
		t.ended = true
	case frame.Reset:
		delete(h.tunnels, found.Stream)
	}
	h.answerAll(c)
	return true
}

// at is a point at which the line may break.
func (h *helper) at(point string) {
	if !h.dropped && h.drop(point) {
		h.dropped = true
	}
}

func (h *helper) answerAll(c *client) {
	for stream, t := range h.tunnels {
		if h.dropped {
			return
		}
		if t.door == "http" && h.http != nil && bytes.Contains(t.text, []byte("\r\n\r\n")) {
			delete(h.tunnels, stream)
			c.upload(stream, h.http(t.text))
		}
		if t.door != "call" || !t.ended || h.applied < t.after {
			continue
		}
		delete(h.tunnels, stream)
		if len(t.text) == 0 {
			continue
		}
		h.at("asked")
		if h.dropped {
			return
		}
		answer := h.answer(t.text)
		h.at("done")
		if h.dropped {
			return
		}
		text, err := json.Marshal(answer)
		check(h.t, err)
		c.frame(frame.Data, stream, text)
		h.at("half")
		if h.dropped {
			return
		}
		c.frame(frame.End, stream, nil)
		h.at("answered")
	}
}

// answer does a call once.
func (h *helper) answer(text []byte) fields {
	q := fields{}
	check(h.t, json.Unmarshal(text, &q))
	h.calls = append(h.calls, q)
	id := q["call"].(string)
	if known, ok := h.answers[id]; ok {
		return known
	}
	name, _ := q["name"].(string)
	scope, _ := q["scope"].(string)
	in, found, ok := h.find(name, scope)
	answer := fields{"code": "absent"}
	switch {
	case q["verb"] == "get" && ok:
		answer = fields{"code": "ok", "value": found.Value, "version": found.Version, "scope": in, "type": found.Type}
	case q["verb"] == "set":
		answer = h.set(q, name, in, found)
	}
	h.answers[id] = answer
	return answer
}

func (h *helper) set(q fields, name, scope string, found variable) fields {
	if expected, isAsked := q["ifUnchanged"].(float64); isAsked && int(expected) != found.Version {
		return fields{"code": "changed", "message": "The variable " + name + " was changed by somebody else"}
	}
	value, err := json.Marshal(q["value"])
	check(h.t, err)
	kind := "plain"
	if q["secret"] == true {
		kind = "secret"
	}
	return fields{"code": "ok", "version": h.write(scope, name, value, kind), "scope": scope}
}

func (h *helper) find(name, scope string) (string, variable, bool) {
	for _, each := range []string{"server", "event", "workspace", "global"} {
		if found, ok := h.variables[each+" "+name]; ok && (scope == "" || scope == each) {
			return each, found, true
		}
	}
	if scope == "" {
		scope = "workspace"
	}
	return scope, variable{}, false
}

func (h *helper) write(scope, name string, value []byte, kind string) int {
	now := h.variables[scope+" "+name]
	h.variables[scope+" "+name] = variable{slices.Clone(value), now.Version + 1, kind}
	h.writes[name]++
	return now.Version + 1
}

// grow applies the records that are whole.
func (h *helper) grow(text []byte) {
	h.spool = append(h.spool, text...)
	for {
		r, size, err := record.Decode(h.spool[h.parsed:])
		check(h.t, err)
		if size == 0 {
			return
		}
		h.parsed += size
		if r.Type == record.Output || r.Type == record.Variable {
			h.at("record")
			if h.dropped {
				// As if it had not been written to the disk yet.
				h.parsed -= size
				h.spool = h.spool[:h.parsed]
				return
			}
			h.apply(r)
		}
		h.applied = int64(r.Seq)
	}
}

func (h *helper) apply(r record.Record) {
	line, chunk, _ := bytes.Cut(r.Body, []byte{'\n'})
	var head struct {
		Key, Name, Scope string
		Part             int
		More             bool
		Again            *int64
	}
	check(h.t, json.Unmarshal(line, &head))
	if head.Part == 0 {
		h.part = nil
	}
	h.part = append(h.part, chunk...)
	switch {
	case head.More || head.Again != nil && *head.Again <= h.applied:
	case r.Type == record.Output:
		h.outputs[head.Key] = string(h.part)
		h.writes[head.Key]++
	default:
		scope, _, _ := h.find(head.Name, head.Scope)
		h.write(scope, head.Name, h.part, "plain")
	}
}

// serveUntilEnd attaches with helpers, again and again when the line breaks, until the job's log is here.
func (h *helper) serveUntilEnd(base, job string) {
	h.t.Helper()
	for !h.serveOnce(connect(h.t, base), job) {
	}
}

// serveOnce is one session; true when the log has come to its end.
func (h *helper) serveOnce(c *client, job string) bool {
	h.t.Helper()
	c.helper, h.dropped = h, false
	h.tunnels = map[uint32]*helperTunnel{}
	h.spool = h.spool[:h.parsed]
	stream := newStream()
	c.next[stream] = int64(h.parsed)
	c.send("attach", fields{"job": job, "offset": h.parsed, "stream": stream, "helpers": true})
	for !h.dropped && !c.ended[stream] {
		if _, err := c.receive(); err != nil {
			h.t.Fatalf("serving helpers: %v", err)
		}
	}
	c.leave()
	return !h.dropped
}

// printed is what the job has written to its outputs.
func (h *helper) printed() result {
	h.t.Helper()
	return read(h.t, "", records(h.t, h.spool[:h.parsed]))
}

// snapshot is a context with the variables of now.
func (h *helper) snapshot(more fields) string {
	list := []fields{}
	for place, v := range h.variables {
		var scope, name string
		_, err := fmt.Sscan(place, &scope, &name)
		check(h.t, err)
		one := fields{"scope": scope, "name": name, "type": v.Type, "version": v.Version}
		if v.Type != "secret" {
			one["value"] = v.Value
		}
		list = append(list, one)
	}
	context := fields{"variables": list, "defaultScope": "workspace", "event": fields{"id": "deploy/x.sh", "name": "X", "git": fields{"commit": "abc", "isDirty": false}}}
	for name, value := range more {
		context[name] = value
	}
	text, err := json.Marshal(context)
	check(h.t, err)
	return string(text)
}
