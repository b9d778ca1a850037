package ogc

import (
	"context"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

var (
	formatJSONFG   = negotiate.Format{Name: "jsonfg", Type: "application/fg+json", Also: []string{"application/vnd.ogc.fg+json"}}
	formatSequence = negotiate.Format{Name: "geojsonseq", Type: "application/geo+json-seq"}
)

// fgClasses are the conformance classes that JSON-FG documents name in themselves
// (OGC 21-045r1 §7.2).
var fgClasses = [...]string{"http://www.opengis.net/spec/json-fg-1/1.0/conf/core", "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas"}

// encoder writes features as a request wants to see them. It serves one request
// and one goroutine.
type encoder struct {
	r       *request
	view    view
	shown   *spatial.Collection
	places  []int // of the shown properties among all
	project projector
	values  []any
	titles  map[int]map[string]string // by shown property: code to title

	fg        bool
	timeAt    int // place of the property that says when, -1 for none
	timeIsDay bool
}

func (r *request) newEncoder(c *spatial.Collection, v view) (*encoder, error) {
	e := &encoder{r: r, view: v, project: projector{to: v.to, patches: &r.h.patches}, fg: r.format.Name == formatJSONFG.Name, timeAt: -1}
	for i, f := range c.Fields {
		if f.Name == c.TimeField {
			e.timeAt, e.timeIsDay = i, f.Type == spatial.FieldDate
		}
	}
	e.shown, e.places = v.of(c)
	e.values = make([]any, len(e.places))
	if !v.titles {
		return e, nil
	}
	e.titles = map[int]map[string]string{}
	for i, f := range e.shown.Fields {
		titles, err := r.titlesOf(r.Request().Context(), f)
		if err != nil {
			return nil, err
		}
		if titles != nil {
			e.titles[i] = titles
		}
	}
	return e, nil
}

// titlesOf is what the codes of a field mean, in the language of the request; nil
// where it has none.
func (r *request) titlesOf(ctx context.Context, f spatial.Field) (map[string]string, error) {
	list, err := r.codeList(ctx, f)
	if list == nil || err != nil {
		return nil, err
	}
	titles := make(map[string]string, len(list.Values))
	for _, v := range list.Values {
		if label := r.in(v.Label); label != "" {
			titles[v.Code] = label
		}
	}
	return titles, nil
}

// append writes one feature. Its geometry is converted where it stands.
func (e *encoder) append(b []byte, f *spatial.Feature) ([]byte, error) {
	if e.view.withoutGeometry {
		f.Geometry.EWKB = nil
	}
	if err := e.project.apply(&f.Geometry); err != nil {
		return nil, err
	}
	for i, place := range e.places {
		e.values[i] = f.Properties[place]
		if code, ok := e.values[i].(string); ok {
			if title, ok := e.titles[i][code]; ok {
				e.values[i] = title
			}
		}
	}
	shown := *f
	shown.Properties = e.values
	if e.fg {
		return e.appendFG(b, f, &shown)
	}
	return e.r.h.Encoder.AppendFeature(b, e.shown, &shown, e.view.decimals)
}

// appendFG writes a JSON-FG feature: what GeoJSON has no room for stands before
// its members. A geometry in another system than WGS 84 is the place, and there is
// no geometry (OGC 21-045r1 §7.6).
func (e *encoder) appendFG(b []byte, f, shown *spatial.Feature) (_ []byte, err error) {
	b = append(b, `{"time":`...)
	b = e.appendTime(b, f)
	b = append(b, `,"place":`...)
	if e.view.to.uri == crs.CRS84URI {
		b = append(b, "null"...)
	} else if b, err = e.r.h.Encoder.AppendGeometry(b, shown.Geometry.EWKB, e.view.decimals); err != nil {
		return nil, err
	} else {
		shown.Geometry.EWKB = nil
	}
	b = append(b, ',')
	at := len(b)
	if b, err = e.r.h.Encoder.AppendFeature(b, e.shown, shown, e.view.decimals); err != nil {
		return nil, err
	}
	return append(b[:at], b[at+1:]...), nil // the brace stands already
}

// appendTime writes when a feature is: a day, or a moment in UTC.
func (e *encoder) appendTime(b []byte, f *spatial.Feature) []byte {
	if e.timeAt < 0 {
		return append(b, "null"...)
	}
	at, ok := f.Properties[e.timeAt].(time.Time)
	if !ok {
		return append(b, "null"...)
	}
	if e.timeIsDay {
		return append(at.AppendFormat(append(b, `{"date":"`...), time.DateOnly), `"}`...)
	}
	return append(at.UTC().AppendFormat(append(b, `{"timestamp":"`...), time.RFC3339Nano), `"}`...)
}

// root are the members of a JSON-FG document's outermost object, each after a
// comma.
func (e *encoder) root() []byte {
	if !e.fg {
		return nil
	}
	b := append([]byte(nil), `,"conformsTo":["`...)
	b = append(append(b, strings.Join(fgClasses[:], `","`)...), `"],"featureType":"`...)
	b = append(append(b, e.shown.ID...), `","coordRefSys":"`...) // an id and an address: nothing to escape
	return append(append(b, e.view.to.uri...), '"')
}
