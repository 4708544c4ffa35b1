package supervise

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unsafe"

	"cronium.dev/runner/internal/ctl"
	"cronium.dev/runner/internal/desk"
	"cronium.dev/runner/internal/dir"
	"cronium.dev/runner/internal/host"
	"cronium.dev/runner/internal/job"
	"cronium.dev/runner/internal/mask"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/payload"
	"cronium.dev/runner/internal/spool"
	"cronium.dev/runner/internal/tree"
)

// Nobody stands in a supervisor's arguments for the job that it does not know yet; then the job's name takes its place.
var Nobody = strings.Repeat("-", 32)

// errNoOrder says that the session went without one.
var errNoOrder = errors.New("no order came")

// standby is a supervisor before it knows its job: all that takes time and is the same for any of them is done.
type standby struct {
	base     *dir.Dir
	runner   string
	host     host.Host
	payloads *payload.Store
	place    *job.Place
	toolbox  *tools
	control  *ctl.Listener
	calls    *ctl.Listener
	family   tree.Family
	// terminated tells that the server asks all processes to end.
	terminated chan os.Signal
}

// getReady makes the directory of a job that has no name yet. When it fails, nothing is left.
func getReady(base, runner string) (*standby, error) {
	b := &standby{runner: runner, terminated: make(chan os.Signal, 1)}
	// Notified, not ignored: what is ignored stays so in the script.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGPIPE, syscall.SIGXFSZ)
	signal.Notify(b.terminated, syscall.SIGTERM, syscall.SIGINT)
	b.family = tree.Adopt()
	_ = os.Chdir("/")
	jobs, err := b.open(base)
	if err != nil {
		return nil, err
	}
	if b.place, err = jobs.Prepare(); err != nil {
		return nil, err
	}
	if err := b.furnish(); err != nil {
		b.place.Discard()
		return nil, err
	}
	b.toolbox = prepareTools(b.base, b.runner, b.place)
	return b, nil
}

func (b *standby) open(base string) (jobs *job.Store, err error) {
	if b.base, err = dir.OpenBase(base); err != nil {
		return nil, err
	}
	if b.payloads, err = payload.OpenStore(b.base); err != nil {
		return nil, err
	}
	b.host = host.Read()
	return job.OpenStore(b.base, b.host)
}

// furnish makes what every job's directory has: making files is what takes most time of a start.
func (b *standby) furnish() (err error) {
	if b.control, err = ctl.Listen(b.place.Dir); err != nil {
		return err
	}
	if b.calls, err = ctl.ListenForCalls(b.place.Dir); err != nil {
		return err
	}
	if err = spool.Prepare(b.place.Dir); err != nil {
		return err
	}
	work, err := b.place.Dir.MakeMasked(workName, 0o755)
	if err == nil {
		work.Close()
	}
	return err
}

// wait returns the order as soon as there is one. A server that asks all processes to end does not wait.
func (b *standby) wait(from *os.File) ([]byte, error) {
	type read struct {
		order []byte
		err   error
	}
	done := make(chan read, 1)
	go func() {
		order, err := io.ReadAll(from)
		done <- read{order, err}
	}()
	select {
	case got := <-done:
		if got.err == nil && len(got.order) == 0 {
			return nil, errNoOrder
		}
		return got.order, got.err
	case <-b.terminated:
		return nil, errNoOrder
	}
}

// takeOn makes the place a job's. When it fails before the job has a state, the session that gave the order removes what is
// left: it knows when nobody works there any more.
func (b *standby) takeOn(order []byte) (*supervisor, error) {
	start, context, err := message.ParseOrder(order)
	if err != nil {
		return nil, err
	}
	s := &supervisor{
		start: start, payloads: b.payloads, toolbox: b.toolbox, place: b.place,
		clock: host.NewClock(), family: b.family, terminated: b.terminated,
		mask: mask.New(secretValues(start)), state: newState(start, b.host, b.runner),
	}
	if len(start.Secrets) > 0 {
		s.guard.Protect()
	}
	if s.job, err = b.place.Claim(start.Job); err != nil {
		return nil, err
	}
	showAs(start.Job)
	s.control = newControl(s.job, b.control)
	if s.spool, err = spool.Create(s.job, start.SpoolBytes, s.clock, s.control.grown); err != nil {
		return nil, err
	}
	s.desk, err = desk.Open(desk.Job{
		Dir: s.job, Start: start, Context: context, Spool: s.spool, Mask: s.mask, Live: s.control, Calls: b.calls,
		Protect: s.guard.Protect,
	})
	if err != nil {
		return nil, err
	}
	s.control.renew = s.desk.Renew
	s.control.open(s.spool, start.StopAfterMs)
	return s, nil
}

// showAs puts the job into the arguments that `ps` shows. They are the system's own memory, not a constant.
func showAs(id string) {
	for _, argument := range os.Args {
		if argument == Nobody {
			copy(unsafe.Slice(unsafe.StringData(argument), len(argument)), id)
		}
	}
}
