package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// speak is a program that speaks HTTP with nothing but a shell: Debian's dash has no /dev/tcp, so Python does it.
const speak = `python3 - "$1" <<'END'
import os, socket, sys
host, port = os.environ["CRONIUM_API_ENDPOINT"][7:].split(":")
s = socket.create_connection((host, int(port)))
s.sendall(("GET /v1/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % (sys.argv[1], os.environ["CRONIUM_API_TOKEN"])).encode())
s.shutdown(socket.SHUT_WR)
text = b""
while True:
    chunk = s.recv(65536)
    if not chunk: break
    text += chunk
print(text.decode()[-200:] if sys.argv[1] == "tail" else len(text) if sys.argv[1] == "long" else text.decode())
END
`

func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(program + " is not here")
	}
}

func TestAProgramThatSpeaksHTTPIsPassedOnToTheClient(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	h := newHelper(t)
	h.http = func(request []byte) []byte {
		if bytes.Contains(request, []byte("/v1/long")) {
			return bytes.Repeat([]byte("long "), 60_000)
		}
		return append([]byte("HTTP/1.1 200 OK\r\n\r\n"), bytes.ReplaceAll(request, []byte("the-token"), []byte("good"))...)
	}
	// With its gate a client is there from the first word on.
	got := performServed(t, h, `until cronium.setVariable gate 1 --if-unchanged=0; do :; done
speak() { `+speak+`}
speak hello; speak long; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do speak long & done; wait`, fields{"api": fields{"token": "the-token"}})
	want := "HTTP/1.1 200 OK\r\n\r\nGET /v1/hello HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\n\r\n\n"
	// Those that run side by side print side by side.
	if !strings.HasPrefix(got.out, want) || strings.Count(got.out, "300000") != 13 {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
}

func TestAProgramThatSpeaksHTTPIsTurnedAwayWhenNobodyIsThere(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	got := performAlone(t, newHelper(t), "speak() { "+speak+"}\nspeak x", fields{"api": fields{"token": "the-token"}})
	head, body, _ := strings.Cut(got.out, "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 503 ") || !strings.Contains(head, fmt.Sprintf("Content-Length: %d\r\n", len(body)-1)) {
		t.Errorf("got %q\n%s", got.out, got.err)
	}
	if !strings.Contains(body, `"code":"nobody"`) {
		t.Errorf("got %q", body)
	}
}

func TestWithoutTheWordThereIsNoDoor(t *testing.T) {
	t.Parallel()
	got := performAlone(t, newHelper(t), `env | grep CRONIUM_API; cronium.token; echo $?`, nil)
	if got.out != "1\n" {
		t.Errorf("got %q", got.out)
	}
}

// checkLanguage looks at what one script does in each language.
func checkLanguage(t *testing.T, h *helper, got result) {
	t.Helper()
	want := `{"id": 7}|Ann|none|absent|X|7|8|changed|gone|hush|absent|invalid` + "\n"
	if got.out != want {
		t.Errorf("got %q, want %q\n%s", got.out, want, got.err)
	}
	if h.outputs["rows"] != `[1,"ä",null]` || h.outputs["a"] != "1" || h.outputs["b"] != `{"c":"--d"}` {
		t.Errorf("got %v", h.outputs)
	}
	if v := h.variables["workspace counter"]; string(v.Value) != "8" || h.variables["event plain"].Version != 1 {
		t.Errorf("got %s", v.Value)
	}
	if v := h.variables["workspace hidden"]; v.Type != "secret" || string(v.Value) != `{"deep":"hush-hush"}` {
		t.Errorf("got %v", v)
	}
}

func languageFields(h *helper) fields {
	input := fields{"user": fields{"name": "Ann"}, "items": []any{fields{"id": 7}}}
	return fields{"context": h.snapshot(fields{"input": input}), "secrets": fields{"KEY": "hush"}, "secretsAs": "helper"}
}

func TestPython(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	h := newCounter(t)
	got := performServed(t, h, `exec python3 - <<'END'
import cronium, json
said = []
def code(call, *arguments, **named):
    try: call(*arguments, **named)
    except cronium.CroniumError as error: return error.code
while True:
    if code(cronium.set_variable, "gate", 1, if_unchanged=0, scope="workspace") in (None, "changed"): break
said.append(json.dumps(cronium.input("items[0]")))
said.append(cronium.input("user.name"))
said.append(cronium.input("user.age", default="none"))
said.append(code(cronium.input, "user.age"))
said.append(cronium.event("name"))
said.append(str(cronium.get_variable("counter")))
cronium.set_variable("counter", 8, if_unchanged=True)
said.append(str(cronium.get_version("counter")))
said.append(code(cronium.set_variable, "counter", 9, if_unchanged=7))
said.append(cronium.get_variable("missing", "gone"))
said.append(cronium.secret("KEY")[:2] + "sh")
said.append(code(cronium.secret, "KEY"))
said.append(code(cronium.output, "no name", 1))
cronium.output("rows", [1, "ä", None])
cronium.output({"a": 1, "b": {"c": "--d"}})
cronium.set_variable("plain", "x", scope="event")
cronium.set_variable("hidden", {"deep": "hush-hush"}, secret=True)
print("|".join(said).replace("hush", "hu" + "sh"))
END`, languageFields(h))
	got.out = strings.ReplaceAll(got.out, "***", "hush")
	checkLanguage(t, h, got)
}

const nodeBody = `
const said = [];
const code = (call) => { try { call(); } catch (error) { return error.code; } };
while (![undefined, 'changed'].includes(code(() => cronium.setVariable('gate', 1, { ifUnchanged: 0, scope: 'workspace' }))));
said.push(JSON.stringify(cronium.input('items[0]')).replace(':', ': '));
said.push(cronium.input('user.name'), cronium.input('user.age', 'none'), code(() => cronium.input('user.age')), cronium.event('name'));
said.push(cronium.getVariable('counter'));
cronium.setVariable('counter', 8, { ifUnchanged: true });
said.push(cronium.getVersion('counter'), code(() => cronium.setVariable('counter', 9, { ifUnchanged: 7 })));
said.push(cronium.getVariable('missing', 'gone'), cronium.secret('KEY'), code(() => cronium.secret('KEY')), code(() => cronium.output('no name', 1)));
cronium.output('rows', [1, 'ä', null]);
cronium.output({ a: 1, b: { c: '--d' } });
cronium.setVariable('plain', 'x', { scope: 'event' });
cronium.setVariable('hidden', { deep: 'hush-hush' }, { secret: true });
console.log(said.join('|'));
`

func TestNode(t *testing.T) {
	needs(t, "node")
	for name, first := range map[string]string{"main.js": "const cronium = require('cronium');", "main.mjs": "import * as cronium from 'cronium';"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newCounter(t)
			base, job := newBase(t), newID()
			c := connect(t, base)
			archive := pack(t, `{"cronium":1,"entrypoint":"sub/`+name+`","interpreter":{"commands":["node"],"args":[]}}`,
				file{"files/sub/" + name, first + nodeBody, 0o644})
			c.start(job, c.store(archive, newStream()), 0, languageFields(h))
			c.await("started")
			c.leave()
			h.serveUntilEnd(base, job)
			got := h.printed()
			got.out = strings.ReplaceAll(got.out, "***", "hush")
			checkLanguage(t, h, got)
		})
	}
}

// TestAnotherUserGetsNothing has a real second user, who knows the job's directory.
func TestAnotherUserGetsNothing(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	base, job, stream := newBase(t), newID(), newStream()
	c := connect(t, base)
	c.start(job, c.script("until cronium.getVariable over --wait 0s; do sleep 0.05; done"), stream, fields{"secrets": fields{"KEY": "hush-hush"}})
	c.await("attached")
	path := filepath.Join(base, "jobs", job)
	command := filepath.Join(t.TempDir(), "cronium.secret")
	check(t, os.Link(runner, command))
	for _, place := range []string{filepath.Dir(command), filepath.Dir(filepath.Dir(command))} {
		check(t, os.Chmod(place, 0o755))
	}
	attempt := func(user uint32) string {
		other := exec.Command(command, "KEY")
		other.Env = []string{"CRONIUM_CTL=" + path}
		other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		text, _ := other.CombinedOutput()
		return string(text)
	}
	refusal := attempt(65534)
	// Even with the directories open, the socket itself asks who is there.
	for place := path; place != "/" && place != os.TempDir(); place = filepath.Dir(place) {
		check(t, os.Chmod(place, 0o755))
	}
	check(t, os.Chmod(filepath.Join(path, "call.sock"), 0o777))
	beyond := attempt(65534)
	for place, mode := range map[string]os.FileMode{path: 0o700, filepath.Join(base, "jobs"): 0o700, base: 0o700} {
		check(t, os.Chmod(place, mode))
	}
	if strings.Contains(refusal+beyond, "hush") || !strings.Contains(refusal, "cannot be reached") || !strings.Contains(beyond, "The job") {
		t.Errorf("got %q, then %q", refusal, beyond)
	}
	if own := attempt(0); own != "hush-hush\n" {
		t.Errorf("got %q, want the secret", own)
	}
	c.send("cancel", fields{"job": job, "install": install})
	c.drain(stream)
}

// TestACoreOfTheSupervisorIsNobodys looks at a supervisor with secrets and at its script.
func TestACoreOfTheSupervisorIsNobodys(t *testing.T) {
	t.Parallel()
	got := performAlone(t, newHelper(t), `grep 'Max core' /proc/$PPID/limits; grep 'Max core' /proc/self/limits`, fields{"secrets": fields{"KEY": "hush-hush"}})
	lines := strings.Split(got.out, "\n")
	if len(lines) != 3 || strings.Fields(lines[0])[4] != "0" {
		t.Fatalf("got %q\n%s", got.out, got.err)
	}
	here, err := exec.Command("grep", "Max core", "/proc/self/limits").Output()
	check(t, err)
	if lines[1]+"\n" != string(here) {
		t.Errorf("got %q, want the session's limits %q", lines[1], here)
	}
}

func TestAJobThatIsOverAnswersNobody(t *testing.T) {
	t.Parallel()
	h := newHelper(t)
	base, job := newBase(t), newID()
	c := connect(t, base)
	c.start(job, c.script("true"), 0, nil)
	c.await("started")
	c.await("state")
	c.leave()
	late := exec.Command(toolsIn(t, base)+"/bin/cronium.output", "late", "1")
	late.Env = []string{"CRONIUM_CTL=" + filepath.Join(base, "jobs", job)}
	begun := time.Now()
	text, err := late.CombinedOutput()
	if err == nil || late.ProcessState.ExitCode() != 5 || !strings.Contains(string(text), "the job has ended") || time.Since(begun) > patience {
		t.Errorf("got %q, %v", text, err)
	}
	h.serveUntilEnd(base, job)
	if len(h.outputs) != 0 {
		t.Errorf("got %v", h.outputs)
	}
}

// toolsIn is the only toolbox of a base directory.
func toolsIn(t *testing.T, base string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(base, "bin", "*", "tools"))
	if err != nil || len(found) != 1 {
		t.Fatalf("got %v, %v", found, err)
	}
	return found[0]
}
