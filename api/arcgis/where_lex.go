package arcgis

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind tells tokens of a where clause apart.
type kind uint8

const (
	tokenEnd kind = iota
	tokenWord
	tokenQuoted // an identifier in double quotes
	tokenText   // in single quotes
	tokenNumber
	tokenSign
)

type token struct {
	kind kind
	text string // signs and words as they stand, texts without their quotes
	at   int    // byte
}

// is tells a sign, or a word in any case.
func (t token) is(text string) bool {
	return t.kind == tokenSign && t.text == text || t.kind == tokenWord && strings.EqualFold(t.text, text)
}

// lex splits a where clause; fault says where it stops being one.
func lex(src string) (tokens []token, fault string) {
	for at := 0; at < len(src); {
		r, size := utf8.DecodeRuneInString(src[at:])
		switch {
		case unicode.IsSpace(r):
			at += size
			continue
		case r == '\'' || r == '"':
			text, length, ok := quoted(src[at:])
			if !ok {
				return nil, "at character " + strconv.Itoa(at+1) + ": a quotation mark is not closed"
			}
			k := tokenText
			if r == '"' {
				k = tokenQuoted
			}
			tokens = append(tokens, token{k, text, at})
			at += length
			continue
		case isDigit(src[at]) || r == '.' && at+1 < len(src) && isDigit(src[at+1]):
			length := numberLength(src[at:])
			tokens = append(tokens, token{tokenNumber, src[at : at+length], at})
			at += length
			continue
		case r == '_' || unicode.IsLetter(r):
			length := strings.IndexFunc(src[at:], func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			if length < 0 {
				length = len(src) - at
			}
			tokens = append(tokens, token{tokenWord, src[at : at+length], at})
			at += length
			continue
		}
		sign := src[at : at+1]
		if at+1 < len(src) && strings.Contains(" <> <= >= != ", " "+src[at:at+2]+" ") {
			sign = src[at : at+2]
		}
		if !strings.Contains("()=<>,-+ <> <= >= !=", sign) {
			return nil, "at character " + strconv.Itoa(at+1) + ": there is no such sign"
		}
		tokens = append(tokens, token{tokenSign, sign, at})
		at += len(sign)
	}
	return append(tokens, token{kind: tokenEnd, at: len(src)}), ""
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// quoted reads up to the closing mark; a doubled one stands for itself.
func quoted(src string) (text string, length int, ok bool) {
	mark := src[:1]
	var b strings.Builder
	for at := 1; ; {
		i := strings.Index(src[at:], mark)
		if i < 0 {
			return "", 0, false
		}
		b.WriteString(src[at : at+i])
		at += i + 1
		if at >= len(src) || src[at] != mark[0] {
			return b.String(), at, true
		}
		b.WriteString(mark)
		at++
	}
}

func numberLength(src string) int {
	at := 0
	digits := func() {
		for at < len(src) && isDigit(src[at]) {
			at++
		}
	}
	digits()
	if at < len(src) && src[at] == '.' {
		at++
		digits()
	}
	if at+1 < len(src) && (src[at] == 'e' || src[at] == 'E') {
		rest := strings.TrimLeft(src[at+1:], "+-")
		if len(src)-at-1-len(rest) <= 1 && rest != "" && isDigit(rest[0]) {
			at = len(src) - len(rest)
			digits()
		}
	}
	return at
}
