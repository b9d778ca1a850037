package crs

import (
	"errors"
	"strconv"
	"strings"
)

// Bounds on what parseWKT reads; real definitions stay below 8 kB, depth 8.
const (
	maxWKTBytes = 64 << 10
	maxWKTDepth = 24
	maxWKTNodes = 4096
)

// wktNode is KEYWORD[value, …]: children are nodes, the other values stand in
// args in their order.
type wktNode struct {
	keyword  string // upper case
	args     []wktValue
	children []*wktNode
}

// wktValue is a quoted text, a number or a bare word.
type wktValue struct {
	text   string
	number float64
	isNum  bool
}

var (
	errWKTSize   = errors.New("the definition is longer than 64 KiB, deeper than 24 or of more than 4096 parts")
	errWKTSyntax = errors.New("the text is not well-known text")
)

// wktParser reads well-known text of any dialect: brackets may be round, texts
// double their quotes, a byte order mark may stand first.
type wktParser struct {
	s     string
	at    int
	nodes int
}

func parseWKT(s string) (*wktNode, error) {
	s = strings.TrimPrefix(s, "\ufeff")
	if len(s) > maxWKTBytes {
		return nil, errWKTSize
	}
	p := &wktParser{s: s}
	p.space()
	word := p.word()
	if word == "" || !p.opens() {
		return nil, errWKTSyntax
	}
	n, err := p.node(word, 1)
	if err != nil {
		return nil, err
	}
	if err := p.heights(); err != nil {
		return nil, err
	}
	p.space()
	if strings.Trim(p.s[p.at:], "\x00 \t\r\n;") != "" {
		return nil, errWKTSyntax
	}
	return n, nil
}

// heights skips a vertical system behind the horizontal one, with or without a
// comma: ESRI writes a compound system as one text after the other.
func (p *wktParser) heights() error {
	begin := p.at
	if p.space(); p.at < len(p.s) && p.s[p.at] == ',' {
		p.at++
	}
	p.space()
	switch word := strings.ToUpper(p.word()); word {
	case "VERTCS", "VERT_CS", "VERTCRS", "VERTICALCRS":
		if !p.opens() {
			return errWKTSyntax
		}
		_, err := p.node(word, 1)
		return err
	}
	p.at = begin
	return nil
}

// node reads from the opening bracket to the closing one.
func (p *wktParser) node(keyword string, depth int) (*wktNode, error) {
	if p.nodes++; depth > maxWKTDepth || p.nodes > maxWKTNodes {
		return nil, errWKTSize
	}
	closing := byte(']')
	if p.s[p.at] == '(' {
		closing = ')'
	}
	p.at++
	n := &wktNode{keyword: strings.ToUpper(keyword)}
	for {
		if err := p.element(n, depth); err != nil {
			return nil, err
		}
		p.space()
		if p.at >= len(p.s) {
			return nil, errWKTSyntax
		}
		c := p.s[p.at]
		p.at++
		if c == closing {
			return n, nil
		}
		if c != ',' {
			return nil, errWKTSyntax
		}
	}
}

// element reads one value or child into n.
func (p *wktParser) element(n *wktNode, depth int) error {
	p.space()
	if p.at >= len(p.s) {
		return errWKTSyntax
	}
	if p.nodes++; p.nodes > maxWKTNodes {
		return errWKTSize
	}
	if p.s[p.at] == '"' {
		text, ok := p.quoted()
		if !ok {
			return errWKTSyntax
		}
		n.args = append(n.args, wktValue{text: text})
		return nil
	}
	word := p.word()
	if word == "" {
		return errWKTSyntax
	}
	if p.opens() {
		child, err := p.node(word, depth+1)
		if err != nil {
			return err
		}
		n.children = append(n.children, child)
		return nil
	}
	v := wktValue{text: word}
	if f, err := strconv.ParseFloat(word, 64); err == nil && f-f == 0 {
		v.number, v.isNum = f, true
	}
	n.args = append(n.args, v)
	return nil
}

func (p *wktParser) space() {
	for p.at < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.at]) >= 0 {
		p.at++
	}
}

// opens skips blanks and reports whether a bracket opens.
func (p *wktParser) opens() bool {
	p.space()
	return p.at < len(p.s) && (p.s[p.at] == '[' || p.s[p.at] == '(')
}

func (p *wktParser) word() string {
	start := p.at
	for p.at < len(p.s) && strings.IndexByte("[](), \t\r\n\"", p.s[p.at]) < 0 {
		p.at++
	}
	return p.s[start:p.at]
}

func (p *wktParser) quoted() (string, bool) {
	var b strings.Builder
	for p.at++; p.at < len(p.s); p.at++ {
		if p.s[p.at] != '"' {
			b.WriteByte(p.s[p.at])
			continue
		}
		p.at++
		if p.at >= len(p.s) || p.s[p.at] != '"' {
			return b.String(), true
		}
		b.WriteByte('"')
	}
	return "", false
}

// child returns the first child with one of the keywords, or nil.
func (n *wktNode) child(keywords ...string) *wktNode {
	if n == nil {
		return nil
	}
	for _, k := range keywords {
		for _, c := range n.children {
			if c.keyword == k {
				return c
			}
		}
	}
	return nil
}

// name is the first text argument.
func (n *wktNode) name() string {
	if n == nil || len(n.args) == 0 {
		return ""
	}
	return n.args[0].text
}

// number is the i-th argument if it is a number.
func (n *wktNode) number(i int) (float64, bool) {
	if n == nil || i >= len(n.args) || !n.args[i].isNum {
		return 0, false
	}
	return n.args[i].number, true
}
