// Package serve answers one client over stdin and stdout. It owns nothing: when it ends, jobs go on.
package serve

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/frame"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/outbox"
	"cronium.dev/runner/internal/payload"
)

const (
	protocol    = 1
	nonceDigits = 32
	// lastWords bounds the wait for a client to read why the session ends.
	lastWords = 2 * time.Second
)

// session is one conversation with one client.
type session struct {
	base     *dir.Dir
	host     host.Host
	jobs     *job.Store
	payloads *payload.Store
	self     self
	out      *outbox.Outbox
	// patience is what a client that says ping may take to say more; from is that client.
	patience time.Duration
	from     *listener
	// done is closed when the session ends; all its goroutines end with it.
	done chan struct{}

	mu      sync.Mutex
	streams map[uint32]*stream
	workers map[string]*worker
	links   map[string]*link
	// waiting holds the starts whose archive is not here, by its hash.
	waiting map[string][]*waitingStart
	// gatherings are the starts whose context is on its way, and tunnels counts those that were ever open.
	gatherings []*gathering
	tunnels    uint32
	// isLeaving says that nothing is started any more; spawning counts what is being started.
	isLeaving bool
	spawning  sync.WaitGroup
	standby   standby
}

// Run is the process `serve <nonce> <base>`.
func Run(arguments []string, version string) int {
	if len(arguments) != 2 || !jsontext.IsHex(arguments[0], nonceDigits) {
		_, _ = os.Stderr.WriteString("Usage: cronium-runner serve <nonce of 32 hex digits> <base>\n")
		return 2
	}
	dir.CloseOnExec(2)
	// Notified, not ignored: what is ignored stays so in every script. Writing to a closed pipe is an ordinary failure then.
	// So is writing more than the session's limit on the size of files.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGXFSZ)
	leaving := make(chan os.Signal, 1)
	signal.Notify(leaving, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)

	s, err := open(arguments[1])
	preamble := []byte("CRN1 " + arguments[0] + " hello\n")
	if err != nil {
		bye := jsontext.Message("bye").Text("code", "base").Text("message", "Cannot use the base directory: "+err.Error()).Bytes()
		_, _ = os.Stdout.Write(frame.Append(preamble, frame.Message, 0, bye))
		return 1
	}
	if _, err := os.Stdout.Write(frame.Append(preamble, frame.Message, 0, s.hello(version))); err != nil {
		return 1
	}
	return s.serve(os.Stdin, os.Stdout, leaving)
}

func open(path string) (*session, error) {
	base, err := dir.OpenBase(path)
	if err != nil {
		return nil, err
	}
	here := host.Read()
	jobs, err := job.OpenStore(base, here)
	if err != nil {
		return nil, err
	}
	payloads, err := payload.OpenStore(base)
	if err != nil {
		return nil, err
	}
	return &session{
		base: base, host: here, jobs: jobs, payloads: payloads, self: findSelf(base),
		out: outbox.New(), done: make(chan struct{}),
		streams: map[uint32]*stream{}, workers: map[string]*worker{}, links: map[string]*link{},
		waiting: map[string][]*waitingStart{}, patience: patience,
	}, nil
}

func (s *session) hello(version string) []byte {
	return jsontext.Message("hello").Int("protocol", protocol).Text("version", version).Text("sha256", s.self.sha256).
		Text("os", runtime.GOOS).Text("arch", runtime.GOARCH).Text("host", s.host.ID).Text("bootId", s.host.BootID).
		Text("base", s.base.Path()).Texts("capabilities", []string{"helpers", "calls"}).Bytes()
}

// serve answers until the client leaves, the connection breaks, or somebody breaks the protocol.
func (s *session) serve(from io.Reader, to io.Writer, leaving <-chan os.Signal) int {
	defer close(s.done)
	defer s.payloads.Close()
	defer s.leave()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_ = s.out.Run(to)
	}()
	heard := make(chan error, 1)
	s.from = newListener(from, s.patience)
	go func() { heard <- s.listen(s.from) }()
	select {
	case <-leaving:
		return 0
	case <-sent:
		return 0
	case <-s.from.silent.C:
		return 0
	case err := <-heard:
		var violation *frame.Violation
		if !errors.As(err, &violation) {
			return 0
		}
		s.out.Send(jsontext.Message("bye").Text("code", violation.Code).Text("message", violation.Message).Bytes())
		s.out.Close()
		select {
		case <-sent:
		case <-time.After(lastWords):
		}
		return 1
	}
}

// errLeft says that the client said goodbye.
var errLeft = errors.New("the client left")

// listen takes frames until there are no more or one breaks the protocol.
func (s *session) listen(from io.Reader) error {
	decoder := frame.NewDecoder(from)
	for {
		found, err := decoder.Next()
		if err != nil {
			return err
		}
		if found.Kind == frame.Message {
			err = s.hear(found.Body)
		} else {
			err = s.take(found)
		}
		if err != nil {
			return err
		}
	}
}

// hear answers one control message. What could wait for a disk or a process is done by a worker.
func (s *session) hear(body []byte) error {
	parsed, err := message.Parse(body)
	var refused *message.Refused
	if errors.As(err, &refused) {
		s.out.Send(refused.JSON())
		return nil
	}
	if err != nil {
		return err
	}
	switch m := parsed.(type) {
	case message.Start:
		return s.hearStart(m, append([]byte(nil), body...))
	case message.Put:
		return s.hearPut(m)
	case message.Attach:
		return s.hearAttach(m)
	case message.Ack:
		s.work(m.Job, func() { s.ack(m) })
	case message.Token:
		s.work(m.Job, func() { s.token(m) })
	case message.Call:
		s.hearCall(m, append([]byte(nil), body...))
	case message.Cancel:
		s.work(m.Job, func() { s.cancel(m) })
	case message.Forget:
		s.work(m.Job, func() { s.forget(m) })
	case message.List:
		s.work("", func() { s.list(m) })
	case message.Collect:
		s.work("", s.collect)
	case message.Health:
		s.work(healthWorker, func() { s.health(m) })
	case message.Inventory:
		s.workAfterAll(func() { s.inventory(m) })
	case message.Clean:
		s.workAfterAll(func() { s.clean(m) })
	case message.Remove:
		s.work("", func() { s.remove(m) })
	case message.Window:
		s.out.Credit(m.Stream, m.Bytes)
	case message.Ping:
		s.from.expect()
		s.out.Send(jsontext.Message("pong").Int("id", m.ID).Bytes())
	case message.Bye:
		return errLeft
	}
	return nil
}
