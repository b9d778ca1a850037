package wfs

import (
	"net/http"
	"strconv"
	"time"

	"gisd/api/shape"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// features answers GetFeature with a page of features, one of them, or their number.
func (r *request) features() error {
	q, err := r.readQuestion()
	if err != nil {
		return err
	}
	if q.hits || q.Limit == 0 {
		count, err := r.h.Features.Count(r.Request().Context(), q.rows, q.Query)
		if err != nil {
			return err
		}
		var d document
		r.openCollection(&d, q, strconv.FormatInt(count, 10), 0, "").raw(`</wfs:FeatureCollection>`)
		return r.Blob(http.StatusOK, typeGML, d.bytes())
	}
	r.walk(q)
	w := &featureWriter{q: q, shaper: shape.New(q.to.srid), decimals: 9}
	if s, ok := crs.Lookup(q.to.srid); ok && !s.Geographic {
		w.decimals = 4
	}
	page, err := r.h.Features.Each(r.Request().Context(), q.rows, q.Query, w.add)
	if err != nil {
		return err
	}
	if q.single {
		return r.one(w)
	}
	matched, next := "unknown", ""
	if page.Matched >= 0 && !page.Estimated {
		matched = strconv.FormatInt(page.Matched, 10)
	}
	if page.Next != nil {
		end := q.start + int64(w.count)
		r.h.anchors.Remember(q.key, end, page.Next)
		next = r.pageHref(end)
	} else if page.Matched < 0 || page.Estimated {
		matched = strconv.FormatInt(q.start+int64(w.count), 10)
		if w.count == 0 && q.start > 0 {
			matched = "unknown" // beyond the end
		}
	}
	var d document
	r.openCollection(&d, q, matched, w.count, next)
	d.b = append(d.b, w.d.b...)
	d.raw(`</wfs:FeatureCollection>`)
	return r.Blob(http.StatusOK, typeGML, d.bytes())
}

// openCollection begins the answer (OGC 09-025r2 §11.3.3).
func (r *request) openCollection(d *document, q *question, matched string, returned int, next string) *document {
	d.raw(`<wfs:FeatureCollection`).raw(namespaces).raw(` xsi:schemaLocation="http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd ` + namespace + ` `).
		text(r.schemaHref(q.c)).raw(`" timeStamp="`).raw(r.h.Now().UTC().Format(time.RFC3339)).
		raw(`" numberMatched="`).raw(matched).raw(`" numberReturned="`).raw(strconv.Itoa(returned)).raw(`"`)
	if next != "" {
		d.raw(` next="`).text(next).raw(`"`)
	}
	if q.start > 0 && returned > 0 {
		d.raw(` previous="`).text(r.pageHref(max(q.start-int64(q.Limit), 0))).raw(`"`)
	}
	return d.raw(`>`)
}

// one is the feature of a stored query: it is the whole document (OGC 09-025r2
// §7.9.3.6).
func (r *request) one(w *featureWriter) error {
	if w.count == 0 {
		return spatial.NotFound("wfs: feature", "There is no such feature.")
	}
	member := string(w.d.b)
	const begin, end = "<wfs:member>", "</wfs:member>"
	body := member[len(begin) : len(member)-len(end)]
	name := "<" + prefix + ":" + w.q.c.ID
	var d document
	d.raw(name).raw(namespaces).raw(body[len(name):])
	return r.Blob(http.StatusOK, typeGML, d.bytes())
}

// featureWriter writes the members of a page. It serves one goroutine.
type featureWriter struct {
	q        *question
	shaper   *shape.Shaper
	decimals int
	d        document
	count    int
}

func (w *featureWriter) add(f *spatial.Feature) error {
	w.count++
	c := w.q.c
	id := resourceID(c, f.ID)
	w.d.raw(`<wfs:member><` + prefix + `:`).raw(c.ID).raw(` gml:id="`).raw(id).raw(`">`)
	if w.q.geom {
		g, err := w.shaper.Geometry(f.Geometry)
		if err != nil {
			return err
		}
		if g != nil && !g.Empty() {
			w.d.raw(`<` + prefix + `:` + geometryName + `>`)
			writer := gmlWriter{d: &w.d, name: w.q.to.name, latLon: w.q.to.latLon, decimals: w.decimals, id: id}
			writer.gml(c.GeometryType, g)
			w.d.raw(`</` + prefix + `:` + geometryName + `>`)
		}
	}
	for _, i := range w.q.fields {
		v := f.Properties[i+1] // after the id
		if v == nil {
			continue
		}
		column := c.Fields[i].Column
		w.d.raw(`<` + prefix + `:`).raw(column).raw(`>`)
		w.d.value(c.Fields[i].Type, v)
		w.d.raw(`</` + prefix + `:`).raw(column).raw(`>`)
	}
	w.d.raw(`</` + prefix + `:`).raw(c.ID).raw(`></wfs:member>`)
	return nil
}
