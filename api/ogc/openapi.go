package ogc

import (
	"encoding/json"
	"maps"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// api is the OpenAPI 3.0 document of what this caller may read (OGC 17-069r4
// /req/oas30/oas-definition-1).
func (h *Handlers) api(c echo.Context) error {
	r, err := h.begin(c, formatOpenAPI)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	doc := r.definition()
	if r.format.Name == formatHTML.Name {
		text, err := json.Marshal(doc)
		if err != nil {
			return err
		}
		return h.pages.reference.Write(c, r.frame("", r.href(formatQuery("json"), "api"), r.crumbs()), text)
	}
	return r.json(negotiate.TypeOpenAPI, doc)
}

type object = map[string]any

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// definition gives each collection an items path of its own, because the
// parameters differ; everything else is one path for all.
func (r *request) definition() object {
	paths := object{
		"/":            get("getLandingPage", "Capabilities", "Landing page", "landingPage", ref("parameters", "f")),
		"/conformance": get("getConformance", "Capabilities", "Conformance classes", "conformance", ref("parameters", "f")),
		"/api":         get("getApi", "Capabilities", "This document", "document", ref("parameters", "f")),
		"/collections": get("getCollections", "Capabilities", "Collections", "collections", ref("parameters", "f")),
	}
	for _, c := range r.h.Catalogue.Collections(r.access) {
		if c.Version == 0 {
			continue
		}
		paths["/collections/"+c.ID] = get("describe."+c.ID, r.titleOf(c), "Describe "+c.ID, "collection", ref("parameters", "f"))
		paths["/collections/"+c.ID+"/items"] = get("getFeatures."+c.ID, r.titleOf(c), "Features of "+c.ID, "features", r.parametersOf(c)...)
		paths["/collections/"+c.ID+"/items/{featureId}"] = get("getFeature."+c.ID, r.titleOf(c), "One feature of "+c.ID, "feature",
			ref("parameters", "featureId"), ref("parameters", "crs"), ref("parameters", "properties"), ref("parameters", "skipGeometry"),
			ref("parameters", "zoom-level"), ref("parameters", "precision"), ref("parameters", "profile"), ref("parameters", "fFeature"))
		r.addEdits(paths, c)
	}
	// One path for all collections: documents with a path for everything of each
	// make desktop clients wait.
	for _, kind := range []string{"queryables", "sortables", "schema"} {
		paths["/collections/{collectionId}/"+kind] = get(kind, "Capabilities", "JSON Schema: the "+kind+" of a collection", "schema", ref("parameters", "collectionId"))
	}
	paths["/functions"] = get("getFunctions", "Capabilities", "Functions that filters may call", "functions")
	parameters, responses, schemas := r.h.parameters(), responses(), schemas()
	if r.h.Editor != nil {
		paths["/collections/{collectionId}/changes"] = get("getChanges", "Capabilities", "Changes of a collection in the order of the commits", "changes",
			ref("parameters", "collectionId"), ref("parameters", "since"), ref("parameters", "crs"))
		moreParameters, moreResponses := editParts()
		maps.Copy(parameters, moreParameters)
		maps.Copy(responses, moreResponses)
	}
	r.addAttachments(paths, parameters, responses, schemas)
	doc := object{
		"openapi": "3.0.3",
		"info": object{
			"title": r.in(titleServer), "version": "1.0.0",
			"description": r.in(spatial.Text{VI: "OGC API - Features trên các lớp dữ liệu mà bạn được xem.", EN: "OGC API - Features on the collections that you may see."}),
		},
		"servers":    []object{{"url": r.h.Origin.Base(r.Request()) + "/ogc"}},
		"paths":      paths,
		"components": object{"parameters": parameters, "responses": responses, "schemas": schemas},
	}
	r.h.extend(doc)
	return doc
}

func formatNames(formats ...negotiate.Format) []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	return names
}

func get(id, tag, summary, answer string, params ...object) object {
	params = append([]object{}, params...) // an empty list, not null
	return object{"get": object{
		"operationId": id, "tags": []string{tag}, "summary": summary, "parameters": params,
		"responses": object{
			"200": ref("responses", answer), "304": ref("responses", "unchanged"), "400": ref("responses", "problem"),
			"401": ref("responses", "problem"), "404": ref("responses", "problem"), "406": ref("responses", "problem"),
			"500": ref("responses", "problem"),
		},
	}}
}

func (r *request) parametersOf(c *spatial.Collection) []object {
	params := []object{
		ref("parameters", "limit"), ref("parameters", "bbox"), ref("parameters", "bbox-crs"), ref("parameters", "crs"),
		ref("parameters", "datetime"), ref("parameters", "filter"), ref("parameters", "filter-lang"), ref("parameters", "filter-crs"),
		ref("parameters", "cursor"), ref("parameters", "offset"), ref("parameters", "sortby"), ref("parameters", "properties"),
		ref("parameters", "skipGeometry"), ref("parameters", "zoom-level"), ref("parameters", "precision"), ref("parameters", "profile"),
		ref("parameters", "fItems"),
	}
	if c.SearchField != "" {
		params = append(params, ref("parameters", "q"))
	}
	for _, f := range filterable(c) {
		params = append(params, object{
			"name": f.Name, "in": "query", "required": false, "description": r.labelOf(f),
			"schema": schemaOf(f.Type), "style": "form", "explode": false,
		})
	}
	return params
}

func schemaOf(t spatial.FieldType) object {
	switch t {
	case spatial.FieldInteger:
		return object{"type": "integer", "format": "int64"}
	case spatial.FieldNumber:
		return object{"type": "number", "format": "double"}
	case spatial.FieldBoolean:
		return object{"type": "boolean"}
	case spatial.FieldDate:
		return object{"type": "string", "format": "date"}
	case spatial.FieldDateTime:
		return object{"type": "string", "format": "date-time"}
	}
	return object{"type": "string"}
}

func (h *Handlers) parameters() object {
	query := func(name, description string, schema object) object {
		return object{"name": name, "in": "query", "required": false, "description": description, "schema": schema, "style": "form", "explode": false}
	}
	numbers := object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}
	uri := object{"type": "string", "format": "uri", "default": crs84.uri}
	return object{
		"f":        query("f", "The format: json or html.", object{"type": "string", "enum": []string{"json", "html"}}),
		"fFeature": query("f", "The format.", object{"type": "string", "enum": formatNames(formatGeoJSON, formatHTML, formatJSONFG)}),
		"fItems":   query("f", "The format; all but json, html and jsonfg are of everything that matches.", object{"type": "string", "enum": formatNames(append([]negotiate.Format{formatGeoJSON, formatHTML}, h.itemFormats()...)...)}),
		"limit":    query("limit", "How many features at most.", object{"type": "integer", "minimum": 1, "maximum": limitMax, "default": limitNormal}),
		"bbox":     query("bbox", "Only features that intersect this box, and those without geometry: west,south,east,north in degrees, or in the order of bbox-crs.", numbers),
		"bbox-crs": query("bbox-crs", "The coordinate system of bbox.", uri),
		"crs":      query("crs", "The coordinate system of the answer.", uri),
		"datetime": query("datetime", "Only features of this instant or interval, and those without a time.", object{"type": "string"}),
		"filter":   query("filter", "Only features for which this CQL2 condition on their properties and their geometry (geometry) holds.", object{"type": "string"}),
		"filter-lang": query("filter-lang", "How the filter is written; one that begins with a brace is JSON without it.",
			object{"type": "string", "enum": []string{negotiate.LangText, negotiate.LangJSON}, "default": negotiate.LangText}),
		"filter-crs": query("filter-crs", "The coordinate system of the geometries in the filter.", uri),
		"cursor":     query("cursor", "Where the page begins; comes with next links and means nothing by itself.", object{"type": "string"}),
		"offset":     query("offset", "How many features to leave out, for clients that do not follow next links.", object{"type": "integer", "minimum": 0, "maximum": offsetMax}),
		"sortby": query("sortby", "Properties to sort by, joined by commas, one with a minus before it in descending order; see /sortables. Features without the property come last, the id decides between equals, in the direction of the last property.",
			object{"type": "array", "items": object{"type": "string"}}),
		"q": query("q", "Words in the name of the features, with or without diacritics; of several terms joined by commas one suffices.", object{"type": "string", "minLength": 1}),
		"properties": query("properties", "The properties wanted, joined by commas; all of them by default.",
			object{"type": "array", "items": object{"type": "string"}}),
		"skipGeometry": query("skipGeometry", "Whether to leave out the geometries.", object{"type": "string", "enum": []string{"false", "true"}, "default": "false"}),
		"zoom-level":   query("zoom-level", "Simplifies geometries by up to half a pixel of that zoom.", object{"type": "integer", "minimum": 0, "maximum": zoomMost}),
		"precision":    query("precision", "Decimals of coordinates, at most those that there are.", object{"type": "integer", "minimum": 0, "maximum": 15}),
		"profile":      query("profile", "Codes as they are, or what they mean.", object{"type": "string", "enum": []string{profileCodes, profileTitles}, "default": profileCodes}),
		"collectionId": object{
			"name": "collectionId", "in": "path", "required": true, "description": "The id of the collection.", "schema": object{"type": "string"},
		},
		"featureId": object{
			"name": "featureId", "in": "path", "required": true, "description": "The id of the feature.", "schema": object{"type": "string"},
		},
	}
}

func responses() object {
	answer := func(description, mediaType, schema string) object {
		return object{"description": description, "content": object{
			mediaType:          object{"schema": ref("schemas", schema)},
			negotiate.TypeHTML: object{"schema": object{"type": "string"}},
		}}
	}
	return object{
		"landingPage": answer("The landing page.", negotiate.TypeJSON, "landingPage"),
		"conformance": answer("The conformance classes.", negotiate.TypeJSON, "conformance"),
		"document":    answer("The OpenAPI document.", negotiate.TypeOpenAPI, "any"),
		"collections": answer("The collections.", negotiate.TypeJSON, "collections"),
		"collection":  answer("The collection.", negotiate.TypeJSON, "collection"),
		"features":    answer("A page of features.", negotiate.TypeGeoJSON, "featureCollection"),
		"functions":   object{"description": "The functions.", "content": object{negotiate.TypeJSON: object{"schema": ref("schemas", "any")}}},
		"schema":      object{"description": "A JSON Schema.", "content": object{negotiate.TypeSchema: object{"schema": ref("schemas", "any")}}},
		"feature":     answer("The feature.", negotiate.TypeGeoJSON, "feature"),
		"unchanged":   object{"description": "The caller has it already."},
		"problem": object{"description": "What went wrong.", "content": object{
			"application/problem+json": object{"schema": ref("schemas", "problem")},
		}},
	}
}

func schemas() object {
	text := object{"type": "string"}
	list := func(of object) object { return object{"type": "array", "items": of} }
	links := list(ref("schemas", "link"))
	shape := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	numbers := list(object{"type": "number"})
	return object{
		"any":         object{"type": "object"},
		"link":        shape([]string{"href", "rel"}, object{"href": text, "rel": text, "type": text, "title": text, "hreflang": text, "templated": object{"type": "boolean"}}),
		"landingPage": shape([]string{"links"}, object{"title": text, "description": text, "links": links}),
		"conformance": shape([]string{"conformsTo"}, object{"conformsTo": list(text)}),
		"collections": shape([]string{"links", "collections"}, object{"links": links, "crs": list(text), "collections": list(ref("schemas", "collection"))}),
		"collection": shape([]string{"id", "links"}, object{
			"id": text, "title": text, "description": text, "links": links, "itemType": text, "crs": list(text), "storageCrs": text,
			"keywords": list(text), "attribution": text,
			"extent": object{"type": "object", "properties": object{"spatial": shape([]string{"bbox"}, object{"bbox": list(numbers), "crs": text})}},
		}),
		"geometry": object{"type": "object", "nullable": true, "required": []string{"type"}, "properties": object{
			"type": object{"type": "string", "enum": []string{"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}},
		}},
		"feature": shape([]string{"type", "geometry", "properties"}, object{
			"type": object{"type": "string", "enum": []string{"Feature"}}, "id": text,
			"geometry": ref("schemas", "geometry"), "properties": object{"type": "object", "nullable": true}, "links": links,
		}),
		"featureCollection": shape([]string{"type", "features"}, object{
			"type":      object{"type": "string", "enum": []string{"FeatureCollection"}},
			"timeStamp": object{"type": "string", "format": "date-time"}, "links": links, "features": list(ref("schemas", "feature")),
			"numberMatched": object{"type": "integer", "minimum": 0}, "numberMatchedEstimated": object{"type": "integer", "minimum": 0}, "numberReturned": object{"type": "integer", "minimum": 0},
		}),
		"problem": shape([]string{"type", "title", "status", "detail", "requestId"}, object{
			"type": text, "title": text, "status": object{"type": "integer"}, "detail": text, "code": text, "requestId": text,
			"errors": list(shape([]string{"name", "reason"}, object{"name": text, "reason": text})),
		}),
	}
}
