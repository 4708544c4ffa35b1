package mask

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// minEncoded is the length from which on a value's encodings are masked too: those of shorter ones are too common.
	minEncoded = 6
	// minLine is the length from which on each line of a value of several is masked by itself.
	minLine = 8
)

// forms lists how a value may be printed: as it stands, line by line, and as the encodings that tools put it in.
func forms(value string) []string {
	found := []string{value}
	if len(value) < minEncoded {
		return found
	}
	for line := range strings.Lines(value) {
		// What a key's first and last line say is no secret.
		line = strings.TrimSpace(line)
		if len(line) >= minLine && !strings.HasPrefix(line, "-----") {
			found = append(found, line)
		}
	}
	digits := hex.EncodeToString([]byte(value))
	found = append(found, digits, strings.ToUpper(digits), escapeJSON(value, false), escapeJSON(value, true))
	found = append(found, escapeURL(value)...)
	return append(found, base64Forms(value)...)
}

// escapeJSON is the inside of a JSON string.
func escapeJSON(value string, isASCII bool) string {
	const digits = "0123456789abcdef"
	short := map[rune]byte{'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f'}
	text := []byte{}
	unit := func(r rune) {
		text = append(text, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
	}
	for _, r := range value {
		switch letter, isShort := short[r]; {
		case isShort:
			text = append(text, '\\', letter)
		case r < 0x20:
			unit(r)
		case r >= 0x10000 && isASCII:
			high, low := utf16.EncodeRune(r)
			unit(high)
			unit(low)
		case r >= 0x7f && isASCII:
			unit(r)
		default:
			text = utf8.AppendRune(text, r)
		}
	}
	return string(text)
}

// escapeURL lists a value's forms in an address: tools differ in what they leave alone, in the case of digits, and a
// form's space is "+".
func escapeURL(value string) []string {
	const upper, unreserved = "0123456789ABCDEF", "-_.~"
	found := []string{}
	for _, digits := range []string{upper, "0123456789abcdef"} {
		strict := percent(value, unreserved, digits)
		found = append(found, strict, strings.ReplaceAll(strict, "%20", "+"))
	}
	for _, more := range []string{"/", "!'()*", "$&+=:@", "!'()*;/?:@&=+$,#"} {
		found = append(found, percent(value, unreserved+more, upper))
	}
	return found
}

func percent(value, alone, digits string) string {
	text := []byte{}
	for _, c := range []byte(value) {
		isPlain := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(alone, c) >= 0
		if isPlain {
			text = append(text, c)
		} else {
			text = append(text, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(text)
}

// base64Forms lists what a value becomes at each of the three places where it can begin in a group: the letters that
// depend on nothing else, and what stands there when the text ends with it, with and without padding.
func base64Forms(value string) []string {
	found := []string{}
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for before := range 3 {
			whole := alphabet.EncodeToString([]byte("\x00\x00"[:before] + value))
			from := (8*before + 5) / 6
			to := 8 * (before + len(value)) / 6
			found = append(found, whole[from:to], whole[from:], strings.TrimRight(whole[from:], "="))
		}
	}
	return found
}
