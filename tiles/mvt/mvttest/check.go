package mvttest

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Layer is a decoded layer.
type Layer struct {
	Name     string
	Version  int
	Extent   int
	Features []Feature
}

// Feature is a decoded feature; Parts are its points, lines or rings, a ring
// without its closing point. Properties hold string, float32, float64, int64,
// uint64 and bool.
type Feature struct {
	ID         uint64
	Type       GeomType
	Parts      [][]Position
	Properties map[string]any
}

// Position is x, y in tile units.
type Position [2]int64

// GeomType is Tile.GeomType.
type GeomType uint64

// The geometry types of MVT 2.1 §4.3.4.
const (
	Unknown GeomType = iota
	Point
	LineString
	Polygon
)

// Check decodes a tile of version 1 or 2 and returns its first fault: one of
// the wire format, or a rule of MVT 2.1 §4 that a reader may rely on. Rings
// must be wound and have an area; whether they cross themselves is not looked
// at.
func Check(tile []byte) ([]Layer, error) {
	var layers []Layer
	seen := map[string]bool{}
	err := fields(tile, func(n protowire.Number, v value) error {
		if n != 3 || v.typ != protowire.BytesType {
			return fmt.Errorf("tile has field %d of wire type %d", n, v.typ)
		}
		l, err := checkLayer(v.bytes)
		if err != nil {
			return fmt.Errorf("layer %q: %w", l.Name, err)
		}
		if seen[l.Name] {
			return fmt.Errorf("layer %q twice (§4.1)", l.Name)
		}
		seen[l.Name] = true
		layers = append(layers, l)
		return nil
	})
	return layers, err
}

type value struct {
	typ   protowire.Type
	n     uint64
	bytes []byte
}

func fields(b []byte, each func(protowire.Number, value) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		v := value{typ: typ}
		switch typ {
		case protowire.VarintType:
			v.n, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			v.bytes, n = protowire.ConsumeBytes(b)
		case protowire.Fixed32Type:
			var f uint32
			f, n = protowire.ConsumeFixed32(b)
			v.n = uint64(f)
		case protowire.Fixed64Type:
			v.n, n = protowire.ConsumeFixed64(b)
		default:
			return fmt.Errorf("wire type %d", typ)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if err := each(num, v); err != nil {
			return err
		}
	}
	return nil
}

// want fails where a field does not have the wire type of the specification.
func want(v value, typ protowire.Type, name string) error {
	if v.typ != typ {
		return fmt.Errorf("%s has wire type %d", name, v.typ)
	}
	return nil
}

func checkLayer(b []byte) (Layer, error) {
	l := Layer{Extent: 4096}
	var keys []string
	var values []any
	var features [][]byte
	names := 0
	err := fields(b, func(n protowire.Number, v value) error {
		switch n {
		case 1:
			names++
			l.Name = string(v.bytes)
			return want(v, protowire.BytesType, "name")
		case 2:
			features = append(features, v.bytes)
			return want(v, protowire.BytesType, "feature")
		case 3:
			keys = append(keys, string(v.bytes))
			return want(v, protowire.BytesType, "key")
		case 4:
			if err := want(v, protowire.BytesType, "value"); err != nil {
				return err
			}
			val, err := checkValue(v.bytes)
			values = append(values, val)
			return err
		case 5:
			l.Extent = int(v.n)
			return want(v, protowire.VarintType, "extent")
		case 15:
			l.Version = int(v.n)
			return want(v, protowire.VarintType, "version")
		}
		return fmt.Errorf("unknown field %d", n)
	})
	switch {
	case err != nil:
		return l, err
	case names != 1:
		return l, fmt.Errorf("%d names (§4.1)", names)
	case l.Version != 1 && l.Version != 2:
		return l, fmt.Errorf("version %d (§4.1)", l.Version)
	}
	for i, f := range features {
		feature, err := checkFeature(f, keys, values)
		if err != nil {
			return l, fmt.Errorf("feature %d: %w", i, err)
		}
		l.Features = append(l.Features, feature)
	}
	return l, nil
}

func checkValue(b []byte) (out any, err error) {
	count := 0
	err = fields(b, func(n protowire.Number, v value) error {
		count++
		var typ protowire.Type
		switch n {
		case 1:
			typ, out = protowire.BytesType, string(v.bytes)
		case 2:
			typ, out = protowire.Fixed32Type, math.Float32frombits(uint32(v.n))
		case 3:
			typ, out = protowire.Fixed64Type, math.Float64frombits(v.n)
		case 4:
			typ, out = protowire.VarintType, int64(v.n)
		case 5:
			typ, out = protowire.VarintType, v.n
		case 6:
			typ, out = protowire.VarintType, protowire.DecodeZigZag(v.n)
		case 7:
			typ, out = protowire.VarintType, v.n != 0
		default:
			return fmt.Errorf("unknown value type %d", n)
		}
		return want(v, typ, "value")
	})
	if err == nil && count != 1 {
		err = fmt.Errorf("a value of %d kinds (§4.4)", count)
	}
	return out, err
}
