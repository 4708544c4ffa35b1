package serve

import "cronium.dev/runner/internal/jsontext"

// helps says whether this session's client answers what the script asks; the lock is held.
func (l *link) helps() bool {
	for t := range l.tails {
		if t.helps {
			return true
		}
	}
	return false
}

// attachment tells the supervisor that somebody reads, and whether the client answers; the lock is held.
func (l *link) attachment() *jsontext.Object {
	attach := jsontext.Message("attach")
	if l.helps() {
		attach.True("helpers")
	}
	return attach
}

// setToken tells the supervisor the newest token, also when it must be called again.
func (l *link) setToken(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newToken = token
	if l.conn != nil {
		_ = l.conn.Send(tokenMessage(token))
	}
}

func tokenMessage(token string) *jsontext.Object {
	return jsontext.Message("token").Text("token", token)
}
