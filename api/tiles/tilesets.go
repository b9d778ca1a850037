package tiles

import (
	"gisd/api/negotiate"
	"gisd/spatial"
	engine "gisd/tiles"
)

// The link relations of OGC 20-057 §4 and 17-083r4 §7.
const (
	relTilesets     = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relTilingScheme = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relMatrixSets   = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
	relGeodata      = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
	relDataset      = "http://www.opengis.net/def/rel/ogc/1.0/dataset"
)

// tilesetItem is a tileset in the list (OGC 20-057
// /req/tilesets-list/tileset-links). The official suite looks for id and limits
// here too.
type tilesetItem struct {
	Title               string                `json:"title"`
	DataType            string                `json:"dataType"`
	CRS                 string                `json:"crs"`
	TileMatrixSetID     string                `json:"tileMatrixSetId"`
	TileMatrixSetURI    string                `json:"tileMatrixSetURI"`
	Links               []negotiate.Link      `json:"links"`
	TileMatrixSetLimits []engine.MatrixLimits `json:"tileMatrixSetLimits"`
}

// tilesetDoc is the metadata of a tileset (OGC 17-083r4 §7,
// /req/json-tilesetmetadata).
type tilesetDoc struct {
	tilesetItem
	Description string       `json:"description,omitempty"`
	Attribution string       `json:"attribution,omitempty"`
	License     string       `json:"license,omitempty"`
	MediaTypes  []string     `json:"mediaTypes"`
	BoundingBox *boundingBox `json:"boundingBox,omitempty"`
	CenterPoint *centerPoint `json:"centerPoint,omitempty"`
	Layers      []layerDoc   `json:"layers,omitempty"`
}

// boundingBox is in CRS84, lon, lat degrees.
type boundingBox struct {
	LowerLeft   [2]float64 `json:"lowerLeft"`
	UpperRight  [2]float64 `json:"upperRight"`
	CRS         string     `json:"crs"`
	OrderedAxes [2]string  `json:"orderedAxes"`
}

type centerPoint struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	TileMatrix  string     `json:"tileMatrix,omitempty"`
}

// layerDoc is one collection in the tiles. GeometryDimension is left out where
// it is mixed.
type layerDoc struct {
	ID                string           `json:"id"`
	Title             string           `json:"title"`
	Description       string           `json:"description,omitempty"`
	DataType          string           `json:"dataType"`
	GeometryDimension *int             `json:"geometryDimension,omitempty"`
	MinTileMatrix     string           `json:"minTileMatrix"`
	MaxTileMatrix     string           `json:"maxTileMatrix"`
	PropertiesSchema  propertiesSchema `json:"propertiesSchema"`
	Links             []negotiate.Link `json:"links"`
}

// propertiesSchema is a JSON Schema of what tiles carry.
type propertiesSchema struct {
	Type       string                    `json:"type"`
	Properties map[string]propertySchema `json:"properties"`
}

type propertySchema struct {
	Title string `json:"title,omitempty"`
	Type  string `json:"type"`
	Unit  string `json:"x-ogc-unit,omitempty"` // UCUM
}

// tilesets lists the tilesets of the collections, one in each tile matrix set.
func (r *ogcRequest) tilesets() error {
	if _, err := negotiate.Choose(r.Context, []negotiate.Format{formatJSON()}); err != nil {
		return err
	}
	if err := negotiate.Only(r.QueryParams(), r.known...); err != nil {
		return err
	}
	tileset, err := r.described()
	if err != nil {
		return err
	}
	doc := struct {
		Links    []negotiate.Link `json:"links"`
		Tilesets []tilesetItem    `json:"tilesets"`
	}{[]negotiate.Link{{Href: r.href(format("json")), Rel: "self", Type: negotiate.TypeJSON, Title: r.in(titleTilesets())}}, []tilesetItem{}}
	for _, set := range engine.MatrixSets(tileset.Collections) {
		item, err := r.item(tileset, set)
		if err != nil {
			return err
		}
		doc.Tilesets = append(doc.Tilesets, item)
	}
	return r.json(negotiate.TypeJSON, doc)
}

func titleTilesets() spatial.Text {
	return spatial.Text{VI: "Các bộ ô vectơ", EN: "Vector tilesets"}
}

func (r *ogcRequest) in(t spatial.Text) string { return t.In(r.lang) }

func (r *ogcRequest) item(t *engine.Tileset, set engine.TileMatrixSet) (tilesetItem, error) {
	links := []negotiate.Link{
		{Href: r.href(format("json"), set.ID), Rel: "self", Type: negotiate.TypeJSON, Title: r.in(spatial.Text{VI: "Bộ ô này", EN: "This tileset"})},
		{Href: r.h.ogcHref(r.Context, format("json"), "tileMatrixSets", set.ID), Rel: relTilingScheme, Type: negotiate.TypeJSON, Title: set.Title},
		{Href: r.href(format("mvt"), set.ID, "{tileMatrix}", "{tileRow}", "{tileCol}"), Rel: "item", Type: engine.ContentType, Templated: true,
			Title: r.in(spatial.Text{VI: "Ô vectơ (MVT)", EN: "Vector tiles (MVT)"})},
	}
	limits, err := t.Limits(set)
	return tilesetItem{Title: r.titleOf(t) + " – " + set.ID, DataType: "vector", CRS: set.CRS, TileMatrixSetID: set.ID,
		TileMatrixSetURI: r.uriOf(set), Links: links, TileMatrixSetLimits: limits}, err
}

// uriOf is the register's address of a set, or where this server defines it.
func (r *ogcRequest) uriOf(set engine.TileMatrixSet) string {
	if set.URI != "" {
		return set.URI
	}
	return r.h.origin.Base(r.Request()) + "/ogc/tileMatrixSets/" + set.ID
}

func (r *ogcRequest) titleOf(t *engine.Tileset) string {
	if len(r.steps) > 1 && len(t.Collections) == 1 {
		return titleOf(t.Collections[0], r.lang)
	}
	return r.in(spatial.Text{VI: "Các lớp dữ liệu", EN: "Collections"})
}

func titleOf(c *spatial.Collection, lang string) string {
	if title := c.Title.In(lang); title != "" {
		return title
	}
	return c.ID
}

// tileset describes one tileset, as metadata of OGC 17-083r4 or as TileJSON,
// which knows WebMercatorQuad only.
func (r *ogcRequest) tileset() error {
	set, err := r.set()
	if err != nil {
		return err
	}
	formats := []negotiate.Format{formatJSON()}
	if set.Matrix() == "" {
		formats = append(formats, formatTileJSON())
	}
	chosen, err := negotiate.Choose(r.Context, formats)
	if err != nil {
		return err
	}
	if err := negotiate.Only(r.QueryParams(), r.known...); err != nil {
		return err
	}
	tileset, err := r.described()
	if err != nil {
		return err
	}
	if chosen.Name == formatTileJSON().Name {
		return r.json(typeTileJSON, tileset.TileJSON(r.href(format("mvt"), set.ID, "{z}", "{y}", "{x}"), r.lang))
	}
	doc, err := r.metadata(tileset, set)
	if err != nil {
		return err
	}
	return r.json(negotiate.TypeJSON, doc)
}

func (r *ogcRequest) metadata(t *engine.Tileset, set engine.TileMatrixSet) (tilesetDoc, error) {
	item, err := r.item(t, set)
	doc := tilesetDoc{tilesetItem: item, MediaTypes: []string{engine.ContentType}}
	tj := t.TileJSON("", r.lang)
	doc.Attribution = tj.Attribution
	if len(r.steps) > 1 {
		doc.Description, doc.License = tj.Description, t.Collections[0].Licence
		doc.Links = append(doc.Links, negotiate.Link{Href: r.h.ogcHref(r.Context, format("json"), r.steps[:2]...), Rel: relGeodata, Type: negotiate.TypeJSON})
	} else {
		doc.Links = append(doc.Links, negotiate.Link{Href: r.h.ogcHref(r.Context, format("json")), Rel: relDataset, Type: negotiate.TypeJSON})
	}
	if set.Matrix() == "" {
		doc.Links = append(doc.Links, negotiate.Link{Href: r.href(format("tilejson"), set.ID), Rel: "alternate", Type: typeTileJSON, Title: "TileJSON"})
	}
	if b := tj.Bounds; b != nil {
		axes := [2]string{"Lon", "Lat"}
		doc.BoundingBox = &boundingBox{[2]float64{b[0], b[1]}, [2]float64{b[2], b[3]}, crs84, axes}
		doc.CenterPoint = &centerPoint{Coordinates: [2]float64{tj.Center[0], tj.Center[1]}, CRS: crs84}
		if z := uint32(tj.Center[2]); z >= set.FirstZoom {
			doc.CenterPoint.TileMatrix = set.MatrixID(z)
		}
	}
	for _, c := range t.Collections {
		doc.Layers = append(doc.Layers, r.layer(c, set))
	}
	return doc, err
}

const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

func (r *ogcRequest) layer(c *spatial.Collection, set engine.TileMatrixSet) layerDoc {
	within := func(z int) string { return set.MatrixID(max(uint32(max(z, 0)), set.FirstZoom)) }
	return layerDoc{
		ID: c.ID, Title: titleOf(c, r.lang), Description: c.Description.In(r.lang), DataType: "vector",
		GeometryDimension: dimension(c.GeometryType),
		MinTileMatrix:     within(c.MinZoom), MaxTileMatrix: within(c.MaxZoom),
		PropertiesSchema: propertiesSchema{"object", propertiesOf(c, r.lang)},
		Links:            []negotiate.Link{{Href: r.h.ogcHref(r.Context, format("json"), "collections", c.ID), Rel: relGeodata, Type: negotiate.TypeJSON}},
	}
}

func propertiesOf(c *spatial.Collection, lang string) map[string]propertySchema {
	all := map[string]propertySchema{}
	if c.IDKind == spatial.IDText {
		all[engine.KeyProperty] = propertySchema{Type: "string"}
	}
	for _, f := range c.Fields {
		if _, taken := all[f.Name]; taken {
			continue // the id itself is the better answer
		}
		p := propertySchema{Title: f.Title.In(lang), Type: "string", Unit: f.Unit}
		switch f.Type {
		case spatial.FieldInteger, spatial.FieldNumber, spatial.FieldBoolean:
			p.Type = string(f.Type)
		}
		all[f.Name] = p
	}
	return all
}

// dimension is 0 for points, 1 for lines, 2 for surfaces, nil for anything.
func dimension(t spatial.GeometryType) *int {
	d := 0
	switch t {
	case spatial.GeometryPoint, spatial.GeometryMultiPoint:
	case spatial.GeometryLineString, spatial.GeometryMultiLineString:
		d = 1
	case spatial.GeometryPolygon, spatial.GeometryMultiPolygon:
		d = 2
	default:
		return nil
	}
	return &d
}
