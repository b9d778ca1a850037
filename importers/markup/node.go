package markup

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
)

// Node is an element held as a whole.
type Node struct {
	Name     string
	Text     []byte // without its children's
	Children []*Node
}

// Node reads the element that was entered last, and returns past its end. Each
// element takes one of budget; the document is too large where none is left.
func (r *Reader) Node(e Element, budget *int) (*Node, error) {
	if *budget--; *budget < 0 {
		return nil, fmt.Errorf("%w: one feature of too many elements", ErrTooLarge)
	}
	n := &Node{Name: e.Name}
	for {
		t, err := r.token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.CharData:
			n.Text = append(n.Text, t...)
		case xml.StartElement:
			child, err := r.Node(Element{Name: t.Name.Local}, budget)
			if err != nil {
				return nil, err
			}
			n.Children = append(n.Children, child)
		case xml.EndElement:
			n.Text = bytes.TrimSpace(n.Text)
			return n, nil
		}
	}
}

// AppendJSON appends what the nodes hold as an object: one of a name as a value,
// several as an array in the place of the first. What reads as a JSON number is
// one.
func AppendJSON(dst []byte, nodes []*Node) []byte {
	dst = append(dst, '{')
	byName := map[string][]*Node{}
	for _, n := range nodes {
		byName[n.Name] = append(byName[n.Name], n)
	}
	for _, n := range nodes {
		same := byName[n.Name]
		if same == nil {
			continue
		}
		delete(byName, n.Name)
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, n.Name), ':')
		if len(same) == 1 {
			dst = n.appendValue(dst)
			continue
		}
		for i, s := range same {
			dst = s.appendValue(append(dst, "[,"[min(i, 1)]))
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func (n *Node) appendValue(dst []byte) []byte {
	switch {
	case len(n.Children) > 0:
		return AppendJSON(dst, n.Children)
	case isNumber(n.Text):
		return append(dst, n.Text...)
	}
	return appendJSONString(dst, string(n.Text))
}

// isNumber leaves alone what would change as a number: a code with zeros in
// front, an id of many digits.
func isNumber(b []byte) bool {
	if len(b) == 0 || len(b) > 15 || !json.Valid(b) {
		return false
	}
	_, err := strconv.ParseFloat(string(b), 64)
	return err == nil
}

func appendJSONString(dst []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // a string has none
		return append(dst, `""`...)
	}
	return append(dst, quoted...)
}
