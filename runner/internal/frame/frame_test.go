package frame

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"testing"
	"testing/iotest"
)

type golden struct {
	Name, Hex, Error string
	Frames           []struct {
		Kind   string
		Stream uint32
		JSON   any
		Hex    string
	}
}

var kinds = map[Kind]string{Message: "message", Data: "data", End: "end", Reset: "reset"}

func TestDecoderFollowsTheGoldenFrames(t *testing.T) {
	text, err := os.ReadFile("../../testdata/frames.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		raw, _ := hex.DecodeString(test.Hex)
		readers := map[string]io.Reader{"whole": bytes.NewReader(raw), "half": iotest.HalfReader(bytes.NewReader(raw))}
		if len(raw) < 1000 {
			readers["bytes"] = iotest.OneByteReader(bytes.NewReader(raw))
		}
		for way, reader := range readers {
			t.Run(test.Name+"/"+way, func(t *testing.T) { follow(t, reader, test) })
		}
	}
}

func follow(t *testing.T, reader io.Reader, test golden) {
	decoder := NewDecoder(reader)
	for i, want := range test.Frames {
		got, err := decoder.Next()
		if err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		body, _ := hex.DecodeString(want.Hex)
		isEqual := bytes.Equal(got.Body, body)
		if want.JSON != nil {
			var value any
			isEqual = json.Unmarshal(got.Body, &value) == nil && reflect.DeepEqual(value, want.JSON)
		}
		if kinds[got.Kind] != want.Kind || got.Stream != want.Stream || !isEqual {
			t.Errorf("frame %d: got %v, want %v", i, got, want)
		}
	}
	_, err := decoder.Next()
	if got := code(err); got != test.Error {
		t.Errorf("got the end %q, want %q", got, test.Error)
	}
}

func code(err error) string {
	var violation *Violation
	switch {
	case errors.As(err, &violation):
		return violation.Code
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "cut"
	case errors.Is(err, io.EOF):
		return ""
	}
	return err.Error()
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte{})
	f.Add(Append(Append(nil, Message, 0, []byte("{}")), Data, 1, []byte("x")))
	f.Add([]byte{0, 1, 0, 1, 2, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, input []byte) {
		decoder, again := NewDecoder(bytes.NewReader(input)), []byte{}
		for {
			found, err := decoder.Next()
			if err != nil {
				break
			}
			again = Append(again, found.Kind, found.Stream, found.Body)
		}
		if !bytes.HasPrefix(input, again) {
			t.Errorf("what was decoded does not encode to the input")
		}
	})
}
