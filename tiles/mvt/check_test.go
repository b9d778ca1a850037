package mvt_test

import (
	"fmt"

	"github.com/paulmach/orb/encoding/mvt/vectortile"
)

// decoded is one feature with its geometry as positions, part by part.
type decoded struct {
	id    uint64
	typ   vectortile.Tile_GeomType
	parts [][][2]int64
	tags  map[string]any
}

// check decodes a tile on its own, command by command, and returns the faults
// against MVT 2.1 that an encoder can make: §4.1 layers, §4.2 features, §4.3
// geometry, §4.4 tags.
func check(tile []byte, clip int64) (map[string][]decoded, error) {
	var t vectortile.Tile
	if err := t.Unmarshal(tile); err != nil {
		return nil, err
	}
	out := map[string][]decoded{}
	for _, l := range t.Layers {
		if l.GetVersion() != 2 || l.GetName() == "" || len(l.Features) == 0 {
			return nil, fmt.Errorf("layer %q: version %d, %d features", l.GetName(), l.GetVersion(), len(l.Features))
		}
		if _, twice := out[l.GetName()]; twice {
			return nil, fmt.Errorf("layer %q twice", l.GetName())
		}
		for i, f := range l.Features {
			d, err := checkFeature(l, f, clip)
			if err != nil {
				return nil, fmt.Errorf("layer %q feature %d: %w", l.GetName(), i, err)
			}
			out[l.GetName()] = append(out[l.GetName()], d)
		}
	}
	return out, nil
}

func checkFeature(l *vectortile.Tile_Layer, f *vectortile.Tile_Feature, clip int64) (decoded, error) {
	d := decoded{id: f.GetId(), typ: f.GetType(), tags: map[string]any{}}
	for i := 0; i < len(f.Tags); i += 2 {
		if i+1 >= len(f.Tags) || int(f.Tags[i]) >= len(l.Keys) || int(f.Tags[i+1]) >= len(l.Values) {
			return d, fmt.Errorf("tags %v", f.Tags)
		}
		k := l.Keys[f.Tags[i]]
		if _, twice := d.tags[k]; twice {
			return d, fmt.Errorf("key %q twice", k)
		}
		d.tags[k] = valueOf(l.Values[f.Tags[i+1]])
	}
	var err error
	if d.parts, err = parts(f.Geometry, d.typ); err != nil {
		return d, err
	}
	for _, part := range d.parts {
		for _, p := range part {
			if p[0] < -clip || p[0] > 4096+clip || p[1] < -clip || p[1] > 4096+clip {
				return d, fmt.Errorf("position %v outside the clip box", p)
			}
		}
	}
	return d, checkShape(d)
}

func checkShape(d decoded) error {
	if len(d.parts) == 0 {
		return fmt.Errorf("no geometry")
	}
	for i, part := range d.parts {
		switch d.typ {
		case vectortile.Tile_LINESTRING:
			if len(part) < 2 || repeats(part) {
				return fmt.Errorf("line %v", part)
			}
		case vectortile.Tile_POLYGON:
			a := surveyor(part)
			if len(part) < 3 || repeats(part) || part[0] == part[len(part)-1] || a == 0 || i == 0 && a < 0 {
				return fmt.Errorf("ring %d of area %d/2: %v", i, a, part)
			}
		}
	}
	return nil
}

func repeats(ps [][2]int64) bool {
	for i := 1; i < len(ps); i++ {
		if ps[i] == ps[i-1] {
			return true
		}
	}
	return false
}

func surveyor(ring [][2]int64) (sum int64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p[0]*q[1] - q[0]*p[1]
	}
	return sum
}

// parts runs the commands of MVT 2.1 §4.3.1 under the rules of §4.3.4.
func parts(g []uint32, typ vectortile.Tile_GeomType) (out [][][2]int64, err error) {
	var x, y int64
	open := false
	for i := 0; i < len(g); {
		id, n := g[i]&7, int(g[i]>>3)
		i++
		if id == 7 {
			if typ != vectortile.Tile_POLYGON || n != 1 || !open {
				return nil, fmt.Errorf("ClosePath(%d)", n)
			}
			open = false
			continue
		}
		if n == 0 || i+2*n > len(g) || id != 1 && id != 2 {
			return nil, fmt.Errorf("command %d(%d)", id, n)
		}
		if id == 1 && (typ == vectortile.Tile_POINT && i != 1 || typ != vectortile.Tile_POINT && n != 1 || open && typ == vectortile.Tile_POLYGON) {
			return nil, fmt.Errorf("MoveTo(%d)", n)
		}
		if id == 2 && (typ == vectortile.Tile_POINT || !open || len(out[len(out)-1]) != 1 || typ == vectortile.Tile_POLYGON && n < 2) {
			return nil, fmt.Errorf("LineTo(%d)", n)
		}
		for range n {
			x, y = x+zigzag(g[i]), y+zigzag(g[i+1])
			i += 2
			if id == 1 {
				out, open = append(out, nil), true
			}
			out[len(out)-1] = append(out[len(out)-1], [2]int64{x, y})
		}
	}
	if open && typ == vectortile.Tile_POLYGON {
		return nil, fmt.Errorf("ring left open")
	}
	return out, nil
}

func zigzag(v uint32) int64 { return int64(int32(v>>1) ^ -int32(v&1)) }

func valueOf(v *vectortile.Tile_Value) any {
	switch {
	case v.StringValue != nil:
		return *v.StringValue
	case v.DoubleValue != nil:
		return *v.DoubleValue
	case v.UintValue != nil:
		return *v.UintValue
	case v.SintValue != nil:
		return *v.SintValue
	case v.BoolValue != nil:
		return *v.BoolValue
	}
	return nil
}
