package gpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// maxGeometry bounds the EWKB of one route or track.
const maxGeometry = 32 << 20

// walker goes through a document and tells of one feature after the other.
type walker struct {
	ctx  context.Context
	r    *markup.Reader
	want func(layerKind) bool
	// found hears of each feature of a wanted layer: what it says of itself, where
	// it stands, its geometry and what is wrong with that.
	found func(f *feature) error
	seen  int

	whole, point *element
	at           [3]int64 // ordinal of route or track, of segment, of point
	feature      feature
	pointGeom    []byte
	line         []byte
	lineErr      error
	parts        int
}

type feature struct {
	kind     layerKind
	element  *element
	places   []int64
	geometry []byte
	err      error
}

func newWalker(want func(layerKind) bool, found func(*feature) error) *walker {
	t := newTable()
	return &walker{want: want, found: found, whole: newElement(t), point: newElement(t), at: [3]int64{-1, -1, -1}}
}

func (w *walker) file(ctx context.Context, f importers.File, read *atomic.Int64) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	if w.r, err = markup.NewReader(counted{file, read}); err != nil {
		return err
	}
	w.ctx = ctx
	if _, err := w.r.Root(); err != nil {
		return err
	}
	route, track := int64(-1), int64(-1)
	return w.r.Children(func(e markup.Element) error {
		w.r.Mark()
		switch e.Name {
		case "wpt":
			return w.position(e, waypoints)
		case "rte":
			route++
			return w.run(route, routes, "rtept")
		case "trk":
			track++
			return w.run(track, tracks, "trkseg")
		}
		return nil
	})
}

// run reads a route or track, which was entered last.
func (w *walker) run(ordinal int64, kind layerKind, part string) error {
	w.whole.reset()
	w.at = [3]int64{ordinal, -1, -1}
	w.parts, w.lineErr = 0, nil
	if kind == routes {
		w.line = wkb.AppendCount(wkb.AppendHeader(w.line[:0], wkb.LineString, spatial.XY), 0)
	} else {
		w.line = wkb.AppendCount(wkb.AppendHeader(w.line[:0], wkb.MultiLineString, spatial.XY), 0)
	}
	err := w.r.Children(func(e markup.Element) error {
		switch {
		case e.Name != part:
			return w.whole.child(w.r, e)
		case kind == tracks:
			return w.segment()
		}
		w.at[1]++
		if err := w.position(e, routePoints); err != nil {
			return err
		}
		return w.extend(5)
	})
	if err != nil || !w.want(kind) {
		return err
	}
	w.whole.done()
	w.feature = feature{kind: kind, element: w.whole, err: w.lineErr}
	if w.parts > 0 || kind == routes && w.count(5) > 0 {
		w.feature.geometry = w.line
	}
	return w.found(&w.feature)
}

// segment reads a trkseg; an empty one is no line.
func (w *walker) segment() error {
	w.at[1]++
	w.at[2] = -1
	start := len(w.line)
	w.line = wkb.AppendCount(wkb.AppendHeader(w.line, wkb.LineString, spatial.XY), 0)
	err := w.r.Children(func(e markup.Element) error {
		if e.Name != "trkpt" {
			return nil
		}
		w.at[2]++
		if err := w.position(e, trackPoints); err != nil {
			return err
		}
		return w.extend(start + 5)
	})
	if w.count(start+5) == 0 {
		w.line = w.line[:start]
		return err
	}
	w.parts++
	wkb.SetCount(w.line, 5, w.parts)
	return err
}

func (w *walker) count(at int) int {
	b := w.line[at:]
	return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 | int(b[3])<<24
}

var errBig = errors.New("the line has too many points to be read")

// extend adds the last position to the line whose count stands at offset at.
func (w *walker) extend(at int) error {
	if w.feature.err != nil {
		if w.lineErr == nil {
			w.lineErr = w.feature.err
		}
		return nil
	}
	if len(w.line) > maxGeometry {
		w.lineErr = errBig
		return nil
	}
	w.line = append(w.line, w.pointGeom[5:]...)
	wkb.SetCount(w.line, at, w.count(at)+1)
	return nil
}

// position reads a point, which was entered last; its geometry stays in
// pointGeom, its fault in feature.err.
func (w *walker) position(e markup.Element, kind layerKind) error {
	w.r.Mark()
	if w.seen++; w.seen&1023 == 0 && w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	w.feature = feature{kind: kind, element: w.point, places: w.at[:len(kind.places())]}
	lon, err := coordinate(e, "lon")
	if err != nil {
		w.feature.err = err
	}
	lat, err := coordinate(e, "lat")
	if err != nil && w.feature.err == nil {
		w.feature.err = err
	}
	w.pointGeom = wkb.AppendHeader(w.pointGeom[:0], wkb.Point, spatial.XY)
	w.pointGeom = wkb.AppendFloat(wkb.AppendFloat(w.pointGeom, lon), lat)
	if !w.want(kind) {
		return nil
	}
	w.point.reset()
	if err := w.r.Children(func(c markup.Element) error { return w.point.child(w.r, c) }); err != nil {
		return err
	}
	w.point.done()
	w.feature.geometry = w.pointGeom
	return w.found(&w.feature)
}

func coordinate(e markup.Element, name string) (float64, error) {
	text := e.Attr(name)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v-v != 0 {
		return 0, fmt.Errorf("%s %.40q is no number", name, text)
	}
	return v, nil
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func fail(f importers.File, err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	code := spatial.CodeInvalid
	if errors.Is(err, markup.ErrTooLarge) {
		code = spatial.CodeTooLarge
	}
	return &spatial.Error{Code: code, Op: "gpx: read", Message: fmt.Sprintf("%s: %v", f.Name, err), Err: err}
}
