package mask

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// cuts writes a text in two parts at every place and returns what differs from want.
func cuts(t *testing.T, secrets *Mask, text, want string) {
	t.Helper()
	for at := 0; at <= len(text); at++ {
		stream := secrets.NewStream()
		got := string(stream.Write([]byte(text[:at])))
		got += string(stream.Write([]byte(text[at:])))
		got += string(stream.Flush())
		if got != want {
			t.Fatalf("%q cut at %d: got %q, want %q", text, at, got, want)
		}
	}
}

func TestEncodingsAreMasked(t *testing.T) {
	const secret = "pä\"ss w/rd+\n~1"
	secrets := New([]string{secret})
	asText, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	digits := hex.EncodeToString([]byte(secret))
	for _, form := range []string{
		secret, string(asText[1 : len(asText)-1]), `p\u00e4\"ss w/rd+\n~1`, url.QueryEscape(secret), url.PathEscape(secret),
		strings.ToLower(url.QueryEscape(secret)), digits, strings.ToUpper(digits),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawStdEncoding.EncodeToString([]byte(secret)),
		base64.URLEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	} {
		cuts(t, secrets, "<"+form+">", "<***>")
	}
}

func TestBase64IsMaskedWhereverItBegins(t *testing.T) {
	const secret = "S3cret-value/?>>>"
	secrets := New([]string{secret})
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 6 {
			for behind := range 6 {
				text := encoding.EncodeToString([]byte("user:x"[:before] + secret + "\n/path"[:behind]))
				got := secrets.Text(text)
				// What is left holds what stands around the value and less than a byte of it at either end.
				left := len(text) - len(strings.ReplaceAll(got, "***", ""))
				if !strings.Contains(got, "***") || left < len(secret)*4/3-3 {
					t.Errorf("%d bytes in front, %d behind: got %q of %q", before, behind, got, text)
				}
			}
		}
	}
}

func TestEachLineOfAKeyIsMasked(t *testing.T) {
	secrets := New([]string{"-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"})
	cuts(t, secrets, "1: MIIEvQIBADANBg\r\n2: kqhkiG9w0BAQEF\r\n", "1: ***\r\n2: ***\r\n")
	cuts(t, secrets, "a\n-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n", "a\n***")
}

func TestAValueWithinALongerOneDoesNotBreakIt(t *testing.T) {
	cuts(t, New([]string{"abcdefgh", "cdef"}), "abcdefgh abcdefg", "*** ab***g")
}

func TestShortValuesAreMaskedAsTheyStandOnly(t *testing.T) {
	cuts(t, New([]string{"abcd"}), "abcd 61626364", "*** 61626364")
}

func TestAValueMayComeWhileAStreamIsInUse(t *testing.T) {
	secrets := New(nil)
	stream := secrets.NewStream()
	got := string(stream.Write([]byte("one token-1 ")))
	secrets.Add("first secret")
	got += string(stream.Write([]byte("first secret fir")))
	secrets.Renew("token-1")
	secrets.Add("first-other")
	got += string(stream.Write([]byte("st-other token-1 ")))
	for _, token := range []string{"token-2", "token-3", "token-4"} {
		secrets.Renew(token)
	}
	got += string(stream.Write([]byte("token-1 token-4"))) + string(stream.Flush())
	if want := "one token-1 *** *** *** token-1 ***"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
