// Package yaml is the part of our own in the YAML package that is built for servers: functions in place of its two regular
// expressions. scripts/lean-yaml.mjs puts it there and says why.
package yaml

// isYAMLStyleFloat matches ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
func isYAMLStyleFloat(s string) bool {
	s = afterSign(s)
	whole := countDigits(s)
	s = s[whole:]
	if len(s) > 0 && s[0] == '.' {
		fraction := countDigits(s[1:])
		if whole == 0 && fraction == 0 {
			return false
		}
		s = s[1+fraction:]
	} else if whole == 0 {
		return false
	}
	if len(s) == 0 {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = afterSign(s[1:])
	return len(s) > 0 && countDigits(s) == len(s)
}

// isBase60Text matches ^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$
func isBase60Text(s string) bool {
	s = afterSign(s)
	if countDigits(s) == 0 {
		return false
	}
	s = s[countDigitsOrUnderscores(s):]
	groups := 0
	for len(s) > 1 && s[0] == ':' {
		n := countDigits(s[1:])
		if n == 0 || n > 2 || (n == 2 && s[1] > '5') {
			return false
		}
		s = s[1+n:]
		groups++
	}
	if groups == 0 {
		return false
	}
	return len(s) == 0 || (s[0] == '.' && countDigitsOrUnderscores(s[1:]) == len(s)-1)
}

func afterSign(s string) string {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		return s[1:]
	}
	return s
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func countDigitsOrUnderscores(s string) int {
	n := 0
	for n < len(s) && (s[n] == '_' || (s[n] >= '0' && s[n] <= '9')) {
		n++
	}
	return n
}
