package rejects

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"gisd/importers"
	"gisd/importers/geojson"
	"gisd/importers/wkb"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// features is the GeoJSON: one feature a fault, its geometry null where there is
// none that can be written.
type features struct {
	path string
	file *os.File
	w    *bufio.Writer
	n    int
	from spatial.SRID // that to converts
	to   *crs.Transform
	ewkb []byte
	line []byte
}

// properties of a feature, in the order of the table's columns.
type properties struct {
	Layer    string          `json:"layer"`
	Record   int64           `json:"record,omitempty"`
	Field    string          `json:"field,omitempty"`
	Loaded   bool            `json:"loaded"`
	ReasonVI string          `json:"reason_vi"`
	ReasonEN string          `json:"reason_en"`
	Raw      string          `json:"raw,omitempty"`
	ID       string          `json:"id,omitempty"`
	Values   json.RawMessage `json:"values,omitempty"`
}

func (f *features) add(layer string, record int64, e *importers.RecordError, lost bool) error {
	if f.file == nil {
		file, err := os.Create(f.path)
		if err != nil {
			return err
		}
		f.file, f.w = file, bufio.NewWriter(file)
		if _, err := f.w.WriteString(`{"type":"FeatureCollection","features":[`); err != nil {
			return err
		}
	}
	p := properties{Layer: layer, Record: record, Field: e.Field, Loaded: lost, ReasonVI: e.Reason.VI, ReasonEN: e.Reason.EN, Raw: e.Raw, ID: e.ID}
	if e.Whole != nil && json.Valid(e.Whole.Values) {
		p.Values = e.Whole.Values
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	f.line = f.line[:0]
	if f.n++; f.n > 1 {
		f.line = append(f.line, ',')
	}
	f.line = append(append(f.line, "\n"+`{"type":"Feature","properties":`...), text...)
	f.line = append(f.line, `,"geometry":`...)
	f.line = append(f.geometry(f.line, e.Whole), '}')
	_, err = f.w.Write(f.line)
	return err
}

// geometry appends the geometry and, where it is not in WGS 84, the member that
// names its system (GeoJSON 2008 §3).
func (f *features) geometry(dst []byte, r *importers.RejectedRecord) []byte {
	const none = "null"
	if r == nil || len(r.Geometry) == 0 {
		return append(dst, none...)
	}
	g, decimals, lonLat := r.Geometry, 9, f.lonLat(r)
	if lonLat {
		g = f.ewkb
	} else if s, ok := crs.Lookup(r.SRID); !ok || !s.Geographic {
		decimals = 4
	}
	begin := len(dst)
	dst, err := geojson.AppendGeometry(dst, g, decimals)
	if err != nil || !json.Valid(dst[begin:]) {
		return append(dst[:begin], none...)
	}
	switch {
	case lonLat:
	case r.SRID == 0 || r.SRID >= 990000:
		dst = append(dst, `,"crs":null`...)
	default:
		dst = fmt.Appendf(dst, `,"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::%d"}}`, int32(r.SRID))
	}
	return dst
}

// lonLat leaves the geometry in WGS 84 in f.ewkb; false where that is not
// possible for all of it.
func (f *features) lonLat(r *importers.RejectedRecord) bool {
	if f.to == nil || f.from != r.SRID {
		t, err := crs.NewTransform(r.SRID, spatial.SRIDWGS84)
		if err != nil {
			return false
		}
		f.from, f.to = r.SRID, t
	}
	f.ewkb = append(f.ewkb[:0], r.Geometry...)
	ok := true
	wkb.Edit(f.ewkb, r.Dimensions, func(x, y float64) (float64, float64) {
		lon, lat, err := f.to.Point(x, y)
		ok = ok && err == nil
		return lon, lat
	})
	return ok
}

func (f *features) close() error {
	if f.file == nil {
		return nil
	}
	_, err := f.w.WriteString("\n]}\n")
	return errors.Join(err, f.w.Flush(), f.file.Close())
}
