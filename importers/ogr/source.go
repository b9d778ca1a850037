package ogr

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// source reads one layer.
type source struct {
	runner  *runner
	section []byte // the layer's dump where it is at hand
	layer   listed
	columns []column
	choices []encodings.Choice // for each column of a raw format
	schema  importers.Schema
}

// open prepares the private folder and learns the schema.
func (f Format) open(ctx context.Context, d *dataset, l *listed, o importers.SourceOptions) (importers.Source, error) {
	s := &source{}
	var err error
	if l != nil && l.section != nil {
		s.runner = &runner{format: f, kind: d.kind, file: d.file, bytes: d.bytes}
	} else if s.runner, err = f.newRunner(ctx, d); err != nil {
		return nil, err
	}
	if err := s.learn(ctx, d, l, o); err != nil {
		return nil, errors.Join(err, s.runner.close())
	}
	return s, nil
}

// learn settles the schema; l is nil for a format of one layer, which has not
// been listed yet.
func (s *source) learn(ctx context.Context, d *dataset, l *listed, o importers.SourceOptions) error {
	if l == nil {
		all, err := s.runner.list(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return s.runner.fail(ctx, "ogrinfo", errors.New("there is no layer in it"))
		}
		l = &all[0]
		l.section = s.runner.capture(ctx)[l.name]
	}
	s.section = l.section
	s.layer = *l
	sc := &s.schema
	*sc = importers.Schema{Layer: l.name, Format: d.kind.format, Encoding: "utf-8", Count: l.count, Bytes: d.bytes}
	if d.kind.single {
		sc.Layer = d.title
	}
	sc.GeometryType, sc.Dimensions = typed(l.geometry)
	if sc.GeometryType != spatial.GeometryNone {
		sc.CRS = importers.CRS{WKT: l.wkt}
		if d.kind.format == "mapinfo" {
			sc.CRS = trustMapInfo(d.parts[0].file, l.wkt)
		}
	}
	if d.lacksValues() {
		sc.Notes = append(sc.Notes, spatial.Text{
			VI: "không có tệp .mid: các thuộc tính để trống", EN: "no .mid: the attributes are left empty"})
	}
	return s.scan(ctx, d, o)
}

// scan reads as much of the layer as is needed to know its fields: the heads of
// the columns, or everything where text or heights are to be judged.
func (s *source) scan(ctx context.Context, d *dataset, o importers.SourceOptions) error {
	sc := &s.schema
	heights := d.kind.heights && sc.GeometryType == spatial.GeometryAny && sc.Dimensions == spatial.XY
	if heights {
		sc.Dimensions = spatial.XYZ
	}
	if s.section == nil {
		s.section = s.runner.captureLayer(ctx, &s.layer, sc.Dimensions)
	}
	in, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer in.close()
	s.columns = in.columns
	judge := newJudge(d, s.columns, o)
	if judge != nil || heights {
		seen, err := s.survey(ctx, in, judge, heights)
		if err != nil {
			return s.runner.fail(ctx, "ogr2ogr", in.c.why(ctx, err))
		}
		if heights && !seen {
			sc.Dimensions = spatial.XY
		}
	}
	if judge != nil {
		s.choices = judge.sampler.Choices()
		sc.Encoding, sc.EncodingReason = judge.summary(s.choices)
	}
	s.describe()
	return nil
}

// begin starts the dump of the layer, in the dimensions of the schema or more.
func (s *source) begin(ctx context.Context) (*dump, error) {
	if s.section == nil {
		return s.runner.open(ctx, &s.layer, s.schema.Dimensions)
	}
	d := captured(s.section)
	if err := d.preamble(); err != nil {
		return nil, s.runner.fail(ctx, "ogr2ogr", err)
	}
	return d, nil
}

// survey shows text to the judge, and reports whether any height is not zero.
func (s *source) survey(ctx context.Context, in *dump, j *judge, heights bool) (high bool, err error) {
	var geometry []byte
	for n := 0; j.wants() || heights && !high; n++ {
		if n&255 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		line, err := in.feature()
		if err != nil || line == nil {
			return high, err
		}
		for i, rest := 0, line; i < len(s.columns) && rest != nil; i++ {
			var cell []byte
			cell, rest = cut(rest)
			switch c := s.columns[i]; {
			case string(cell) == `\N`:
			case c.geometry && heights && !high:
				geometry, _ = appendHex(geometry[:0], cell) // the reading says what is wrong
				if geometry, err = wkb.Normalize(nil, geometry, spatial.XYZ); err == nil {
					high = hasHeight(geometry)
				}
			case !c.geometry:
				j.show(i, cell)
			}
		}
	}
	return high, nil
}

// cut takes the next cell off a line; rest is nil after the last. A tab after a
// backslash is text.
func cut(line []byte) (cell, rest []byte) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '\t':
			return line[:i:i], line[i+1:]
		}
	}
	return line, nil
}

// hasHeight looks for a third ordinate that is not zero in normalized EWKB.
func hasHeight(g []byte) bool {
	if len(g) < 9 {
		return false
	}
	kind := binary.LittleEndian.Uint32(g[1:]) &^ (wkb.FlagZ | wkb.FlagM)
	high := false
	_, _ = walk(g, func(z float64) { high = high || z != 0 && !math.IsNaN(z) })
	return high && kind != 0
}

// walk visits the heights of a normalized XYZ geometry and returns what follows.
func walk(g []byte, visit func(z float64)) (rest []byte, ok bool) {
	kind := binary.LittleEndian.Uint32(g[1:]) &^ (wkb.FlagZ | wkb.FlagM)
	g = g[5:]
	positions := func(n int) bool {
		if n < 0 || len(g) < n*24 {
			return false
		}
		for i := range n {
			visit(math.Float64frombits(binary.LittleEndian.Uint64(g[i*24+16:])))
		}
		g = g[n*24:]
		return true
	}
	count := func() int {
		if len(g) < 4 {
			return -1
		}
		n := binary.LittleEndian.Uint32(g)
		g = g[4:]
		return int(n)
	}
	switch kind {
	case wkb.Point:
		ok = positions(1)
	case wkb.LineString:
		ok = positions(count())
	case wkb.Polygon:
		ok = true
		for n := count(); n > 0 && ok; n-- {
			ok = positions(count())
		}
	default:
		ok = true
		for n := count(); n > 0 && ok; n-- {
			if ok = len(g) >= 9; ok {
				g, ok = walk(g, visit)
			}
		}
	}
	return g, ok
}

// describe makes the fields out of the columns. Names are decoded as the text
// is; those that repeat are numbered.
func (s *source) describe() {
	used := map[string]bool{}
	geometries := 0
	for i, c := range s.columns {
		switch {
		case c.geometry:
			geometries++
			continue
		case c.id:
			s.schema.NativeID = spatial.FieldInteger
			continue
		}
		f := importers.FieldInfo{Name: s.fieldName(i), Type: fieldType(c.sql)}
		f.Name = unique(f.Name, used)
		if s.choices != nil && f.Type == spatial.FieldString {
			f.Text = &s.choices[i]
		}
		s.schema.Fields = append(s.schema.Fields, f)
	}
	if geometries > 1 {
		s.schema.GeometryType = spatial.GeometryAny
	}
}

func (s *source) fieldName(i int) string {
	raw := []byte(s.columns[i].name)
	if s.choices != nil {
		return string(s.choices[len(s.columns)].Decoder().Append(nil, raw))
	}
	return norm.NFC.String(strings.ToValidUTF8(string(raw), "_"))
}

func unique(name string, used map[string]bool) string {
	if name == "" {
		name = "field"
	}
	for base, n := name, 2; used[name]; n++ {
		name = base + "_" + string(appendInt(nil, n))
	}
	used[name] = true
	return name
}

// Schema implements importers.Source.
func (s *source) Schema() importers.Schema { return s.schema }

// Close implements importers.Source.
func (s *source) Close() error { return s.runner.close() }
