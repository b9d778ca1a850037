package tiles

import (
	"net/url"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// What the documents of the OGC API at large say of tiles: landing page,
// collections, conformance and the OpenAPI document.

// ConformsTo lists the conformance classes that RegisterOGC makes true.
func ConformsTo() []string {
	const tiles, tms = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/", "http://www.opengis.net/spec/tms/2.0/conf/"
	return []string{
		tiles + "core", tiles + "tileset", tiles + "tilesets-list", tiles + "dataset-tilesets", tiles + "geodata-tilesets",
		tiles + "collections-selection", tiles + "mvt", tiles + "oas30",
		tms + "tilematrixset", tms + "json-tilematrixset", tms + "tilematrixsetlimits", tms + "json-tilematrixsetlimits",
		tms + "tilesetmetadata", tms + "json-tilesetmetadata",
	}
}

// Href is the address of a resource below /ogc.
type Href = func(query url.Values, steps ...string) string

// LandingLinks lead from the landing page to the dataset's tilesets and to the
// tile matrix sets (OGC 20-057 /req/dataset-tilesets/landingpage).
func LandingLinks(href Href, lang string) []negotiate.Link {
	return []negotiate.Link{
		{Href: href(format("json"), "tiles"), Rel: relTilesets, Type: negotiate.TypeJSON, Title: titleTilesets().In(lang)},
		{Href: href(format("json"), "tileMatrixSets"), Rel: relMatrixSets, Type: negotiate.TypeJSON,
			Title: spatial.Text{VI: "Các lưới ô", EN: "Tile matrix sets"}.In(lang)},
	}
}

// CollectionLinks lead from a collection to its tilesets (OGC 20-057
// /req/geodata-tilesets/desc-links).
func CollectionLinks(href Href, c *spatial.Collection, lang string) []negotiate.Link {
	if c.GeometryType == spatial.GeometryNone {
		return nil
	}
	return []negotiate.Link{
		{Href: href(format("json"), "collections", c.ID, "tiles"), Rel: relTilesets, Type: negotiate.TypeJSON, Title: titleTilesets().In(lang)},
	}
}

type object = map[string]any

// Paths are the resources in OpenAPI 3.0, their operations named as OGC 20-057
// table 11 wants. They stand on the responses and parameters of Components, and
// on "f" and "problem", "unchanged" of the document they join.
func Paths() map[string]any {
	ref := func(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }
	operation := func(id, summary, answer string, params ...string) object {
		list := []object{}
		for _, p := range params {
			list = append(list, ref("parameters", p))
		}
		responses := object{"200": ref("responses", answer), "304": ref("responses", "unchanged")}
		if answer == "tile" {
			responses["204"] = object{"description": "Within the limits of the tileset, and empty."}
		}
		for _, status := range []string{"400", "401", "404", "406", "500", "503"} {
			responses[status] = ref("responses", "problem")
		}
		return object{"get": object{"operationId": id, "tags": []string{"Tiles"}, "summary": summary, "parameters": list, "responses": responses}}
	}
	const set, tile = "/{tileMatrixSetId}", "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
	const one, all = "/collections/{collectionId}/tiles", "/tiles"
	return object{
		"/tileMatrixSets":                   operation("tiles.getTileMatrixSetsList", "Tile matrix sets", "tileMatrixSets"),
		"/tileMatrixSets/{tileMatrixSetId}": operation("tiles.getTileMatrixSet", "Definition of a tile matrix set", "tileMatrixSet", "tileMatrixSetId"),
		all:                                 operation("tiles.dataset.vector.getTileSetsList", "Tilesets of all collections", "tilesets", "collections"),
		all + set:                           operation("tiles.dataset.vector.getTileSet", "A tileset of all collections", "tileset", "tileMatrixSetId", "collections"),
		all + tile: operation("tiles.dataset.vector.getTile", "A tile of all collections", "tile",
			"tileMatrixSetId", "tileMatrix", "tileRow", "tileCol", "collections"),
		one:       operation("tiles.collection.vector.getTileSetsList", "Tilesets of a collection", "tilesets", "collectionId"),
		one + set: operation("tiles.collection.vector.getTileSet", "A tileset of a collection", "tileset", "collectionId", "tileMatrixSetId"),
		one + tile: operation("tiles.collection.vector.getTile", "A tile of a collection", "tile",
			"collectionId", "tileMatrixSetId", "tileMatrix", "tileRow", "tileCol"),
	}
}

// Components are what Paths refers to, by kind and name.
func Components() map[string]map[string]any {
	path := func(name, description string, schema object) object {
		return object{"name": name, "in": "path", "required": true, "description": description, "schema": schema}
	}
	index := object{"type": "integer", "minimum": 0}
	text := object{"type": "string"}
	answer := func(description, mediaType string, schema object) object {
		return object{"description": description, "content": object{mediaType: object{"schema": schema}}}
	}
	named := func(list string) object {
		return object{"type": "object", "required": []string{list}, "properties": object{list: object{"type": "array", "items": object{"type": "object"}}}}
	}
	tileset := answer("The metadata of the tileset.", negotiate.TypeJSON, object{"type": "object", "required": []string{"dataType", "crs", "links"}})
	tileset["content"].(object)[typeTileJSON] = object{"schema": object{"type": "object"}}
	return map[string]map[string]any{
		"parameters": {
			"tileMatrixSetId": path("tileMatrixSetId", "The tile matrix set.", object{"type": "string", "example": "WebMercatorQuad"}),
			"tileMatrix":      path("tileMatrix", "The tile matrix, which is the zoom.", text),
			"tileRow":         path("tileRow", "The row, counted from the top.", index),
			"tileCol":         path("tileCol", "The column, counted from the left.", index),
			"collectionId":    path("collectionId", "The id of the collection.", text),
			"collections": object{"name": "collections", "in": "query", "required": false, "style": "form", "explode": false,
				"description": "Only these collections, by id or address.", "schema": object{"type": "array", "items": text}},
		},
		"responses": {
			"tileMatrixSets": answer("The tile matrix sets.", negotiate.TypeJSON, named("tileMatrixSets")),
			"tileMatrixSet":  answer("The definition.", negotiate.TypeJSON, named("tileMatrices")),
			"tilesets":       answer("The tilesets.", negotiate.TypeJSON, named("tilesets")),
			"tileset":        tileset,
			"tile":           answer("A Mapbox Vector Tile 2.1.", "application/vnd.mapbox-vector-tile", object{"type": "string", "format": "binary"}),
		},
	}
}
