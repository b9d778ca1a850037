package shapefile

import (
	"encoding/binary"
	"errors"
	"fmt"

	"gisd/spatial"
)

// The shape types, ESRI 1998 p. 4. Z types are +10, M types +20.
const (
	shapeNull       = 0
	shapePoint      = 1
	shapePolyLine   = 3
	shapePolygon    = 5
	shapeMultiPoint = 8
	shapeMultiPatch = 31
)

// noData is the bound below which a measure means "none" (p. 2).
const noData = -1e38

// shp is the main file with, where it is usable, the index that says where its
// records are; without one the records are read one after the other.
type shp struct {
	main  *window
	index *window // nil without a usable .shx
	kind  uint32  // shape type of the header
	count int     // records by the index; -1 without
}

func openShp(path, indexPath string) (*shp, error) {
	s := &shp{count: -1}
	var err error
	if s.main, err = openWindow(path); err != nil {
		return nil, err
	}
	head, err := s.main.at(0, 100)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the header is cut short: %w", err), s.close())
	}
	if binary.BigEndian.Uint32(head) != 9994 {
		return nil, errors.Join(errors.New("the header is not that of a Shapefile"), s.close())
	}
	s.kind = binary.LittleEndian.Uint32(head[32:])
	if !knownShape(s.kind) {
		return nil, errors.Join(fmt.Errorf("shape type %d is unknown", s.kind), s.close())
	}
	if indexPath != "" {
		s.openIndex(indexPath)
	}
	return s, nil
}

// openIndex takes an index that looks sane; a damaged one is ignored, and so is
// one that is cut short, for it would hide the records behind the cut.
func (s *shp) openIndex(path string) {
	w, err := openWindow(path)
	if err != nil {
		return
	}
	head, err := w.at(0, 100)
	if err != nil || binary.BigEndian.Uint32(head) != 9994 || (w.size == 100 && s.main.size > 112) ||
		2*int64(binary.BigEndian.Uint32(head[24:])) > w.size {
		w.close()
		return
	}
	s.index, s.count = w, int((w.size-100)/8)
	if s.count > 0 {
		if first, _, err := s.locate(0); err != nil || first < 100 && first != 0 {
			w.close()
			s.index, s.count = nil, -1
		}
	}
}

// locate returns offset and length of the content of record i (0-based) as the
// index has them; length 0 is a removed record.
func (s *shp) locate(i int) (off int64, n int, err error) {
	e, err := s.index.at(100+8*int64(i), 8)
	if err != nil {
		return 0, 0, err
	}
	off = 2 * int64(binary.BigEndian.Uint32(e))
	n = 2 * int(binary.BigEndian.Uint32(e[4:]))
	return off, n, nil
}

// cursor walks the records of a shp.
type cursor struct {
	s   *shp
	i   int
	off int64 // next record header when there is no index
}

func (s *shp) begin() *cursor { return &cursor{s: s, off: 100} }

// next returns the content of the next record, nil for one that is removed, and
// ok false at the end. Its error means that the file is damaged for good.
func (c *cursor) next() (content []byte, ok bool, err error) {
	if c.s.index != nil {
		return c.indexed()
	}
	if c.off+8 > c.s.main.size {
		return nil, false, nil
	}
	head, err := c.s.main.at(c.off, 8)
	if err != nil {
		return nil, false, err
	}
	n := 2 * int64(int32(binary.BigEndian.Uint32(head[4:])))
	if n < 4 || c.off+8+n > c.s.main.size {
		if c.i > 0 && allZero(head) {
			return nil, false, nil // padding after the last record
		}
		return nil, false, c.cut()
	}
	content, err = c.s.main.at(c.off+8, int(n))
	c.off += 8 + n
	c.i++
	return content, err == nil, err
}

func (c *cursor) indexed() ([]byte, bool, error) {
	if c.i >= c.s.count {
		return nil, false, nil
	}
	off, n, err := c.s.locate(c.i)
	if err != nil {
		return nil, false, err
	}
	c.i++
	if n == 0 || off == 0 {
		return nil, true, nil
	}
	if off+8 > c.s.main.size {
		return nil, false, c.cut()
	}
	// The record's own header knows its length better than an index whose
	// entries some writers leave too long.
	if n > int(c.s.main.size-off-8) {
		head, err := c.s.main.at(off, 8)
		if err != nil {
			return nil, false, err
		}
		own := 2 * int64(int32(binary.BigEndian.Uint32(head[4:])))
		if own < 4 || own > c.s.main.size-off-8 {
			return nil, false, c.cut()
		}
		n = int(own)
	}
	content, err := c.s.main.at(off+8, n)
	return content, err == nil, err
}

func (c *cursor) cut() error {
	return fmt.Errorf("the .shp file is cut short or damaged at record %d: %w", c.i+1, errShort)
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

func (s *shp) close() error { return errors.Join(s.main.close(), s.index.close()) }

func knownShape(kind uint32) bool {
	switch kind {
	case shapeNull, shapeMultiPatch:
		return true
	}
	switch kind % 10 {
	case shapePoint, shapePolyLine, shapePolygon, shapeMultiPoint:
		return kind < 30
	}
	return false
}

// geometryOf maps a header's shape type to what the layer promises.
func geometryOf(kind uint32) spatial.GeometryType {
	if kind == shapeMultiPatch {
		return spatial.GeometryMultiPolygon
	}
	switch kind % 10 {
	case shapePoint:
		return spatial.GeometryPoint
	case shapePolyLine:
		return spatial.GeometryMultiLineString
	case shapePolygon:
		return spatial.GeometryMultiPolygon
	case shapeMultiPoint:
		return spatial.GeometryMultiPoint
	}
	return spatial.GeometryAny
}

// dimensions of the layer: Z shapes carry M only where the first shape with
// positions has a measure that means something.
func (s *shp) dimensions() (spatial.Dimensions, error) {
	switch {
	case s.kind == shapeMultiPatch:
		return spatial.XYZ, nil
	case s.kind < 10:
		return spatial.XY, nil
	case s.kind >= 20:
		return spatial.XYM, nil
	}
	c := s.begin()
	for range 1000 {
		content, ok, err := c.next()
		if err != nil || !ok {
			return spatial.XYZ, nil //nolint:nilerr // Read reports a damaged file, with its record
		}
		sh, err := parseShape(content)
		if err != nil || sh.points() == 0 {
			continue
		}
		for i := range sh.points() {
			if sh.hasM() && sh.m(i) > noData && sh.m(i) != 0 {
				return spatial.XYZM, nil
			}
		}
		return spatial.XYZ, nil
	}
	return spatial.XYZ, nil
}
