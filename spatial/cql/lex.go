package cql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	end kind = iota
	word
	quoted // "name"
	characters
	number
	sign // an operator or punctuation
)

// token is one piece of the text encoding.
type token struct {
	kind kind
	text string // of a quoted name or characters: what they mean
	at   int    // byte in the source
}

// is tells a keyword or sign, in any case.
func (t token) is(text string) bool {
	return (t.kind == word || t.kind == sign) && strings.EqualFold(t.text, text)
}

// lexer cuts the text encoding (OGC 21-065r2 annex B) into tokens.
type lexer struct {
	src string
	pos int
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !unicode.IsSpace(r) {
			break
		}
		l.pos += n
	}
	at := l.pos
	if at == len(l.src) {
		return token{kind: end, at: at}, nil
	}
	c := l.src[at]
	switch {
	case c == '\'':
		return l.characters()
	case c == '"':
		return l.quotedName()
	case isDigit(c) || c == '.' && at+1 < len(l.src) && isDigit(l.src[at+1]):
		return l.number(), nil
	case strings.IndexByte("(),=+-*/%^", c) >= 0:
		l.pos++
		return token{sign, l.src[at : at+1], at}, nil
	case c == '<' || c == '>':
		l.pos++
		// "<" ">" and "<" "=" are two terminals that may stand apart, but nobody
		// writes them so.
		if l.pos < len(l.src) && (l.src[l.pos] == '=' || c == '<' && l.src[l.pos] == '>') {
			l.pos++
		}
		return token{sign, l.src[at:l.pos], at}, nil
	}
	for l.pos < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !startsName(r) && (l.pos == at || !continuesName(r)) {
			break
		}
		l.pos += n
	}
	if l.pos == at {
		r, _ := utf8.DecodeRuneInString(l.src[at:])
		return token{}, &SyntaxError{Offset: at, Reason: "unexpected " + string(r)}
	}
	return token{word, l.src[at:l.pos], at}, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// characters reads a literal; ” and \' are a quote.
func (l *lexer) characters() (token, error) {
	at := l.pos
	var b strings.Builder
	for i := at + 1; i < len(l.src); i++ {
		c := l.src[i]
		pair := i+1 < len(l.src) && l.src[i+1] == '\''
		switch {
		case c == '\'' && !pair:
			l.pos = i + 1
			return token{characters, b.String(), at}, nil
		case (c == '\'' || c == '\\') && pair:
			b.WriteByte('\'')
			i++
		default:
			b.WriteByte(c)
		}
	}
	return token{}, &SyntaxError{Offset: at, Reason: "the text that begins here has no closing quote"}
}

func (l *lexer) quotedName() (token, error) {
	at := l.pos
	var b strings.Builder
	for i := at + 1; i < len(l.src); i++ {
		if l.src[i] != '"' {
			b.WriteByte(l.src[i])
			continue
		}
		if i+1 < len(l.src) && l.src[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		l.pos = i + 1
		return token{quoted, b.String(), at}, nil
	}
	return token{}, &SyntaxError{Offset: at, Reason: "the name that begins here has no closing quote"}
}

func (l *lexer) number() token {
	at := l.pos
	digits := func() {
		for l.pos < len(l.src) && isDigit(l.src[l.pos]) {
			l.pos++
		}
	}
	digits()
	if l.pos < len(l.src) && l.src[l.pos] == '.' {
		l.pos++
		digits()
	}
	if l.pos < len(l.src) && (l.src[l.pos] == 'e' || l.src[l.pos] == 'E') {
		mark := l.pos
		l.pos++
		if l.pos < len(l.src) && (l.src[l.pos] == '+' || l.src[l.pos] == '-') {
			l.pos++
		}
		if l.pos == len(l.src) || !isDigit(l.src[l.pos]) {
			l.pos = mark
		}
		digits()
	}
	return token{number, l.src[at:l.pos], at}
}

// startsName and continuesName are identifierStart and identifierPart.
func startsName(r rune) bool {
	if r < 0x80 {
		return r == ':' || r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	}
	switch {
	case r == 0xd7 || r == 0xf7 || r < 0xc0, r >= 0x300 && r <= 0x36f, r == 0x37e, r == utf8.RuneError:
		return false
	case r >= 0x2000 && r <= 0x206f:
		return r == 0x200c || r == 0x200d
	}
	return !unicode.IsSpace(r)
}

func continuesName(r rune) bool {
	return r == '.' || r >= '0' && r <= '9' || r == 0xb7 || r >= 0x300 && r <= 0x36f || r == 0x203f || r == 0x2040
}

// isName tells whether a property can stand without quotes.
func isName(s string) bool {
	for i, r := range s {
		if !startsName(r) && (i == 0 || !continuesName(r)) {
			return false
		}
	}
	return s != "" && !reserved(s)
}

// reserved words mean themselves wherever they stand.
func reserved(s string) bool {
	switch strings.ToLower(s) {
	case "and", "or", "not", "like", "between", "in", "is", "null", "true", "false", "div":
		return true
	}
	return false
}
