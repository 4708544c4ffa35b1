package serve

import (
	"io"
	"path/filepath"
	"testing"
	"time"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/jsontext"
)

func TestClientThatFallsSilentIsLeft(t *testing.T) {
	for name, pings := range map[string]bool{"says ping": true, "never does": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := open(filepath.Join(t.TempDir(), "base"))
			must(t, err)
			s.patience = 50 * time.Millisecond
			from, to := io.Pipe()
			over := make(chan int, 1)
			go func() { over <- s.serve(from, io.Discard, nil) }()
			kind := "list"
			if pings {
				kind = "ping"
			}
			body := jsontext.Message(kind).Int("id", 1).Text("install", "i").Bytes()
			_, err = to.Write(frame.Append(nil, frame.Message, 0, body))
			must(t, err)
			limit := 10 * time.Second
			if !pings {
				// Long enough to be noticed where a silence counted.
				limit = 10 * s.patience
			}
			select {
			case <-over:
				if !pings {
					t.Error("a client that owes nothing was left")
				}
			case <-time.After(limit):
				if pings {
					t.Error("the session goes on")
				}
			}
			_ = to.Close()
		})
	}
}
