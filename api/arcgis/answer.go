package arcgis

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"gisd/api/negotiate"
	"gisd/api/shape"
	"gisd/spatial"
)

// query answers with features, their ids, their number or the box around them.
func (r *request) query() error {
	l, err := r.layerOf(r.Param("layer"))
	if err != nil {
		return err
	}
	q, err := r.readQuestion(l)
	if err != nil {
		return err
	}
	switch {
	case q.summary != nil:
		return r.summarize(q)
	case q.extent:
		return r.extentOf(q)
	case q.count:
		return r.countOf(q)
	case q.ids:
		return r.idsOf(q)
	}
	return r.features(q)
}

func (r *request) extentOf(q question) error {
	box, count, err := r.h.Features.Extent(r.Request().Context(), q.layer.rows, q.Query)
	if err != nil {
		return err
	}
	doc := object{"extent": extentIn(box, q.out)}
	if q.count {
		doc["count"] = count
	}
	return r.json(doc)
}

func (r *request) countOf(q question) error {
	ctx := r.Request().Context()
	q.After, q.Offset = nil, 0
	if q.Filter == nil && q.BBox == nil && q.Time == nil { // the store keeps this one
		one := spatial.Query{Access: q.Access, Limit: 1, Fields: []string{}, WithoutGeometry: true}
		page, err := r.h.Features.Each(ctx, q.layer.rows, one, func(*spatial.Feature) error { return nil })
		if err != nil {
			return err
		}
		if page.Matched >= 0 && !page.Estimated {
			return r.json(object{"count": page.Matched})
		}
	}
	count, err := r.h.Features.Count(ctx, q.layer.rows, q.Query)
	if err != nil {
		return err
	}
	return r.json(object{"count": count})
}

// idsMost bounds a list of ids; more are told by exceededTransferLimit.
const idsMost = 5_000_000

func (r *request) idsOf(q question) error {
	q.After, q.Offset, q.WithoutGeometry, q.Query.Fields = nil, 0, true, []string{}
	q.Limit = idsMost
	b := append([]byte(nil), `{"objectIdFieldName":"`+q.layer.oid+`","objectIds":[`...)
	page, err := r.h.Features.Each(r.Request().Context(), q.layer.rows, q.Query, func(f *spatial.Feature) error {
		b = strconv.AppendInt(b, r.h.ids.give(q.layer.c, f.ID), 10)
		b = append(b, ',')
		return nil
	})
	if err != nil {
		return err
	}
	if b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	b = append(b, ']')
	if page.Next != nil {
		b = append(b, `,"exceededTransferLimit":true`...)
	}
	return r.Blob(http.StatusOK, negotiate.TypeJSON, append(b, '}'))
}

// features answers with a page.
func (r *request) features(q question) error {
	w := &featureWriter{r: r, q: q, shaper: shape.New(q.out), geojson: r.format == "geojson"}
	if err := w.begin(); err != nil {
		return err
	}
	page, err := r.h.Features.Each(r.Request().Context(), q.layer.rows, q.Query, w.add)
	if err != nil {
		return err
	}
	if page.Next != nil {
		r.h.anchors.Remember(q.key, q.offset+int64(w.count), page.Next)
	}
	w.end(page.Next != nil)
	if r.format == "pjson" {
		return r.json(json.RawMessage(w.b))
	}
	contentType := negotiate.TypeJSON
	if w.geojson {
		contentType = negotiate.TypeGeoJSON
	}
	return r.Blob(http.StatusOK, contentType, w.b)
}

// featureWriter writes the features of a page. It serves one goroutine.
type featureWriter struct {
	r       *request
	q       question
	shaper  *shape.Shaper
	geojson bool
	b       []byte
	count   int
}

func (w *featureWriter) begin() error {
	if w.geojson {
		w.b = append(w.b, `{"type":"FeatureCollection","features":[`...)
		return nil
	}
	l := w.q.layer
	fields := make([]field, len(w.q.fields))
	for i, at := range w.q.fields {
		fields[i] = l.fields[at]
	}
	head := object{"objectIdFieldName": l.oid, "uniqueIdField": object{"name": l.oid, "isSystemMaintained": true}, "globalIdFieldName": "", "fields": fields}
	if name, _ := geometryTypeOf(l.c.GeometryType); name != "" {
		head["geometryType"], head["spatialReference"] = name, referenceOf(w.q.out)
		head["hasZ"], head["hasM"] = w.q.z && w.hasZ(), false
	}
	b, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("arcgis: encode: %w", err)
	}
	w.b = append(append(w.b, b[:len(b)-1]...), `,"features":[`...)
	return nil
}

func (w *featureWriter) hasZ() bool {
	d := w.q.layer.c.Dimensions
	return d == spatial.XYZ || d == spatial.XYZM
}

// end says whether there is more: GeoJSON of ArcGIS keeps that with its properties.
func (w *featureWriter) end(more bool) {
	w.b = append(w.b, ']')
	switch {
	case more && w.geojson:
		w.b = append(w.b, `,"exceededTransferLimit":true,"properties":{"exceededTransferLimit":true}`...)
	case more:
		w.b = append(w.b, `,"exceededTransferLimit":true`...)
	}
	w.b = append(w.b, '}')
}

func (w *featureWriter) add(f *spatial.Feature) error {
	if w.count++; w.count > 1 {
		w.b = append(w.b, ',')
	}
	id := w.r.h.ids.give(w.q.layer.c, f.ID)
	if w.geojson {
		return w.addGeoJSON(f, id)
	}
	w.b = append(w.b, `{"attributes":`...)
	if err := w.attributes(f, id); err != nil {
		return err
	}
	if w.q.geometry {
		g, err := w.shaper.Geometry(f.Geometry)
		if err != nil {
			return err
		}
		name, _ := geometryTypeOf(w.q.layer.c.GeometryType)
		e := geometryWriter{b: append(w.b, `,"geometry":`...), decimals: w.q.decimals, z: w.q.z && w.hasZ()}
		e.appendAs(name, g)
		w.b = e.b
	}
	w.b = append(w.b, '}')
	return nil
}

func (w *featureWriter) addGeoJSON(f *spatial.Feature, id int64) error {
	w.b = strconv.AppendInt(append(w.b, `{"type":"Feature","id":`...), id, 10)
	w.b = append(w.b, `,"geometry":`...)
	var ewkb []byte
	var err error
	if w.q.geometry {
		if ewkb, err = w.shaper.EWKB(f.Geometry); err != nil {
			return err
		}
	}
	if w.b, err = w.r.h.GeoJSON.AppendGeometry(w.b, ewkb, w.q.decimals); err != nil {
		return err
	}
	w.b = append(w.b, `,"properties":`...)
	if err := w.attributes(f, id); err != nil {
		return err
	}
	w.b = append(w.b, '}')
	return nil
}

func (w *featureWriter) attributes(f *spatial.Feature, id int64) error {
	w.b = append(w.b, '{')
	for n, i := range w.q.fields {
		if n > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(strconv.AppendQuote(w.b, w.q.layer.fields[i].Name), ':')
		if i == 0 {
			w.b = strconv.AppendInt(w.b, id, 10)
			continue
		}
		var err error
		if w.b, err = appendValue(w.b, f.Properties[i]); err != nil {
			return err
		}
	}
	w.b = append(w.b, '}')
	return nil
}

func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(b, "null"...), nil
		}
	case bool:
		if v {
			return append(b, '1'), nil
		}
		return append(b, '0'), nil
	case time.Time:
		return strconv.AppendInt(b, v.UnixMilli(), 10), nil
	case json.RawMessage:
		return appendValue(b, string(v))
	}
	text, err := json.Marshal(v)
	if err != nil {
		return b, fmt.Errorf("arcgis: encode: %w", err)
	}
	return append(b, text...), nil
}
