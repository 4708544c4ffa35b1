package yaml

import (
	"regexp"
	"strings"
	"testing"
)

func TestFloatsMatchTheOriginalExpressions(t *testing.T) {
	float := regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	base60 := regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`)
	const alphabet = "-+.e:_7x"
	var try func(text string, left int)
	try = func(text string, left int) {
		if got, want := isYAMLStyleFloat(text), float.MatchString(text); got != want {
			t.Errorf("float %q: got %v, want %v", text, got, want)
		}
		for _, s := range []string{text, strings.ReplaceAll(text, "7", "17")} {
			if got, want := isBase60Text(s), base60.MatchString(s); got != want {
				t.Errorf("base 60 %q: got %v, want %v", s, got, want)
			}
		}
		if left == 0 {
			return
		}
		for _, r := range alphabet {
			try(text+string(r), left-1)
		}
	}
	try("", 6)
}
