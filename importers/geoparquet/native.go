package geoparquet

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// native reads the geometry encodings of GeoArrow, which GeoParquet 1.1 names
// point, linestring, polygon, multipoint, multilinestring and multipolygon:
//
//	point               struct x, y, or list of 2 to 4 doubles
//	linestring          list of those
//	polygon             list of lists
//	multipolygon        list of lists of lists
type native struct {
	kind uint32
	dims spatial.Dimensions
	dst  []byte
	over bool
}

func kindOf(encoding string) uint32 {
	switch encoding {
	case "point":
		return wkb.Point
	case "linestring":
		return wkb.LineString
	case "polygon":
		return wkb.Polygon
	case "multipoint":
		return wkb.MultiPoint
	case "multilinestring":
		return wkb.MultiLineString
	case "multipolygon":
		return wkb.MultiPolygon
	}
	return 0
}

// newNative checks that the column is built as its encoding says.
func newNative(encoding string, n *node) (*native, error) {
	g := &native{kind: kindOf(encoding)}
	bad := fmt.Errorf("geometry column %s is not built as encoding %s says", n.name, encoding)
	depth := map[uint32]int{wkb.Point: 0, wkb.LineString: 1, wkb.MultiPoint: 1, wkb.Polygon: 2, wkb.MultiLineString: 2, wkb.MultiPolygon: 3}[g.kind]
	for range depth {
		if n.form != formList {
			return nil, bad
		}
		n = n.children[0]
	}
	for _, l := range n.leaves {
		if l.meaning.sort != sortFloat {
			return nil, bad
		}
	}
	switch n.form {
	case formStruct:
		names := ""
		for _, c := range n.children {
			names += strings.ToLower(c.name)
			if c.form != formLeaf {
				return nil, bad
			}
		}
		switch names {
		case "xy", "xyz", "xym", "xyzm":
			g.dims = spatial.Dimensions(strings.ToUpper(names))
			return g, nil
		}
	case formList:
		if n.children[0].form == formLeaf {
			g.dims = spatial.XY
			if name := strings.ToUpper(n.children[0].name); name == "XYZ" || name == "XYM" || name == "XYZM" {
				g.dims = spatial.Dimensions(name)
			}
			return g, nil
		}
	}
	return nil, bad
}

// record takes a row's geometry; nil for null.
func (g *native) record(n *node) ([]byte, error) {
	g.dst, g.over = g.dst[:0], false
	present, entry, err := n.there()
	if err != nil || !present {
		return nil, err
	}
	if err := g.body(g.kind, n, entry); err != nil {
		return nil, err
	}
	return g.dst, nil
}

// body writes a geometry that is there; entry says whether it has parts.
func (g *native) body(kind uint32, n *node, entry bool) error {
	if len(g.dst) > maxNested {
		g.over, g.dst = true, g.dst[:0]
	}
	g.dst = wkb.AppendHeader(g.dst, kind, g.dims)
	switch kind {
	case wkb.Point:
		return g.position(n, entry)
	case wkb.LineString:
		return g.list(n, entry, g.position)
	case wkb.Polygon:
		return g.list(n, entry, func(ring *node, entry bool) error { return g.list(ring, entry, g.position) })
	}
	return g.list(n, entry, func(part *node, entry bool) error { return g.body(kind-3, part, entry) })
}

// list writes the count of what item writes.
func (g *native) list(n *node, entry bool, item func(n *node, entry bool) error) error {
	at, count := len(g.dst), 0
	g.dst = wkb.AppendCount(g.dst, 0)
	if entry {
		child := n.children[0]
		err := n.each(func() error {
			count++
			present, entry, err := child.there()
			if err != nil {
				return err
			}
			if !present {
				return errors.New("a part of a geometry is null")
			}
			return item(child, entry)
		})
		if err != nil {
			return err
		}
	}
	if !g.over {
		wkb.SetCount(g.dst, at, count)
	}
	return nil
}

func (g *native) position(n *node, entry bool) error {
	if len(g.dst) > maxNested {
		g.over, g.dst = true, g.dst[:0]
	}
	stride, written := wkb.Stride(g.dims), 0
	ordinate := func(l *leaf) error {
		present, err := l.take()
		if err != nil {
			return err
		}
		v := math.NaN()
		if present {
			v = l.number()
		}
		if written < stride {
			g.dst = wkb.AppendFloat(g.dst, v)
		}
		written++
		return nil
	}
	if n.form == formStruct {
		for _, l := range n.leaves {
			if err := ordinate(l); err != nil {
				return err
			}
		}
		return nil
	}
	if entry {
		if err := n.each(func() error { return ordinate(n.leaves[0]) }); err != nil {
			return err
		}
	}
	for ; written < stride; written++ {
		g.dst = wkb.AppendFloat(g.dst, math.NaN())
	}
	return nil
}
