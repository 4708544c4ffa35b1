package desk

import (
	"sync"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
)

// vault holds the event's secrets, each of which is handed out once, whoever asks, and the newest token.
type vault struct {
	mu      sync.Mutex
	secrets map[string][]byte
	// out are those that were handed out, and to which calls by name.
	out   map[string][]byte
	by    map[string][]byte
	token []byte
}

func (v *vault) fill(secrets []jsontext.Pair) {
	v.secrets, v.out, v.by = map[string][]byte{}, map[string][]byte{}, map[string][]byte{}
	for _, secret := range secrets {
		v.secrets[secret.Name] = jsontext.AppendText(nil, secret.Value)
	}
}

func (v *vault) renew(token string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.token = jsontext.AppendText(nil, token)
}

func (v *vault) current() call.Answer {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.token == nil {
		return absent(`There is no token: the event does not say "api: true"`)
	}
	return call.Answer{Code: call.OK, Value: v.token}
}

// take hands a secret out. A call that has a name may come again: its answer may have been lost on the way to a client.
func (v *vault) take(name, caller string) call.Answer {
	v.mu.Lock()
	defer v.mu.Unlock()
	value := v.secrets[name]
	if caller != "" && string(v.by[name]) == caller {
		value = v.out[name]
	}
	switch {
	case value != nil:
		delete(v.secrets, name)
		v.out[name], v.by[name] = value, []byte(caller)
		return call.Answer{Code: call.OK, Value: value}
	case v.out[name] != nil:
		return call.Answer{Code: call.Gone, Message: "The secret " + name + " was handed out before, and that happens once; keep it in a variable of the script"}
	}
	return call.Answer{Code: call.Absent, Message: "The event has no secret " + name + `; name it under "secrets"`}
}

// settle says whether a secret has reached its caller. If so it is wiped here; otherwise it can be had again. What a call
// with a name has got stays that call's.
func (v *vault) settle(name, caller string, isDelivered bool) {
	if caller != "" {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if isDelivered {
		clear(v.out[name])
		return
	}
	v.secrets[name] = v.out[name]
	delete(v.out, name)
}
