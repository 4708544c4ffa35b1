package desk

import (
	"sync"

	"cronium.dev/runner/internal/call"
	"cronium.dev/runner/internal/jsontext"
)

// vault holds the event's secrets, each of which is handed out once, and the newest token.
type vault struct {
	mu      sync.Mutex
	secrets map[string][]byte
	// out are those that were handed out.
	out   map[string][]byte
	token []byte
}

func (v *vault) fill(secrets []jsontext.Pair) {
	v.secrets, v.out = map[string][]byte{}, map[string][]byte{}
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

func (v *vault) take(name string) call.Answer {
	v.mu.Lock()
	defer v.mu.Unlock()
	if value, ok := v.secrets[name]; ok {
		delete(v.secrets, name)
		v.out[name] = value
		return call.Answer{Code: call.OK, Value: value}
	}
	if _, wasThere := v.out[name]; wasThere {
		return absent("The secret %q was handed out before, and that happens once; keep it in a variable of the script", name)
	}
	return absent(`The event has no secret %q; name it under "secrets"`, name)
}

// settle says whether a secret has reached its caller. If so it is wiped here; otherwise it can be had again.
func (v *vault) settle(name string, isDelivered bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if isDelivered {
		clear(v.out[name])
		return
	}
	v.secrets[name] = v.out[name]
	delete(v.out, name)
}
