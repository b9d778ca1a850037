package wkb

import (
	"fmt"
	"math"

	"gisd/spatial"
)

// TextReader reads well-known text: OGC 06-103r4 §7.2 with its Z, M and ZM tags,
// and PostGIS's EWKT, where a third ordinate needs no tag and SRID=n; may stand
// in front. The zero value is ready; it keeps only scratch space between calls
// and is not safe for concurrent use.
type TextReader struct {
	b      []byte
	at     int
	dst    []byte
	dims   spatial.Dimensions
	wantZ  bool
	wantM  bool
	curved bool
	m      bool // the tag says that a third ordinate is a measure
	raw    []byte
}

// Append appends the geometry as little-endian EWKB without an SRID and with
// exactly the dimensions d: missing ordinates become 0, surplus ones are
// dropped. Curves, surfaces and triangles come out as Normalize makes them;
// rings stand as they are written. text is not changed. The error wraps
// ErrMalformed.
func (r *TextReader) Append(dst, text []byte, d spatial.Dimensions) ([]byte, error) {
	from := len(dst)
	r.b, r.at, r.dst, r.dims, r.curved, r.m = text, 0, dst, d, false, false
	r.wantZ = d == spatial.XYZ || d == spatial.XYZM
	r.wantM = d == spatial.XYM || d == spatial.XYZM
	err := r.whole()
	out, curved := r.dst, r.curved
	r.b, r.dst = nil, nil
	if err != nil {
		return dst, err
	}
	if !curved {
		return out, nil
	}
	r.raw = append(r.raw[:0], out[from:]...)
	return Normalize(out[:from], r.raw, d)
}

func (r *TextReader) whole() error {
	if _, _, err := r.srid(); err != nil {
		return err
	}
	if err := r.tagged(0, 0); err != nil {
		return err
	}
	if r.skip(); r.at < len(r.b) && r.b[r.at] == ';' {
		r.at++
		r.skip()
	}
	if r.at < len(r.b) {
		return r.fault("nothing may follow the geometry")
	}
	return nil
}

func (r *TextReader) fault(what string) error {
	return fmt.Errorf("%w: %s at character %d", ErrMalformed, what, r.at+1)
}

func (r *TextReader) skip() {
	for r.at < len(r.b) && (r.b[r.at] == ' ' || r.b[r.at] == '\t' || r.b[r.at] == '\n' || r.b[r.at] == '\r') {
		r.at++
	}
}

// take consumes c after blanks.
func (r *TextReader) take(c byte) bool {
	if r.at < len(r.b) && r.b[r.at] == c {
		r.at++
		return true
	}
	r.skip()
	if r.at < len(r.b) && r.b[r.at] == c {
		r.at++
		return true
	}
	return false
}

// srid reads SRID=n; where it stands.
func (r *TextReader) srid() (spatial.SRID, bool, error) {
	r.skip()
	if len(r.b)-r.at < 6 || !sameLetters(r.b[r.at:r.at+4], "SRID") {
		return 0, false, nil
	}
	r.at += 4
	if !r.take('=') {
		return 0, false, r.fault("= is missing after SRID")
	}
	r.skip()
	n, digits := int64(0), 0
	for r.at < len(r.b) && r.b[r.at] >= '0' && r.b[r.at] <= '9' && digits < 10 {
		n = n*10 + int64(r.b[r.at]-'0')
		r.at++
		digits++
	}
	if digits == 0 || n > math.MaxInt32 || !r.take(';') {
		return 0, false, r.fault("an SRID is a number and ends in a semicolon")
	}
	return spatial.SRID(n), true, nil
}

// word returns the letters that come next.
func (r *TextReader) word() []byte {
	r.skip()
	from := r.at
	for r.at < len(r.b) && (r.b[r.at]|0x20) >= 'a' && (r.b[r.at]|0x20) <= 'z' {
		r.at++
	}
	return r.b[from:r.at]
}

// sameLetters compares without case; upper is in capitals.
func sameLetters(b []byte, upper string) bool {
	if len(b) != len(upper) {
		return false
	}
	for i, c := range b {
		if c&^0x20 != upper[i] {
			return false
		}
	}
	return true
}

var textKinds = [...]struct {
	name string
	kind uint32
}{
	{"POINT", Point}, {"POLYGON", Polygon}, {"LINESTRING", LineString}, {"MULTIPOLYGON", MultiPolygon},
	{"MULTIPOINT", MultiPoint}, {"MULTILINESTRING", MultiLineString}, {"GEOMETRYCOLLECTION", GeometryCollection},
	{"CIRCULARSTRING", CircularString}, {"COMPOUNDCURVE", CompoundCurve}, {"CURVEPOLYGON", CurvePolygon},
	{"MULTICURVE", MultiCurve}, {"MULTISURFACE", MultiSurface}, {"POLYHEDRALSURFACE", PolyhedralSurface},
	{"TIN", TIN}, {"TRIANGLE", Triangle}, {"LINEARRING", LineString},
}

// tag reads a type name with its dimensions: POINT, POINT ZM, POINTZ.
func (r *TextReader) tag() (kind uint32, z, m, ok bool) {
	w := r.word()
	for range 3 {
		for i := range textKinds {
			if sameLetters(w, textKinds[i].name) {
				if z || m {
					return textKinds[i].kind, z, m, true
				}
				z, m = r.dimensionTag()
				return textKinds[i].kind, z, m, true
			}
		}
		if len(w) == 0 {
			return 0, false, false, false
		}
		switch w[len(w)-1] &^ 0x20 {
		case 'Z':
			z = true
		case 'M':
			m = true
		default:
			return 0, false, false, false
		}
		w = w[:len(w)-1]
	}
	return 0, false, false, false
}

func (r *TextReader) dimensionTag() (z, m bool) {
	at := r.at
	switch w := r.word(); {
	case sameLetters(w, "Z"):
		return true, false
	case sameLetters(w, "M"):
		return false, true
	case sameLetters(w, "ZM"):
		return true, true
	}
	r.at = at
	return false, false
}

func (r *TextReader) empty() bool {
	at := r.at
	if r.skip(); r.at < len(r.b) && r.b[r.at] == '(' {
		return false
	}
	if sameLetters(r.word(), "EMPTY") {
		return true
	}
	r.at = at
	return false
}

// tagged reads a geometry with its type name, or where the first thing is a
// parenthesis or EMPTY and inside is set, one of that type.
func (r *TextReader) tagged(inside uint32, depth int) error {
	if depth > maxDepth {
		return r.fault(fmt.Sprintf("nested deeper than %d", maxDepth))
	}
	kind, measured := inside, r.m
	r.skip()
	bare := r.at < len(r.b) && r.b[r.at] == '('
	if !bare && inside != 0 {
		at := r.at
		bare = r.empty()
		r.at = at
	}
	if !bare || inside == 0 {
		var z, m, ok bool
		at := r.at
		if kind, z, m, ok = r.tag(); !ok {
			r.at = at
			return r.fault("a geometry type is expected")
		}
		if inside != 0 && !admits(inside, kind) {
			return r.fault(fmt.Sprintf("type %d has no place there", kind))
		}
		if z || m {
			r.m = m && !z
		}
	}
	err := r.body(kind, depth)
	r.m = measured
	return err
}

// admits tells whether a part of that kind may stand where a bare one would be
// of the kind inside.
func admits(inside, kind uint32) bool {
	switch inside {
	case LineString:
		return kind == LineString || kind == CircularString || kind == CompoundCurve
	case Polygon:
		return kind == Polygon || kind == CurvePolygon || kind == Triangle
	}
	return kind == inside
}
