package geoparquet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// sampled is how many rows are looked at where the file does not say what its
// geometries are.
const sampled = 1000

var errEnough = errors.New("enough")

// settleGeometry finds the geometry column with its type and dimensions.
func (s *source) settleGeometry(ctx context.Context, top []*node) error {
	if s.geometry == nil {
		if err := s.guessGeometry(ctx, top); err != nil || s.geometry == nil {
			return err
		}
	}
	g := s.geometry
	s.geom = find(top, g.name)
	leaf := s.geom.form == formLeaf
	if leaf && s.geom.leaves[0].meaning.sort == sortNull { // written where all are null
		s.schema.GeometryType, s.schema.CRS = spatial.GeometryAny, g.crs
		return nil
	}
	s.schema.CRS = g.crs
	s.schema.GeometryType = spatial.GeometryAny
	if kindOf(g.encoding) != 0 {
		var err error
		if s.native, err = newNative(g.encoding, s.geom); err != nil {
			return err
		}
		s.schema.Dimensions = s.native.dims
		s.schema.GeometryType = wkb.TypeOf(s.native.kind)
		return nil
	}
	if g.encoding != "wkb" && g.encoding != "wkt" || !leaf || !s.geom.leaves[0].bytesType() {
		return fmt.Errorf("geometry column %s has encoding %.40q, which is not read here", g.name, g.encoding)
	}
	if len(g.types) > 0 {
		s.schema.GeometryType, s.schema.Dimensions = declaredType(g.types)
		return nil
	}
	var err error
	s.schema.GeometryType, s.schema.Dimensions, err = s.sample(ctx, s.geom)
	return err
}

// bytesType says whether the column holds bytes.
func (l *leaf) bytesType() bool {
	switch l.meaning.sort {
	case sortBinary, sortText, sortGeometry:
		return true
	}
	return false
}

// guessGeometry takes a column of bytes with one of the usual names when its
// first value is WKB.
func (s *source) guessGeometry(ctx context.Context, top []*node) error {
	for _, n := range top {
		if n.form != formLeaf || n.leaves[0].meaning.sort != sortBinary || !usualName(n.name) {
			continue
		}
		found := false
		err := s.each(ctx, []*node{n}, func(int64) error {
			present, err := n.leaves[0].take()
			if err != nil || !present {
				return err
			}
			kind, _, err := wkb.Header(n.leaves[0].raw())
			found = err == nil && kind >= wkb.Point && kind <= wkb.Triangle
			return errEnough
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		if found {
			s.geometry = &geometryColumn{name: n.name, encoding: "wkb", others: map[string]bool{}}
			return nil
		}
	}
	return nil
}

// declaredType reads geometry_types: "Polygon", "MultiPolygon Z".
func declaredType(types []string) (spatial.GeometryType, spatial.Dimensions) {
	z, m := false, false
	var kinds []spatial.GeometryType
	for _, t := range types {
		name, suffix, _ := strings.Cut(t, " ")
		z = z || strings.Contains(suffix, "Z")
		m = m || strings.Contains(suffix, "M")
		kind := spatial.GeometryAny
		switch k := spatial.GeometryType(name); k {
		case spatial.GeometryPoint, spatial.GeometryLineString, spatial.GeometryPolygon,
			spatial.GeometryMultiPoint, spatial.GeometryMultiLineString, spatial.GeometryMultiPolygon:
			kind = k
		}
		kinds = append(kinds, kind)
	}
	return common(kinds), wkb.DimensionsOf(z, m)
}

// common is the one type that holds all: a Multi type holds its single one.
func common(kinds []spatial.GeometryType) spatial.GeometryType {
	if len(kinds) == 0 {
		return spatial.GeometryAny
	}
	all := kinds[0]
	for _, k := range kinds[1:] {
		switch {
		case k == all || "Multi"+k == all:
		case "Multi"+all == k:
			all = k
		default:
			return spatial.GeometryAny
		}
	}
	return all
}

// sample looks at the headers of the first geometries.
func (s *source) sample(ctx context.Context, n *node) (spatial.GeometryType, spatial.Dimensions, error) {
	z, m := false, false
	var kinds []spatial.GeometryType
	l := n.leaves[0]
	err := s.each(ctx, []*node{n}, func(row int64) error {
		if row > sampled {
			return errEnough
		}
		present, err := l.take()
		if err != nil || !present {
			return err
		}
		raw := l.raw()
		if s.geometry.encoding == "wkt" {
			if raw, err = fromWKT(raw); err != nil {
				return nil //nolint:nilerr // Read rejects it
			}
		}
		kind, d, err := wkb.Header(raw)
		if err != nil {
			return nil //nolint:nilerr // Read rejects it
		}
		z = z || d == spatial.XYZ || d == spatial.XYZM
		m = m || d == spatial.XYM || d == spatial.XYZM
		kinds = append(kinds, wkb.TypeOf(kind))
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return common(kinds), wkb.DimensionsOf(z, m), err
}

// wellKnown passes little-endian WKB in two dimensions through as it is.
func (r *reader) wellKnown(raw []byte) ([]byte, error) {
	d := r.s.schema.Dimensions
	if d == spatial.XY && len(raw) >= 5 && raw[0] == 1 && binary.LittleEndian.Uint32(raw[1:]) <= wkb.GeometryCollection {
		return raw, nil
	}
	var err error
	r.geom, err = wkb.Normalize(r.geom[:0], raw, d)
	return r.geom, err
}

func fromWKT(raw []byte) ([]byte, error) {
	if len(raw) > 4<<20 {
		return nil, errors.New("the text is longer than 4 MiB")
	}
	g, err := wkt.Unmarshal(string(raw))
	if err != nil {
		return nil, err
	}
	return ewkb.Marshal(g, binary.LittleEndian)
}

func appendWKT(dst, raw []byte, d spatial.Dimensions) ([]byte, error) {
	g, err := fromWKT(raw)
	if err != nil {
		return dst, err
	}
	return wkb.Normalize(dst, g, d)
}

// checkFooter bounds the directory before it is read; the size stands before
// the closing PAR1.
func checkFooter(f *os.File, size int64) error {
	var b [4]byte
	if _, err := f.ReadAt(b[:], size-8); err != nil {
		return err
	}
	if n := int64(binary.LittleEndian.Uint32(b[:])); n > maxFooter || n+12 > size {
		return fmt.Errorf("the file is damaged: a directory of %d bytes", n)
	}
	return nil
}
