package sheets

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"gisd/spatial"
)

// maxSheet bounds a QML or SLD document, maxDepth its nesting.
const (
	maxSheet = 8 << 20
	maxNodes = 200_000
	maxDepth = 64
)

// node is an element of a QML or SLD document. Names are without namespaces:
// SLD 1.0 and 1.1 differ in them and in little else that is read here.
type node struct {
	name     string
	attrs    map[string]string
	text     string
	children []*node
}

// readNodes parses a document; entities other than XML's own, and DTDs, are not
// looked at.
func readNodes(b []byte) (*node, error) {
	bad := func(reason string) error {
		return spatial.Invalid("styles: read", "The style is no XML that can be read: "+reason+".")
	}
	if len(b) > maxSheet {
		return nil, bad("it is larger than 8 MiB")
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	root := &node{}
	stack := []*node{root}
	count := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bad(err.Error())
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if count++; count > maxNodes || len(stack) > maxDepth {
				return nil, bad("it has too many elements")
			}
			n := &node{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(t)
		}
	}
	if len(root.children) == 0 {
		return nil, bad("it is empty")
	}
	return root.children[0], nil
}

// child is the first child of that name, or an empty node: paths need no
// checks on the way.
func (n *node) child(names ...string) *node {
	at := n
	for _, name := range names {
		next := &node{}
		for _, c := range at.children {
			if c.name == name {
				next = c
				break
			}
		}
		at = next
	}
	return at
}

func (n *node) all(name string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.name == name {
			list = append(list, c)
		}
	}
	return list
}

// find collects every element of that name below n.
func (n *node) find(name string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.name == name {
			list = append(list, c)
		}
		list = append(list, c.find(name)...)
	}
	return list
}

func (n *node) content() string { return strings.TrimSpace(n.text) }

// short writes a number without needless digits.
func short(v float64) string { return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64) }

// atof is 0 for what is no finite number.
func atof(s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	return v
}

// scaleAtZoom0 is the scale denominator of MapLibre's zoom 0, whose one tile is
// 512 pixels of 0.28 mm, at the equator.
const scaleAtZoom0 = 279541132.014358

func scaleOf(zoom float64) float64 { return scaleAtZoom0 / math.Exp2(zoom) }

// zoomOf rounds to a hundredth, which gives back what scaleOf was given.
func zoomOf(scale float64) float64 {
	if scale <= 0 {
		return 0
	}
	return min(max(math.Round(100*math.Log2(scaleAtZoom0/scale))/100, 0), 24)
}

// xmlText escapes for content and attributes.
func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
