package ogc

import (
	"context"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/cql"
)

// JSON Schema as the standards use it (OGC 23-058r2, OGC 19-079r2 §6).
const (
	schemaDialect = "https://json-schema.org/draft/2020-12/schema"
	ogcRel        = "http://www.opengis.net/def/rel/ogc/1.0/"
	// geometryQueryable is the name of the geometry in filters.
	geometryQueryable = "geometry"
)

var formatSchema = negotiate.Format{Name: "json", Type: negotiate.TypeSchema, Also: []string{negotiate.TypeJSON}}

// queryables lists what filters may name (OGC 19-079r2 /req/queryables/get-op).
func (h *Handlers) queryables(c echo.Context) error {
	title := spatial.Text{VI: "Thuộc tính lọc được của ", EN: "Queryables of "}
	return h.schemaOf(c, "queryables", title, func(c *spatial.Collection) []spatial.Field { return c.Fields })
}

// sortables lists what sortby may name.
func (h *Handlers) sortables(c echo.Context) error {
	title := spatial.Text{VI: "Thuộc tính sắp xếp được của ", EN: "Sortables of "}
	return h.schemaOf(c, "sortables", title, sortables)
}

// schema describes the features (OGC 23-058r2 /req/schemas/schema).
func (h *Handlers) schema(c echo.Context) error {
	title := spatial.Text{VI: "Lược đồ của ", EN: "Schema of "}
	return h.schemaOf(c, "schema", title, func(c *spatial.Collection) []spatial.Field { return c.Fields })
}

func sortables(c *spatial.Collection) []spatial.Field {
	var fields []spatial.Field
	for _, f := range c.Fields {
		if sortable(f) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (h *Handlers) schemaOf(c echo.Context, kind string, title spatial.Text, fields func(*spatial.Collection) []spatial.Field) error {
	r, err := h.beginWith(c, []negotiate.Format{formatSchema})
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	properties := object{}
	for i, f := range fields(found) {
		property, err := r.propertyOf(c.Request().Context(), found, f, kind)
		if err != nil {
			return err
		}
		property["x-ogc-propertySeq"] = i + 1
		properties[f.Name] = property
	}
	if _, taken := properties[geometryQueryable]; !taken && kind != "sortables" && found.GeometryType != spatial.GeometryNone {
		properties[geometryQueryable] = r.geometryOf(found, kind)
	}
	doc := object{
		"$schema": schemaDialect, "$id": r.href(nil, "collections", found.ID, kind), "type": "object",
		"title": r.in(title) + r.titleOf(found), "properties": properties,
	}
	doc["additionalProperties"] = false
	if required := requiredOf(found); kind == "schema" && len(required) > 0 {
		doc["required"] = required
	}
	return r.json(negotiate.TypeSchema, doc)
}

// requiredOf are the properties that no new feature lacks.
func requiredOf(c *spatial.Collection) []string {
	required := slices.Clone(c.Required)
	if c.IDField != "" && c.IDKind == spatial.IDText && !slices.Contains(required, c.IDField) {
		required = append(required, c.IDField)
	}
	return required
}

// propertyOf describes one property as JSON Schema. Data may hold codes that the
// list has not; changes may not, and the schema speaks of those.
func (r *request) propertyOf(ctx context.Context, c *spatial.Collection, f spatial.Field, kind string) (object, error) {
	property := schemaOf(f.Type)
	delete(property, "type")
	switch f.Type {
	case spatial.FieldInteger:
		property = object{"type": "integer"}
	case spatial.FieldNumber:
		property = object{"type": "number"}
	case spatial.FieldBoolean:
		property["type"] = "boolean"
	case spatial.FieldJSON:
		property = object{} // anything
	default:
		property["type"] = "string"
	}
	property["title"] = r.labelOf(f)
	if f.Unit != "" {
		property["x-ogc-unit"], property["x-ogc-unitLang"] = f.Unit, "UCUM"
	}
	switch {
	case f.Name == c.IDField:
		property["x-ogc-role"] = "id"
	case f.Name == c.TimeField:
		property["x-ogc-role"] = "primary-instant"
	}
	list, err := r.codeList(ctx, f)
	if err != nil || list == nil {
		return property, err
	}
	var codes []object
	for _, v := range list.Values {
		codes = append(codes, object{"const": v.Code, "title": r.in(v.Label)})
	}
	if len(codes) > 0 && f.Type == spatial.FieldString {
		property["x-ogc-definition"] = r.in(list.Title)
		property["anyOf"] = codes
		if kind != "schema" {
			property["anyOf"] = append(codes, object{"type": "string"})
		}
	}
	return property, nil
}

// codeList is that of a field; nil where it has none.
func (r *request) codeList(ctx context.Context, f spatial.Field) (*spatial.CodeList, error) {
	if f.CodeList == "" || r.h.CodeLists == nil {
		return nil, nil
	}
	list, err := r.h.CodeLists.CodeList(ctx, f.CodeList)
	if spatial.CodeOf(err) == spatial.CodeNotFound {
		return nil, nil
	}
	return list, err
}

// geometryOf describes the geometry. Clients know it by the reference or by the
// format, some by the one and some by the other.
func (r *request) geometryOf(c *spatial.Collection, kind string) object {
	name := string(c.GeometryType)
	if c.GeometryType == spatial.GeometryAny {
		name = "Geometry"
	}
	format := "geometry-" + strings.ToLower(name)
	if name == "Geometry" {
		format = "geometry-any"
	}
	property := object{
		"title": r.in(spatial.Text{VI: "Hình học", EN: "Geometry"}), "format": format, "x-ogc-role": "primary-geometry",
	}
	if kind == "queryables" {
		property["$ref"] = "https://geojson.org/schema/" + name + ".json"
	}
	return property
}

// schemaLinks lead from a collection to what describes its features.
func (r *request) schemaLinks(c *spatial.Collection) []negotiate.Link {
	link := func(rel, step string, title spatial.Text) negotiate.Link {
		return negotiate.Link{Href: r.href(nil, "collections", c.ID, step), Rel: ogcRel + rel, Type: negotiate.TypeSchema, Title: r.in(title)}
	}
	return []negotiate.Link{
		link("queryables", "queryables", spatial.Text{VI: "Thuộc tính lọc được", EN: "Queryables"}),
		link("sortables", "sortables", spatial.Text{VI: "Thuộc tính sắp xếp được", EN: "Sortables"}),
		link("schema", "schema", spatial.Text{VI: "Lược đồ", EN: "Schema"}),
	}
}

// functions lists what filters may call beside the operators of the standard
// (OGC 19-079r2 annex on functions).
func (h *Handlers) functions(c echo.Context) error {
	r, err := h.beginWith(c, []negotiate.Format{formatJSON})
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	type argument struct {
		Title string   `json:"title"`
		Type  []string `json:"type"`
	}
	type function struct {
		Name        string     `json:"name"`
		Description string     `json:"description"`
		Arguments   []argument `json:"arguments"`
		Returns     []string   `json:"returns"`
	}
	var functions []function
	for _, s := range cql.Functions() {
		f := function{Name: s.Name, Description: r.in(s.Description), Arguments: []argument{}, Returns: []string{string(s.Returns)}}
		for _, a := range s.Args {
			types := make([]string, len(a.Types))
			for i, t := range a.Types {
				types[i] = string(t)
			}
			f.Arguments = append(f.Arguments, argument{a.Name, types})
		}
		functions = append(functions, f)
	}
	return r.json(negotiate.TypeJSON, struct {
		Functions []function       `json:"functions"`
		Links     []negotiate.Link `json:"links"`
	}{functions, []negotiate.Link{{Href: r.href(nil, "functions"), Rel: "self", Type: negotiate.TypeJSON}}})
}
