package metadata

import (
	"net/url"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// The conformance class of a record, and the type of the resources described.
const (
	RecordCore  = "http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"
	TypeDataset = "dataset"
)

// Record is the collection as a record (OGC 20-004r1 §7.2): GeoJSON whose place is
// the extent. Lineage and quality are members of our own.
func (r Resource) Record(self []negotiate.Link) map[string]any {
	c := r.Collection
	properties := object{
		"type": TypeDataset, "title": r.Title(), "updated": r.updated().UTC().Format(time.RFC3339),
		"language": language(r.Lang), "languages": []object{language("vi"), language("en")}, "resourceLanguages": []object{language("vi")},
		"formats": r.formats(),
	}
	if !c.CreatedAt.IsZero() {
		properties["created"] = c.CreatedAt.UTC().Format(time.RFC3339)
	}
	if text := r.in(c.Description); text != "" {
		properties["description"] = text
	}
	if len(c.Keywords) > 0 {
		properties["keywords"] = c.Keywords
	}
	if id, _ := r.licence(); id != "" {
		properties["license"] = id
		if id == "other" {
			properties["rights"] = c.Licence
		}
	}
	if contacts := r.contacts(); len(contacts) > 0 {
		properties["contacts"] = contacts
	}
	if c.Group != "" {
		properties["themes"] = []object{{"concepts": []object{{"id": c.Group}}, "scheme": r.Href("/styles/default.json", nil)}}
	}
	if uri := r.system(); uri != "" {
		properties["storageCrs"] = uri
	}
	properties["lineage"], properties["quality"] = r.lineage(), r.quality()
	return object{
		"id": c.ID, "type": "Feature", "conformsTo": []string{RecordCore}, "time": nil, "geometry": r.place(),
		"properties": properties, "links": append(self, r.Links()...),
	}
}

func language(code string) object {
	names := map[string]string{"vi": "Tiếng Việt", "en": "English"}
	return object{"code": code, "name": names[code]}
}

func (r Resource) formats() []object {
	formats := []object{{"name": "GeoJSON", "mediaType": negotiate.TypeGeoJSON}}
	for _, f := range r.Formats {
		formats = append(formats, object{"name": f.Name, "mediaType": f.Type})
	}
	return formats
}

// contacts are whoever owns the data, and whoever is to be named.
func (r Resource) contacts() []object {
	var contacts []object
	if d := r.Collection.Department; d != "" {
		contacts = append(contacts, object{"organization": d, "roles": []string{"owner", "pointOfContact"}})
	}
	if a := r.Collection.Attribution; a != "" && a != r.Collection.Department {
		contacts = append(contacts, object{"organization": a, "roles": []string{"rightsHolder"}})
	}
	return contacts
}

// place is the extent as a polygon, nil for none. A box that crosses the
// antimeridian is split there (RFC 7946 §3.1.9).
func (r Resource) place() any {
	e, ok := r.box()
	if !ok {
		return nil
	}
	ring := func(west, east float64) any {
		return [][][2]float64{{{west, e.MinY}, {east, e.MinY}, {east, e.MaxY}, {west, e.MaxY}, {west, e.MinY}}}
	}
	if e.MinX > e.MaxX {
		return object{"type": "MultiPolygon", "coordinates": []any{ring(e.MinX, 180), ring(-180, e.MaxX)}}
	}
	return object{"type": "Polygon", "coordinates": ring(e.MinX, e.MaxX)}
}

// lineage tells of each version that is kept where it came from, without names of
// people.
func (r Resource) lineage() []object {
	steps := []object{}
	for _, v := range r.Versions {
		step := object{"version": v.Version, "current": v.Current, "publishedAt": v.CreatedAt.UTC().Format(time.RFC3339)}
		for name, text := range map[string]string{
			"mode": v.Mode, "source": v.SourceName, "layer": v.SourceLayer, "sha256": v.SourceSHA256, "format": v.Format,
			"encoding": v.Encoding, "crs": v.CRS, "crsReason": v.CRSReason,
		} {
			if text != "" {
				step[name] = text
			}
		}
		if !v.StartedAt.IsZero() {
			step["importedAt"] = v.StartedAt.UTC().Format(time.RFC3339)
		}
		steps = append(steps, step)
	}
	return steps
}

// quality are the figures of the version that is published.
func (r Resource) quality() object {
	q := object{}
	if r.Collection.FeatureCount < 0 { // who sees some of them is not told of the others
		return q
	}
	q["features"], q["withoutGeometry"] = r.Collection.FeatureCount, r.Collection.WithoutGeometry
	if v, ok := r.current(); ok {
		q["read"], q["rejected"], q["repaired"], q["edits"] = v.Counts.Read, v.Counts.Rejected, v.Counts.Repaired, v.Edits
	}
	return q
}

const ogcRel = "http://www.opengis.net/def/rel/ogc/1.0/"

// Links lead from the record to the data in every form that it has.
func (r Resource) Links() []negotiate.Link {
	c := r.Collection
	text := func(vi, en string) string { return r.in(spatial.Text{VI: vi, EN: en}) }
	links := []negotiate.Link{
		{Href: r.format("/ogc/collections/"+c.ID, "json"), Rel: "collection", Type: negotiate.TypeJSON, Title: text("OGC API - Features", "OGC API - Features")},
		{Href: r.format(r.items(), "json"), Rel: "items", Type: negotiate.TypeGeoJSON, Title: text("Các đối tượng", "The features")},
		{Href: r.format(r.items(), "html"), Rel: "items", Type: negotiate.TypeHTML, Title: text("Xem các đối tượng", "Browse the features")},
		{Href: r.Href("/ogc/collections/"+c.ID+"/schema", nil), Rel: ogcRel + "schema", Type: negotiate.TypeSchema, Title: text("Lược đồ", "Schema")},
		{Href: r.Href("/ogc/collections/"+c.ID+"/versions", nil), Rel: "version-history", Type: negotiate.TypeJSON, Title: text("Các phiên bản", "Versions")},
	}
	if c.GeometryType != spatial.GeometryNone {
		links = append(links,
			negotiate.Link{Href: r.format("/ogc/collections/"+c.ID+"/tiles", "json"), Rel: ogcRel + "tilesets-vector", Type: negotiate.TypeJSON, Title: text("Ô vectơ", "Vector tiles")},
			negotiate.Link{Href: r.Href("/styles/"+c.ID+".json", nil), Rel: "stylesheet", Type: negotiate.TypeJSON, Title: text("Kiểu MapLibre", "MapLibre style")},
		)
	}
	for _, f := range r.Formats {
		links = append(links, negotiate.Link{Href: r.Href(r.items(), url.Values{"f": {f.Name}}), Rel: "enclosure", Type: f.Type, Title: f.Name})
	}
	if _, address := r.licence(); address != "" {
		links = append(links, negotiate.Link{Href: address, Rel: "license", Title: c.Licence})
	}
	return links
}
