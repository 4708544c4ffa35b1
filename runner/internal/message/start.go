package message

import (
	"cronium.dev/runner/internal/jsontext"
)

// Start asks to run a payload as a job, once.
type Start struct {
	Job, Run, Install string
	Server, Event     string
	Payload           string
	// Args replaces the manifest's arguments unless it is nil.
	Args []string
	// Env is merged over the manifest's environment.
	Env        []jsontext.Pair
	TimeoutMs  int64
	GraceMs    int64
	SpoolBytes int64
	// StopAfterMs stops the job when nobody was attached for so long; Continue means never.
	StopAfterMs int64
	// ContextStream brings what the script may ask for, ContextSize bytes; 0 when there is nothing.
	ContextStream uint32
	ContextSize   int64
	Secrets       []jsontext.Pair
	// SecretsInEnvironment says that the script gets them there, too.
	SecretsInEnvironment bool
	// HasAPI says that the script gets an address for programs that speak HTTP; Token is the first token for it.
	HasAPI bool
	Token  string
	// Stream attaches at once, unless it is 0; Helpers is as in Attach.
	Stream  uint32
	Helpers bool
}

// Continue is the StopAfterMs of a job that outlives its clients.
const Continue = -1

const (
	defaultTimeoutMs = 3_600_000
	defaultGraceMs   = 5_000
	// DefaultSpoolBytes is the budget of a job's spool.
	DefaultSpoolBytes = 256 << 20
	// minSpoolBytes keeps room for a few segments.
	minSpoolBytes = 1 << 20
	// maxLimitMs is ten years; it keeps durations far from overflow.
	maxLimitMs   = 10 * 365 * 24 * 3_600_000
	maxNameBytes = 1024
	// MaxContext bounds what a start holds in memory.
	MaxContext = 32 << 20
)

func parseStart(f *jsontext.Fields) Start {
	start := Start{
		Job:         f.Hex("job", idDigits),
		Run:         f.Hex("run", idDigits),
		Install:     f.Hex("install", idDigits),
		Server:      f.Text("server", maxNameBytes),
		Event:       f.Text("event", maxNameBytes),
		Payload:     f.Hex("payload", hashDigits),
		Args:        f.TextsIf("args"),
		Env:         f.Pairs("env"),
		TimeoutMs:   f.IntOr("timeoutMs", 1, maxLimitMs, defaultTimeoutMs),
		GraceMs:     f.IntOr("graceMs", 0, maxLimitMs, defaultGraceMs),
		SpoolBytes:  max(minSpoolBytes, f.IntOr("spoolBytes", 0, jsontext.MaxInt, DefaultSpoolBytes)),
		StopAfterMs: parseOnDisconnect(f),
		Secrets:     f.Pairs("secrets"),
		Stream:      uint32(f.IntOr("stream", 1, maxStream, 0)),
		Helpers:     f.Flag("helpers"),
	}
	if f.Has("context") {
		context := f.Object("context")
		start.ContextStream, start.ContextSize = stream(context), context.Int("size", 0, MaxContext)
		if context.Wrong() != "" {
			f.Reject("context")
		}
	}
	switch f.TextOr("secretsAs", 16, "helper") {
	case "environment":
		start.SecretsInEnvironment = true
	case "helper":
	default:
		f.Reject("secretsAs")
	}
	if f.Has("api") {
		api := f.Object("api")
		start.HasAPI, start.Token = true, api.Text("token", maxToken)
		if api.Wrong() != "" {
			f.Reject("api")
		}
	}
	return start
}

func parseOnDisconnect(f *jsontext.Fields) int64 {
	if !f.Has("onDisconnect") {
		return Continue
	}
	policy := f.Object("onDisconnect")
	switch policy.Text("kind", 16) {
	case "continue":
		return Continue
	case "stop":
		afterMs := policy.Int("afterMs", 0, maxLimitMs)
		if policy.Wrong() == "" {
			return afterMs
		}
	}
	f.Reject("onDisconnect")
	return Continue
}

// ParseStart reads the Body of a Start again, in the supervisor.
func ParseStart(body []byte) (Start, error) {
	parsed, err := Parse(body)
	if err != nil {
		return Start{}, err
	}
	start, ok := parsed.(Start)
	if !ok {
		return Start{}, &Refused{Re: "start", Code: "message/fields", Message: "The message to start a job is of another type"}
	}
	return start, nil
}
