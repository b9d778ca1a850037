package kml

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unsafe"

	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// coordinates appends the positions of a coordinates element, at most so many;
// what is wrong with them is the placemark's fault.
func (g *geometry) coordinates(r *markup.Reader, dst []byte, most int, p *placemark) ([]byte, int, error) {
	var err error
	if g.text, err = r.Text(g.text[:0]); err != nil {
		return dst, 0, err
	}
	dst, n, err := g.parse(dst, g.text, most)
	if err != nil {
		p.fault(err)
		return dst, 0, nil
	}
	return dst, n, nil
}

var errBig = errors.New("the geometry has too many positions to be read")

// parse reads tuples of two or more numbers with commas inside and white space
// between (OGC 12-007r2 §16.10), also with white space behind the commas or a
// comma behind the tuple; a point without any comma is one position. Numbers
// after the third are dropped.
func (g *geometry) parse(dst, text []byte, most int) ([]byte, int, error) {
	n := 0
	if len(text) > 1<<20 {
		dst = slices.Grow(dst, min(tuples(text)*8*wkb.Stride(g.dims), maxGeometry+64))
	}
	spaced := most == 1 && bytes.IndexByte(text, ',') < 0
	for i := skipBlanks(text, 0); i < len(text) && n != most; n++ {
		at, next, err := tuple(text, i, spaced)
		if err != nil {
			return dst, 0, fmt.Errorf("position %d: %w", n+1, err)
		}
		if len(dst) > maxGeometry {
			return dst, 0, errBig
		}
		dst, i = g.position(dst, at), next
	}
	return dst, n, nil
}

// tuples is how many texts between white space there are.
func tuples(text []byte) int {
	n := 0
	for i := 1; i < len(text); i++ {
		if blank(text[i-1]) && !blank(text[i]) {
			n++
		}
	}
	return n + 1
}

// tuple reads one position from i on and says where the next begins.
func tuple(text []byte, i int, spaced bool) (at [3]float64, next int, err error) {
	tight := true // no blank behind the first comma
	for k := 0; ; k++ {
		end := i
		for end < len(text) && text[end] != ',' && !blank(text[end]) {
			end++
		}
		v, ok := parseFloat(text[i:end])
		if !ok && (end > i || k < 2) {
			return at, 0, fmt.Errorf("%.40q is no number", text[i:end])
		}
		if k < 3 {
			at[k] = v
		}
		i = skipBlanks(text, end)
		comma := i < len(text) && text[i] == ','
		if comma {
			i++
		}
		last := i == len(text) || !comma && !spaced
		if comma && i < len(text) && blank(text[i]) {
			last = k == 1 && tight || k == 2 // "1,2, 3,4" and "1,2,3, 4,5,6", but "1, 2, 3"
			tight = false
			i = skipBlanks(text, i)
			last = last || i == len(text)
		}
		if !last {
			continue
		}
		if k == 0 {
			return at, 0, errors.New("it has one coordinate only")
		}
		return at, i, nil
	}
}

func (g *geometry) position(dst []byte, at [3]float64) []byte {
	g.height = g.height || at[2] != 0 && at[2] == at[2]
	dst = wkb.AppendFloat(wkb.AppendFloat(dst, at[0]), at[1])
	if g.dims == spatial.XYZ {
		dst = wkb.AppendFloat(dst, at[2])
	}
	return dst
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func skipBlanks(b []byte, i int) int {
	for i < len(b) && blank(b[i]) {
		i++
	}
	return i
}

func trim(b []byte) []byte {
	b = b[skipBlanks(b, 0):]
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// parseFloat lends the bytes to strconv as a string for the time of the call.
func parseFloat(b []byte) (float64, bool) {
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
	return v, err == nil
}
