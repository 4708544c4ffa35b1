package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/record"
)

const (
	nonce   = "00112233445566778899aabbccddeeff"
	runID   = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	install = "cccccccccccccccccccccccccccccccc"
	// patience bounds every wait of a test; nothing takes this long unless it is broken.
	patience = 20 * time.Second
)

// fields is a message as the tests write and read it.
type fields = map[string]any

// client is the other end of a real `serve`.
type client struct {
	t       *testing.T
	command *exec.Cmd
	in      io.WriteCloser
	out     *os.File
	decoder *frame.Decoder
	// spools are the bytes of each stream, without their offsets; a hole is left out.
	spools map[uint32][]byte
	// next is where the next byte of each stream is due; holes are the ranges that did not come.
	next  map[uint32]int64
	holes map[uint32][][2]int64
	ended map[uint32]bool
	// questions are the bytes of the runner's own streams.
	questions map[uint32][]byte
	// isMean stops the renewal of credit.
	isMean bool
	// helper answers what the runner asks; nil in a client that does not serve helpers.
	helper *helper
}

func newBase(t *testing.T) string { return filepath.Join(t.TempDir(), "base") }

func connect(t *testing.T, base string) *client {
	t.Helper()
	return connectTo(t, runner, base)
}

// connectTo starts a runner from where it is.
func connectTo(t *testing.T, runner, base string) *client {
	t.Helper()
	c := connectWith(t, runner, base)
	if c == nil {
		t.Fatal("the runner did not say hello")
	}
	return c
}

// connectWith starts a runner with more in its environment; nil when it does not say hello.
func connectWith(t *testing.T, runner, base string, env ...string) *client {
	t.Helper()
	c := &client{
		t: t, command: exec.Command(runner, "serve", nonce, base),
		spools: map[uint32][]byte{}, next: map[uint32]int64{}, holes: map[uint32][][2]int64{}, ended: map[uint32]bool{}, questions: map[uint32][]byte{},
	}
	c.command.Env = append(os.Environ(), env...)
	c.command.Stderr = os.Stderr
	in, err := c.command.StdinPipe()
	check(t, err)
	out, err := c.command.StdoutPipe()
	check(t, err)
	check(t, c.command.Start())
	c.in, c.out = in, out.(*os.File)
	t.Cleanup(c.leave)
	want := "CRN1 " + nonce + " hello\n"
	preamble := make([]byte, len(want))
	if _, err = io.ReadFull(c.out, preamble); err != nil || string(preamble) != want {
		return nil
	}
	c.decoder = frame.NewDecoder(c.out)
	return c
}

func (c *client) leave() {
	_ = c.in.Close()
	_, _ = io.Copy(io.Discard, c.out)
	_ = c.command.Wait()
}

func (c *client) send(kind string, more fields) {
	message := fields{"type": kind}
	for name, value := range more {
		message[name] = value
	}
	body, err := json.Marshal(message)
	check(c.t, err)
	c.frame(frame.Message, 0, body)
}

func (c *client) frame(kind frame.Kind, stream uint32, body []byte) {
	_, err := c.in.Write(frame.Append(nil, kind, stream, body))
	check(c.t, err)
}

// receive returns the next frame and keeps what it brings of a spool.
func (c *client) receive() (frame.Frame, error) {
	check(c.t, c.out.SetReadDeadline(time.Now().Add(patience)))
	found, err := c.decoder.Next()
	if err != nil {
		return found, err
	}
	if c.helper != nil && c.helper.take(c, found) {
		return found, nil
	}
	switch found.Kind {
	case frame.End:
		c.ended[found.Stream] = true
	case frame.Data:
		if found.Stream >= 1<<31 {
			c.questions[found.Stream] = append(c.questions[found.Stream], found.Body...)
			break
		}
		offset := int64(binary.BigEndian.Uint64(found.Body))
		if due := c.next[found.Stream]; offset > due {
			c.holes[found.Stream] = append(c.holes[found.Stream], [2]int64{due, offset})
		} else if offset < due {
			c.t.Fatalf("stream %d: got offset %d, want at least %d", found.Stream, offset, due)
		}
		c.spools[found.Stream] = append(c.spools[found.Stream], found.Body[8:]...)
		c.next[found.Stream] = offset + int64(len(found.Body)-8)
		if !c.isMean {
			c.send("window", fields{"stream": found.Stream, "bytes": len(found.Body)})
		}
	}
	return found, nil
}

// await returns the next message of a type.
func (c *client) await(kind string) fields {
	c.t.Helper()
	for {
		found, err := c.receive()
		if err != nil {
			c.t.Fatalf("waiting for %q: %v", kind, err)
		}
		if found.Kind != frame.Message {
			continue
		}
		message := fields{}
		check(c.t, json.Unmarshal(found.Body, &message))
		if message["type"] == kind {
			return message
		}
		if message["type"] == "refused" || message["type"] == "bye" {
			c.t.Fatalf("waiting for %q: got %v", kind, message)
		}
	}
}

// drain reads a stream to its end and returns its records.
func (c *client) drain(stream uint32) []record.Record {
	c.t.Helper()
	for !c.ended[stream] {
		if _, err := c.receive(); err != nil {
			c.t.Fatalf("reading stream %d: %v", stream, err)
		}
	}
	return records(c.t, c.spools[stream])
}

// store puts an archive.
func (c *client) store(archive []byte, stream uint32) string {
	c.t.Helper()
	sum := sha256.Sum256(archive)
	name := hex.EncodeToString(sum[:])
	c.send("put", fields{"payload": name, "size": len(archive), "stream": stream})
	c.upload(stream, archive)
	c.await("stored")
	return name
}

// upload sends so little that it needs no more credit.
func (c *client) upload(stream uint32, bytes []byte) {
	for rest := bytes; len(rest) > 0; {
		n := min(len(rest), frame.MaxBody)
		c.frame(frame.Data, stream, rest[:n])
		rest = rest[n:]
	}
	c.frame(frame.End, stream, nil)
}

// script stores a shell script as a payload.
func (c *client) script(text string) string {
	c.t.Helper()
	return c.store(pack(c.t, manifest, file{"files/main.sh", "#!/bin/sh\n" + text, 0o755}), newStream())
}

func (c *client) start(job, payload string, stream uint32, more fields) {
	message := fields{
		"job": job, "run": runID, "install": install, "server": "here", "event": "Test", "payload": payload,
		"timeoutMs": 60000, "graceMs": 300, "onDisconnect": fields{"kind": "continue"},
	}
	if stream != 0 {
		message["stream"] = stream
	}
	context, hasContext := more["context"].(string)
	for name, value := range more {
		message[name] = value
	}
	if hasContext {
		contextStream := newStream()
		message["context"] = fields{"stream": contextStream, "size": len(context)}
		c.send("start", message)
		c.upload(contextStream, []byte(context))
		return
	}
	c.send("start", message)
}

// result is how a job ended and what it printed.
type result struct {
	job     string
	exit    fields
	out     string
	err     string
	notes   map[string]string
	gaps    []fields
	records []record.Record
}

// perform runs a shell script to its end.
func (c *client) perform(text string, more fields) result {
	c.t.Helper()
	job, stream := newID(), newStream()
	c.start(job, c.script(text), stream, more)
	return read(c.t, job, c.drain(stream))
}

func read(t *testing.T, job string, list []record.Record) result {
	t.Helper()
	r := result{job: job, notes: map[string]string{}, records: list}
	for _, each := range list {
		body := fields{}
		if each.Type != record.Out && each.Type != record.Err && each.Type != record.Output && each.Type != record.Variable {
			check(t, json.Unmarshal(each.Body, &body))
		}
		switch each.Type {
		case record.Out:
			r.out += string(each.Body)
		case record.Err:
			r.err += string(each.Body)
		case record.Note:
			r.notes[body["code"].(string)] = body["message"].(string)
		case record.Gap:
			r.gaps = append(r.gaps, body)
		case record.Exit:
			delete(body, "endedAt")
			r.exit = body
		}
	}
	return r
}

func records(t *testing.T, spool []byte) []record.Record {
	t.Helper()
	list := []record.Record{}
	for len(spool) > 0 {
		r, n, err := record.Decode(spool)
		check(t, err)
		if n == 0 {
			t.Fatalf("%d bytes behind the last record", len(spool))
		}
		list = append(list, r)
		spool = spool[n:]
	}
	return list
}

func newID() string {
	var bytes [16]byte
	_, _ = rand.Read(bytes[:])
	return hex.EncodeToString(bytes[:])
}

// newStream gives numbers that are unique enough for one session.
func newStream() uint32 {
	var bytes [4]byte
	_, _ = rand.Read(bytes[:])
	return binary.BigEndian.Uint32(bytes[:])&0x7fffffff | 1
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never happened: %s", what)
		}
	}
}

// processes lists those whose arguments hold a text.
func processes(text string) []string {
	found := []string{}
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(line), text) {
			found = append(found, path+": "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}
