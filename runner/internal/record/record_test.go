package record

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc32"
	"os"
	"testing"
)

func TestDecoderFollowsTheGoldenRecords(t *testing.T) {
	text, err := os.ReadFile("../../testdata/records.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Hex, Error string
		Rest             int
		Records          []struct {
			Type Type
			Seq  uint64
			Time uint64
			Hex  string
		}
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			raw, _ := hex.DecodeString(test.Hex)
			var decoder Decoder
			for i, want := range test.Records {
				got, n, err := decoder.Decode(raw)
				if err != nil || n == 0 {
					t.Fatalf("record %d: %v", i, err)
				}
				body, _ := hex.DecodeString(want.Hex)
				if got.Type != want.Type || got.Seq != want.Seq || got.Time != want.Time || !bytes.Equal(got.Body, body) {
					t.Errorf("record %d: got %v, want %v", i, got, want)
				}
				if again := Append(nil, got); !bytes.Equal(again, raw[:n]) {
					t.Errorf("record %d does not encode to what it was", i)
				}
				raw = raw[n:]
			}
			_, n, err := decoder.Decode(raw)
			var problem *Problem
			switch {
			case errors.As(err, &problem) && problem.Code == test.Error:
			case err == nil && n == 0 && test.Error == "" && len(raw) == test.Rest:
			default:
				t.Errorf("got the end %d, %v with %d bytes left, want %q with %d", n, err, len(raw), test.Error, test.Rest)
			}
		})
	}
}

func TestDecoderAfterAHole(t *testing.T) {
	var decoder Decoder
	if _, _, err := decoder.Decode(Append(nil, Record{Type: Out, Seq: 0})); err != nil {
		t.Fatal(err)
	}
	decoder.Hole()
	if _, _, err := decoder.Decode(Append(nil, Record{Type: Out, Seq: 9})); err != nil {
		t.Errorf("got %v, want a record", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(Append(nil, Record{Type: Out, Seq: 1, Time: 2, Body: []byte("body")}))
	f.Fuzz(func(t *testing.T, input []byte) {
		r, n, err := Decode(input)
		if err == nil && n > 0 && !bytes.Equal(Append(nil, r), input[:n]) {
			t.Errorf("what was decoded does not encode to the input")
		}
	})
}

func TestChecksumIsTheSameForAnyLength(t *testing.T) {
	data := bytes.Repeat([]byte("a spool's bytes \x00\xff"), 200)
	for _, length := range []int{0, 1, 2, HeaderSize, short - 1, short, short + 1, len(data)} {
		want := crc32.Checksum(data[:length], crc32.MakeTable(crc32.Castagnoli))
		if got := checksum(data[:length]); got != want {
			t.Errorf("%d bytes: got %08x, want %08x", length, got, want)
		}
	}
}
