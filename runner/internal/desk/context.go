package desk

import (
	"errors"
	"slices"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
)

// context is what came with the start.
type context struct {
	// input is JSON, or nil when there is none.
	input []byte
	event []byte
	book  book
}

// parseContext reads the context; without one, the event is what the start says of it.
func parseContext(text []byte, start message.Start) (context, error) {
	c := context{book: newBook()}
	c.event = jsontext.NewObject().Text("name", start.Event).Text("run", start.Run).Text("job", start.Job).
		Text("server", start.Server).Bytes()
	if text == nil {
		return c, nil
	}
	var variables []byte
	err := jsontext.Each(text, func(name string, value []byte) {
		switch name {
		case "input":
			c.input = value
		case "event":
			c.event = value
		case "variables":
			variables = value
		case "defaultScope":
			if scope, ok := jsontext.Plain(value); ok && slices.Contains(call.Scopes(), scope) {
				c.book.defaultScope = scope
			}
		}
	})
	if err != nil {
		return context{}, errors.New("the context cannot be read: " + err.Error())
	}
	if variables == nil {
		return c, nil
	}
	wrong := false
	err = jsontext.Each(variables, func(_ string, value []byte) { wrong = !c.book.load(value) || wrong })
	if err != nil || wrong {
		return context{}, errors.New("the context cannot be read: its variables are not as expected")
	}
	return c, nil
}

// Input is the run's input as JSON, or nil.
func (d *Desk) Input() []byte { return d.context.input }
