package mvttest

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

func checkFeature(b []byte, keys []string, values []any) (Feature, error) {
	f := Feature{Properties: map[string]any{}}
	var tags, geometry []uint32
	types, geometries := 0, 0
	err := fields(b, func(n protowire.Number, v value) (err error) {
		switch n {
		case 1:
			f.ID = v.n
			return want(v, protowire.VarintType, "id")
		case 2:
			tags, err = packed(v, "tags")
			return err
		case 3:
			types++
			f.Type = GeomType(v.n)
			return want(v, protowire.VarintType, "type")
		case 4:
			geometries++
			geometry, err = packed(v, "geometry")
			return err
		}
		return fmt.Errorf("unknown field %d", n)
	})
	switch {
	case err != nil:
		return f, err
	case types != 1 || f.Type > Polygon:
		return f, fmt.Errorf("%d types, the last %d (§4.2)", types, f.Type)
	case geometries != 1:
		return f, fmt.Errorf("%d geometries (§4.2)", geometries)
	case len(tags)%2 != 0:
		return f, fmt.Errorf("an odd number of tags (§4.4)")
	}
	for i := 0; i < len(tags); i += 2 {
		k, v := int(tags[i]), int(tags[i+1])
		if k >= len(keys) || v >= len(values) {
			return f, fmt.Errorf("tag %d, %d of %d keys and %d values (§4.4)", k, v, len(keys), len(values))
		}
		if _, twice := f.Properties[keys[k]]; twice {
			return f, fmt.Errorf("property %q twice (§4.4)", keys[k])
		}
		f.Properties[keys[k]] = values[v]
	}
	if f.Type == Unknown {
		return f, nil
	}
	if f.Parts, err = run(geometry, f.Type); err != nil {
		return f, err
	}
	return f, checkShape(f)
}

func packed(v value, name string) (out []uint32, err error) {
	if err := want(v, protowire.BytesType, name); err != nil {
		return nil, err
	}
	for b := v.bytes; len(b) > 0; {
		n, size := protowire.ConsumeVarint(b)
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		out, b = append(out, uint32(n)), b[size:]
	}
	return out, nil
}

// run executes the commands of §4.3.1 within the rules of §4.3.4.
func run(g []uint32, typ GeomType) (out [][]Position, err error) {
	const moveTo, lineTo, closePath = 1, 2, 7
	var x, y int32
	open := false
	for i := 0; i < len(g); {
		id, n := g[i]&7, int(g[i]>>3)
		i++
		switch {
		case id == closePath:
			if typ != Polygon || n != 1 || !open || len(out[len(out)-1]) < 3 {
				return nil, fmt.Errorf("ClosePath(%d) (§4.3.3.3)", n)
			}
			open = false
			continue
		case id != moveTo && id != lineTo, n == 0, n > (len(g)-i)/2:
			return nil, fmt.Errorf("command %d, %d times, before %d numbers (§4.3.1)", id, n, len(g)-i)
		case id == moveTo && (typ == Point && i != 1 || typ != Point && n != 1 || typ == Polygon && open || typ == LineString && open && len(out[len(out)-1]) < 2):
			return nil, fmt.Errorf("MoveTo(%d) (§4.3.4)", n)
		case id == lineTo && (typ == Point || !open || len(out[len(out)-1]) != 1):
			return nil, fmt.Errorf("LineTo(%d) (§4.3.4)", n)
		}
		for range n {
			x, y = x+zigzag(g[i]), y+zigzag(g[i+1])
			i += 2
			if id == moveTo {
				out, open = append(out, nil), true
			}
			out[len(out)-1] = append(out[len(out)-1], Position{int64(x), int64(y)})
		}
	}
	if len(out) == 0 || typ == Polygon && open {
		return nil, fmt.Errorf("geometry does not end (§4.3.4)")
	}
	return out, nil
}

func zigzag(v uint32) int32 { return int32(v>>1) ^ -int32(v&1) }

func checkShape(f Feature) error {
	for i, part := range f.Parts {
		switch f.Type {
		case LineString:
			if len(part) < 2 || repeats(part) {
				return fmt.Errorf("line %v (§4.3.4.3)", part)
			}
		case Polygon:
			a := Area2(part)
			if repeats(part) || part[0] == part[len(part)-1] || a == 0 || i == 0 && a < 0 {
				return fmt.Errorf("ring %d of area %d/2: %v (§4.3.4.4)", i, a, part)
			}
		}
	}
	return nil
}

func repeats(ps []Position) bool {
	for i := 1; i < len(ps); i++ {
		if ps[i] == ps[i-1] {
			return true
		}
	}
	return false
}

// Area2 is twice a ring's area by the surveyor's formula: positive for an
// exterior ring, negative for an interior one.
func Area2(ring []Position) (sum int64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p[0]*q[1] - q[0]*p[1]
	}
	return sum
}

// Within returns the first fault of positions against the clip box: all lie at
// most buffer units outside the tile.
func Within(layers []Layer, buffer int64) error {
	for _, l := range layers {
		for i, f := range l.Features {
			for _, part := range f.Parts {
				for _, p := range part {
					if p[0] < -buffer || p[1] < -buffer || p[0] > int64(l.Extent)+buffer || p[1] > int64(l.Extent)+buffer {
						return fmt.Errorf("layer %q feature %d: %v is outside the tile and its buffer", l.Name, i, p)
					}
				}
			}
		}
	}
	return nil
}
