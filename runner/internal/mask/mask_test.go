package mask

import (
	"strings"
	"testing"
)

func TestEveryCutGivesTheSame(t *testing.T) {
	secrets := New([]string{"secret", "secret-longer", "abab", "x", "tail"})
	for text, want := range map[string]string{
		"":                            "",
		"nothing here":                "nothing here",
		"a secret b":                  "a *** b",
		"secretsecret":                "******",
		"secret-longer":               "***",
		"secret-long":                 "***-long",
		"secre":                       "secre",
		"secsecret":                   "sec***",
		"ababab":                      "***ab",
		"x marks":                     "x marks",
		"tai":                         "tai",
		"at the tail":                 "at the ***",
		"line secret\nsecret-longer.": "line ***\n***.",
	} {
		for first := 0; first <= len(text); first++ {
			for second := first; second <= len(text); second++ {
				stream := secrets.NewStream()
				got := string(stream.Write([]byte(text[:first])))
				got += string(stream.Write([]byte(text[first:second])))
				got += string(stream.Write([]byte(text[second:])))
				got += string(stream.Flush())
				if got != want {
					t.Errorf("%q cut at %d and %d: got %q, want %q", text, first, second, got, want)
				}
			}
		}
	}
}

func TestOnlyAPossiblePrefixIsHeld(t *testing.T) {
	stream := New([]string{"secret"}).NewStream()
	if got := string(stream.Write([]byte("line\nsec"))); got != "line\n" || stream.Held() != 3 {
		t.Errorf("got %q, want the line", got)
	}
	if got := string(stream.Write([]byte("ond\n"))); got != "second\n" || stream.Held() != 0 {
		t.Errorf("got %q, want the rest", got)
	}
}

func TestNoSecretsCostNothing(t *testing.T) {
	stream := New([]string{"abc", ""}).NewStream()
	chunk := []byte("abc")
	if got := stream.Write(chunk); &got[0] != &chunk[0] {
		t.Errorf("the chunk was copied")
	}
}

func FuzzStream(f *testing.F) {
	f.Add("some secret text", "secret", "text", uint8(7))
	f.Fuzz(func(t *testing.T, text, one, two string, cut uint8) {
		secrets := New([]string{one, two})
		at := min(int(cut), len(text))
		stream := secrets.NewStream()
		got := string(stream.Write([]byte(text[:at])))
		got += string(stream.Write([]byte(text[at:])))
		got += string(stream.Flush())
		if want := secrets.Text(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, secret := range []string{one, two} {
			if len(secret) >= MinLength && !strings.Contains(secret, "*") && strings.Contains(text, secret) && strings.Count(got, secret) > 0 && !strings.Contains(got, "*") {
				t.Errorf("%q is still in %q", secret, got)
			}
		}
	})
}
