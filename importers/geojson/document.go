package geojson

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// document walks a file: a FeatureCollection, a Feature, a geometry, or any
// number of these one after the other (GeoJSON lines, RFC 8142 sequences).
type document struct {
	s     *scanner
	lone  []byte // a top-level object that is no collection, gathered
	key   []byte // the member being read
	name  string
	crs   []byte // the crs member of the (first) collection
	roots int    // top-level values
	found bool   // some feature or collection was there

	streamed int64 // features that came out of "features" arrays
}

// each hands every raw feature to visit, valid during the call.
func (d *document) each(ctx context.Context, visit func(raw []byte) error) error {
	if err := d.s.skipBOM(); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c, err := d.s.peek()
		if errors.Is(err, io.EOF) {
			if !d.found {
				return errors.New("the file holds no GeoJSON")
			}
			return nil
		}
		if err != nil {
			return err
		}
		if c == 0 && d.found { // what a tool or a disk left after the end
			d.s.pos++
			continue
		}
		if c != '{' {
			return fmt.Errorf("at byte %d: GeoJSON is an object, this begins with %q", d.s.offset(), c)
		}
		if err := d.root(ctx, visit); err != nil {
			return err
		}
		d.roots++
	}
}

// root reads one top-level object, streaming its features.
func (d *document) root(ctx context.Context, visit func([]byte) error) error {
	s := d.s
	s.pos++
	d.lone = append(d.lone[:0], '{')
	var m rootMembers
	before := d.streamed
	for first := true; ; first = false {
		c, err := s.peek()
		if err != nil {
			return truncated(err)
		}
		if c == '}' {
			s.pos++
			break
		}
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
			d.lone = append(d.lone, ',')
			if c, err = s.peek(); err != nil {
				return truncated(err)
			}
		}
		if c != '"' {
			return fmt.Errorf("at byte %d: %q where a member name belongs", s.offset(), c)
		}
		key, err := s.value()
		if err != nil {
			return err
		}
		isFeatures := string(key) == `"features"`
		d.key = append(d.key[:0], key...)
		d.lone = append(append(d.lone, key...), ':')
		if err := s.take(':'); err != nil {
			return err
		}
		if c, err = s.peek(); err != nil {
			return truncated(err)
		}
		if isFeatures && c == '[' {
			m.collection = true
			if err := d.features(ctx, visit); err != nil {
				return err
			}
			d.lone = append(d.lone, "[]"...)
			continue
		}
		value, err := s.value()
		if err != nil {
			return err
		}
		d.note(&m, d.key, value)
		d.lone = append(d.lone, value...)
	}
	d.lone = append(d.lone, '}')
	d.found = true
	return d.finish(&m, d.streamed-before, visit)
}

// rootMembers are the members of a top-level object that matter to the whole.
type rootMembers struct {
	kind       string
	isFeature  bool // kind is Feature or a geometry type
	collection bool // it has a "features" array
	otherwise  bool // it has "features" that are no array
}

// note keeps what the object says of itself; name and crs of the first count.
func (d *document) note(m *rootMembers, key, value []byte) {
	switch string(key) {
	case `"type"`:
		m.kind = string(value)
		m.isFeature = m.kind == `"Feature"` || len(value) > 2 && value[0] == '"' && kindOf(value[1:len(value)-1]) != 0
	case `"name"`:
		if d.roots == 0 && len(value) > 1 && value[0] == '"' {
			d.name = string(unquote(nil, value))
		}
	case `"crs"`:
		if d.roots == 0 {
			d.crs = append([]byte(nil), value...)
		}
	case `"features"`:
		m.otherwise = true
	}
}

// finish takes an object that brought no features for a feature itself.
func (d *document) finish(m *rootMembers, streamed int64, visit func([]byte) error) error {
	switch {
	case m.collection && (streamed > 0 || !m.isFeature):
		return nil
	case m.isFeature:
		return visit(d.lone)
	case m.otherwise || m.kind == `"FeatureCollection"`:
		return errors.New(`"features" of the FeatureCollection is no array`)
	case m.kind == "":
		return errors.New(`the object has no "type"; GeoJSON has`)
	}
	return fmt.Errorf("type %.40s is not one of GeoJSON", m.kind)
}

func (d *document) features(ctx context.Context, visit func([]byte) error) error {
	s := d.s
	s.pos++
	d.found = true
	if c, err := s.peek(); err != nil {
		return truncated(err)
	} else if c == ']' {
		s.pos++
		return nil
	}
	for n := 0; ; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		raw, err := s.value()
		if err != nil {
			return err
		}
		d.streamed++
		if err := visit(raw); err != nil {
			return err
		}
		c, err := s.peek()
		if err != nil {
			return truncated(err)
		}
		s.pos++
		switch c {
		case ']':
			return nil
		case ',':
		default:
			return fmt.Errorf("at byte %d: %q between two features", s.offset()-1, c)
		}
	}
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return errTruncated
	}
	return err
}
