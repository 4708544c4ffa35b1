package supervise

import (
	"os"
	"slices"
	"strconv"

	"cronium.dev/runner/internal/desk"
	"cronium.dev/runner/internal/jsontext"
	"cronium.dev/runner/internal/message"
	"cronium.dev/runner/internal/payload"
	"cronium.dev/runner/internal/stray"
	"cronium.dev/runner/internal/toolbox"
)

// maxInput is how long an input may be to be put into the environment: Linux takes no variable of 128 KiB.
const maxInput = 96 << 10

// environment is the session's, the manifest's, the start's, the secrets if they are wanted there, and ours; the later
// wins.
func environment(start message.Start, manifest *payload.Manifest, helpers *desk.Desk) []string {
	env := os.Environ()
	set := func(name, value string) { env = toolbox.Set(env, name, value) }
	for _, pair := range slices.Concat(manifest.Env, start.Env, environmentSecrets(start)) {
		set(pair.Name, pair.Value)
	}
	set(stray.Mark, start.Job)
	set("CRONIUM_RUN", start.Run)
	set("CRONIUM_EVENT", start.Event)
	set("CRONIUM_SERVER", start.Server)
	if input := helpers.Input(); input != nil && len(input) <= maxInput {
		set("CRONIUM_INPUT", string(input))
	}
	if port := helpers.Port(); port != 0 {
		set("CRONIUM_API_ENDPOINT", "http://127.0.0.1:"+strconv.Itoa(port))
		set("CRONIUM_API_TOKEN", start.Token)
		set("CRONIUM_EXECUTION_ID", start.Job)
	}
	return env
}

func environmentSecrets(start message.Start) []jsontext.Pair {
	if start.SecretsInEnvironment {
		return start.Secrets
	}
	return nil
}
