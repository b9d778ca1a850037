package tiles

import (
	"slices"
	"strings"

	"gisd/spatial"
)

// KeyProperty carries the feature id where the tile's own id is a hash of it.
const KeyProperty = "id"

// AngleProperty of a line's label point is the direction of the line there, in
// degrees clockwise from the x axis of the map, between -90 and 90, as MapLibre's
// text-rotate takes it. A property of that name goes before.
const AngleProperty = "angle"

// Tileset is a set of collections published together.
type Tileset struct {
	Collections []*spatial.Collection
	Private     bool   // an anonymous caller might not have got it
	Query       *Query // narrows its tiles; nil does not
}

// Tileset resolves ids, joined by commas; errors as for Tile.
func (s *Service) Tileset(ids string, a spatial.Access) (*Tileset, error) {
	list, err := s.collections(ids, a)
	if err != nil {
		return nil, err
	}
	t := &Tileset{Collections: list}
	for _, c := range list {
		t.Private = t.Private || private(c)
	}
	return t, nil
}

// TileJSON describes the tileset in the language ("vi" or "en"); url is the
// template of its tiles.
func (t *Tileset) TileJSON(url, lang string) TileJSON {
	doc := TileJSON{Version: "3.0.0", Scheme: "xyz", Tiles: []string{url}, MinZoom: MaxZoom, VectorLayers: []VectorLayer{}}
	var names, credits []string
	for _, c := range t.Collections {
		doc.MinZoom, doc.MaxZoom = min(doc.MinZoom, c.MinZoom), max(doc.MaxZoom, c.MaxZoom)
		doc.VectorLayers = append(doc.VectorLayers, vectorLayer(c, t.Query, lang))
		if name := c.Title.In(lang); name != "" {
			names = append(names, name)
		} else {
			names = append(names, c.ID)
		}
		if c.Attribution != "" && !slices.Contains(credits, c.Attribution) {
			credits = append(credits, c.Attribution)
		}
	}
	doc.Name, doc.Attribution = strings.Join(names, ", "), strings.Join(credits, "; ")
	if len(t.Collections) == 1 {
		doc.Description = t.Collections[0].Description.In(lang)
	}
	if e := t.extent(); !e.Empty() {
		doc.Bounds = []float64{e.MinX, e.MinY, e.MaxX, e.MaxY}
		doc.Center = []float64{(e.MinX + e.MaxX) / 2, (e.MinY + e.MaxY) / 2, float64(doc.MinZoom)}
		if width := e.MaxX - e.MinX; width > 0 {
			doc.Center[2] = float64(fitZoom(width, doc.MinZoom, doc.MaxZoom))
		}
	}
	return doc
}

// extent is the union in SRID 4326. TileJSON has no way to say that bounds
// cross the antimeridian: then it is the whole circle.
func (t *Tileset) extent() spatial.Envelope {
	u := spatial.EmptyEnvelope(spatial.SRIDWGS84)
	for _, c := range t.Collections {
		e := c.Extent
		if e.Empty() || e.SRID != spatial.SRIDWGS84 {
			continue
		}
		if e.MinX > e.MaxX {
			e.MinX, e.MaxX = -180, 180
		}
		u = u.Extend(e.MinX, e.MinY).Extend(e.MaxX, e.MaxY)
	}
	return u
}

// fitZoom is the zoom at which so many degrees of longitude fill a tile or two.
func fitZoom(degrees float64, lo, hi int) int {
	z := 0
	for width := 360.0; width/2 >= degrees && z < hi; width /= 2 {
		z++
	}
	return max(z, lo)
}

func vectorLayer(c *spatial.Collection, q *Query, lang string) VectorLayer {
	l := VectorLayer{ID: c.ID, Description: c.Description.In(lang), MinZoom: c.MinZoom, MaxZoom: c.MaxZoom,
		Fields: FieldTypes{}, GeometryType: c.GeometryType}
	// It tells how large tiles of everything are.
	if c.LabelsOf == "" && !c.Limits.Rows() {
		l.Generalisation = c.Pyramid.Generalisation
	}
	if c.IDKind == spatial.IDText {
		l.Fields = append(l.Fields, FieldType{KeyProperty, "String"})
	}
	for _, f := range c.Fields {
		if f.Name == KeyProperty && c.IDKind == spatial.IDText || !q.Has(f.Name) {
			continue
		}
		l.Fields = append(l.Fields, FieldType{f.Name, tileField(f.Type)})
	}
	if _, taken := c.Field(AngleProperty); c.LabelsOf != "" && !taken && q.Has(AngleProperty) {
		l.Fields = append(l.Fields, FieldType{AngleProperty, "Number"})
	}
	return l
}
