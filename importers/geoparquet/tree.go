package geoparquet

import (
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// maxDepth is of types within types.
const maxDepth = 40

// form is how a node is made up of others.
type form uint8

const (
	formLeaf form = iota
	formStruct
	formList // children[0] is the element
	formMap  // children are key and value
)

// node is a part of the file's schema with its levels, from which rows are put
// together again (Dremel; Parquet NestedEncoding).
type node struct {
	name     string
	form     form
	def      int16 // level from which on the node itself is there
	entryDef int16 // level from which on a list has an entry
	rep      int16 // level that a further entry of a list carries
	children []*node
	leaves   []*leaf // all below, in order; those of a leaf are itself
}

type builder struct {
	schema *schema.Schema
	leaves int
}

// buildTree returns the top-level columns.
func buildTree(s *schema.Schema) ([]*node, error) {
	b := builder{schema: s}
	root := s.Root()
	top := make([]*node, 0, root.NumFields())
	for i := range root.NumFields() {
		n, err := b.node(root.Field(i), 0, 0, 0)
		if err != nil {
			return nil, err
		}
		top = append(top, n)
	}
	return top, nil
}

func (b *builder) node(n schema.Node, def, rep int16, depth int) (*node, error) {
	switch n.RepetitionType() {
	case parquet.Repetitions.Optional:
		return b.body(n, def+1, rep, depth)
	case parquet.Repetitions.Repeated: // a list without a group around it
		element, err := b.body(n, def+1, rep+1, depth)
		return list(n.Name(), def, rep, element), err
	}
	return b.body(n, def, rep, depth)
}

func list(name string, def, rep int16, element *node) *node {
	if element == nil {
		return nil
	}
	return &node{name: name, form: formList, def: def, entryDef: def + 1, rep: rep + 1, children: []*node{element}, leaves: element.leaves}
}

// body is the node without its own repetition.
func (b *builder) body(n schema.Node, def, rep int16, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("column %s is nested deeper than %d", n.Path(), maxDepth)
	}
	g, group := n.(*schema.GroupNode)
	if !group {
		if b.leaves >= b.schema.NumColumns() {
			return nil, errShort
		}
		l := newLeaf(b.leaves, b.schema.Column(b.leaves))
		b.leaves++
		return &node{name: n.Name(), form: formLeaf, def: def, leaves: []*leaf{l}}, nil
	}
	if g.NumFields() == 0 {
		return nil, fmt.Errorf("column %s has no parts", n.Path())
	}
	if inner, ok := g.Field(0).(*schema.GroupNode); g.NumFields() == 1 && g.Field(0).RepetitionType() == parquet.Repetitions.Repeated {
		switch {
		case ok && isMap(g) && inner.NumFields() == 2:
			pair, err := b.fields(inner, def+1, rep+1, depth)
			if err != nil {
				return nil, err
			}
			pair.name, pair.form, pair.def, pair.entryDef, pair.rep = n.Name(), formMap, def, def+1, rep+1
			return pair, nil
		case ok && inner.NumFields() == 1 && inner.Name() != "array" && inner.Name() != n.Name()+"_tuple" && isList(g):
			element, err := b.node(inner.Field(0), def+1, rep+1, depth+1)
			return list(n.Name(), def, rep, element), err
		case isList(g): // the repeated node is the element itself
			element, err := b.body(g.Field(0), def+1, rep+1, depth+1)
			return list(n.Name(), def, rep, element), err
		}
	}
	return b.fields(g, def, rep, depth)
}

func (b *builder) fields(g *schema.GroupNode, def, rep int16, depth int) (*node, error) {
	out := &node{name: g.Name(), form: formStruct, def: def}
	for i := range g.NumFields() {
		c, err := b.node(g.Field(i), def, rep, depth+1)
		if err != nil {
			return nil, err
		}
		out.children = append(out.children, c)
		out.leaves = append(out.leaves, c.leaves...)
	}
	return out, nil
}

func isList(g *schema.GroupNode) bool {
	switch g.LogicalType().(type) {
	case schema.ListLogicalType, *schema.ListLogicalType:
		return true
	}
	return g.ConvertedType() == schema.ConvertedTypes.List
}

func isMap(g *schema.GroupNode) bool {
	switch g.LogicalType().(type) {
	case schema.MapLogicalType, *schema.MapLogicalType:
		return true
	}
	return g.ConvertedType() == schema.ConvertedTypes.Map || g.ConvertedType() == schema.ConvertedTypes.MapKeyValue
}

// there looks at what comes next: whether the node is there, and, of a list,
// whether it has an entry. What is not there is taken.
func (n *node) there() (present, entry bool, err error) {
	def, _, ok, err := n.leaves[0].peek()
	if err != nil {
		return false, false, err
	}
	if !ok {
		return false, false, fmt.Errorf("column %s: %w", n.leaves[0].name, errShort)
	}
	present = def >= n.def
	entry = present && (n.form != formList && n.form != formMap || def >= n.entryDef)
	if entry {
		return present, entry, nil
	}
	for _, l := range n.leaves {
		if _, err := l.take(); err != nil {
			return false, false, err
		}
	}
	return present, false, nil
}

// each visits the entries of a list that has some.
func (n *node) each(visit func() error) error {
	for {
		if err := visit(); err != nil {
			return err
		}
		_, rep, ok, err := n.leaves[0].peek()
		if err != nil {
			return err
		}
		if !ok || rep != n.rep {
			return nil
		}
	}
}
