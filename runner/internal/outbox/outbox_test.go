package outbox

import (
	"io"
	"testing"

	"cronium.dev/runner/internal/frame"
)

// endless always has more.
type endless struct{ closed bool }

func (e *endless) Fill(buffer []byte) (int, bool) { return len(buffer), false }
func (e *endless) Close()                         { e.closed = true }

// fixed has so many bytes and then ends.
type fixed struct{ left int }

func (f *fixed) Fill(buffer []byte) (int, bool) {
	n := min(f.left, len(buffer))
	f.left -= n
	return n, n == 0
}
func (f *fixed) Close() {}

// begin runs an outbox into a pipe, which takes nothing that is not read.
func begin(t *testing.T, o *Outbox) *frame.Decoder {
	reading, writing := io.Pipe()
	go func() {
		_ = o.Run(writing)
		_ = writing.Close()
	}()
	t.Cleanup(func() {
		o.Close()
		_ = reading.Close()
	})
	return frame.NewDecoder(reading)
}

func next(t *testing.T, from *frame.Decoder) frame.Frame {
	t.Helper()
	found, err := from.Next()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestControlGoesAheadOfAFlood(t *testing.T) {
	o := New()
	o.Open(1, &endless{})
	from := begin(t, o)
	next(t, from)
	o.Send([]byte("{}"))
	// One frame is being written, and the decoder may have read ahead by one.
	for waited := 0; next(t, from).Kind != frame.Message; waited++ {
		if waited > 2 {
			t.Fatalf("%d frames of data came first", waited)
		}
	}
}

func TestStreamsTakeTurns(t *testing.T) {
	o := New()
	for id := uint32(1); id <= 3; id++ {
		o.Open(id, &endless{})
	}
	from := begin(t, o)
	counts := map[uint32]int{}
	for range 30 {
		counts[next(t, from).Stream]++
	}
	for id := uint32(1); id <= 3; id++ {
		if counts[id] != 10 {
			t.Errorf("stream %d: got %d frames of 30, want 10", id, counts[id])
		}
	}
}

func TestCreditIsNeverExceeded(t *testing.T) {
	o := New()
	o.Open(1, &endless{})
	o.Open(2, &fixed{10})
	from := begin(t, o)
	sent, ended := 0, false
	for sent < frame.InitialCredit || !ended {
		found := next(t, from)
		if found.Stream == 1 {
			sent += len(found.Body)
		}
		ended = ended || found.Kind == frame.End
	}
	o.Send([]byte("{}"))
	if found := next(t, from); found.Kind != frame.Message {
		t.Fatalf("got a frame of kind %d beyond the credit", found.Kind)
	}
	o.Credit(1, 5)
	if found := next(t, from); len(found.Body) != 5 {
		t.Errorf("got %d bytes, want the 5 that were given", len(found.Body))
	}
}

func TestDroppedStreamsAreClosed(t *testing.T) {
	o, source := New(), &endless{}
	o.Open(1, source)
	o.Drop(1)
	from := begin(t, o)
	o.Send([]byte("{}"))
	next(t, from)
	o.Open(2, &fixed{1})
	next(t, from)
	if !source.closed {
		t.Errorf("the source is still open")
	}
}

// writes keeps each write.
type writes chan []byte

func (w writes) Write(data []byte) (int, error) {
	w <- append([]byte(nil), data...)
	return len(data), nil
}

func TestWhatIsThereTogetherIsOneWrite(t *testing.T) {
	o := New()
	o.Send([]byte("{}"))
	o.Open(1, &fixed{left: 10})
	written := make(writes)
	t.Cleanup(o.Close)
	go func() { _ = o.Run(written) }()
	want := frame.Append(frame.Append(nil, frame.Message, 0, []byte("{}")), frame.Data, 1, make([]byte, 10))
	if got := <-written; string(got) != string(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := <-written, frame.Append(nil, frame.End, 1, nil); string(got) != string(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
