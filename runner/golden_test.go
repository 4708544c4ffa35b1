package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/record"
)

// step is a line of a transcript: a message, or something on a stream.
type step struct {
	From    string
	Message fields
	// Raw is a message that is no JSON object.
	Raw    string
	Stream uint32
	Data   string
	End    bool
	Reset  bool
	// JSON is all that a stream of the runner's brings until its end.
	JSON any
	// Records is all that a stream brings until its end, with neighbours of one type joined.
	Records []struct {
		Type record.Type
		Text string
		JSON any
	}
}

// TestSessionsFollowTheirTranscripts plays both ends' golden transcripts against a real runner. In them "*" stands for
// any value and "?" for any value or none.
func TestSessionsFollowTheirTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/session-*.json")
	check(t, err)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			check(t, err)
			var transcript struct{ Steps []step }
			check(t, json.Unmarshal(text, &transcript))
			play(connect(t, newBase(t)), transcript.Steps)
		})
	}
}

func play(c *client, steps []step) {
	for i, s := range steps {
		switch {
		case s.From == "client" && s.Message != nil:
			c.send(s.Message["type"].(string), s.Message)
		case s.From == "client" && s.Raw != "":
			c.frame(frame.Message, 0, []byte(s.Raw))
		case s.From == "client" && s.End:
			c.frame(frame.End, s.Stream, nil)
		case s.From == "client" && s.Reset:
			c.frame(frame.Reset, s.Stream, nil)
		case s.From == "client":
			data, err := hex.DecodeString(s.Data)
			check(c.t, err)
			c.frame(frame.Data, s.Stream, data)
		case s.Message != nil:
			got := c.message()
			if !matches(got, s.Message) {
				c.t.Fatalf("step %d: got %v, want %v", i, got, s.Message)
			}
		case s.JSON != nil:
			c.matchQuestion(s)
		default:
			c.matchRecords(s)
		}
	}
}

// message returns the next message, whatever it is.
func (c *client) message() fields {
	for {
		found, err := c.receive()
		check(c.t, err)
		if found.Kind == frame.Message {
			message := fields{}
			check(c.t, json.Unmarshal(found.Body, &message))
			return message
		}
	}
}

func (c *client) matchQuestion(want step) {
	for !c.ended[want.Stream] {
		_, err := c.receive()
		check(c.t, err)
	}
	var got any
	check(c.t, json.Unmarshal(c.questions[want.Stream], &got))
	if !matches(got, want.JSON) {
		c.t.Errorf("stream %d: got %v, want %v", want.Stream, got, want.JSON)
	}
}

func (c *client) matchRecords(want step) {
	got := c.drain(want.Stream)
	if len(got) != len(want.Records) {
		c.t.Fatalf("stream %d: got %d records, want %d", want.Stream, len(got), len(want.Records))
	}
	left := append([]record.Record{}, got...)
	for _, r := range want.Records {
		// The two outputs come through two pipes: only the order within each is certain.
		at := -1
		for i, each := range left {
			if each.Type == r.Type {
				at = i
				break
			}
		}
		if at < 0 {
			c.t.Fatalf("stream %d: no record of type %d", want.Stream, r.Type)
		}
		body := left[at].Body
		left = append(left[:at], left[at+1:]...)
		if r.JSON == nil {
			if string(body) != r.Text {
				c.t.Errorf("record of type %d: got %q, want %q", r.Type, body, r.Text)
			}
			continue
		}
		var value any
		check(c.t, json.Unmarshal(body, &value))
		if !matches(value, r.JSON) {
			c.t.Errorf("record of type %d: got %v, want %v", r.Type, value, r.JSON)
		}
	}
}

func matches(got, want any) bool {
	switch want := want.(type) {
	case string:
		text, isText := got.(string)
		return want == "*" || isText && slices.Contains(strings.Split(want, "|"), text)
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for name := range object {
			if _, known := want[name]; !known {
				return false
			}
		}
		for name, value := range want {
			inner, there := object[name]
			if value == "?" {
				continue
			}
			if !there || !matches(inner, value) {
				return false
			}
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !matches(list[i], want[i]) {
				return false
			}
		}
		return true
	}
	return got == want
}
