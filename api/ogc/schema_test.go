package ogc_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/cql"
)

type jsonSchema struct {
	Schema               string `json:"$schema"`
	ID                   string `json:"$id"`
	Type                 string
	AdditionalProperties *bool
	Properties           map[string]struct {
		Ref         string `json:"$ref"`
		Type        string
		Format      string
		Title       string
		Role        string `json:"x-ogc-role"`
		PropertySeq int    `json:"x-ogc-propertySeq"`
		Unit        string `json:"x-ogc-unit"`
		AnyOf       []struct{ Const, Title string }
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	s := newService(t)
	dated := *s.store.collections[0]
	dated.TimeField, dated.IDField, dated.GeometryType = "built", "name", spatial.GeometryMultiPolygon
	dated.Fields = append(slices.Clone(dated.Fields), spatial.Field{Name: "info", Type: spatial.FieldJSON},
		spatial.Field{Name: "area", Type: spatial.FieldNumber, Unit: "m2"}, spatial.Field{Name: "use", Type: spatial.FieldString, CodeList: "land_use"})
	s.store.collections[0] = &dated
	var collection struct{ Links []link }
	if err := json.Unmarshal(s.get("/ogc/collections/points").Body.Bytes(), &collection); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"queryables", "sortables", "schema"} {
		href := find(collection.Links, "http://www.opengis.net/def/rel/ogc/1.0/"+kind, negotiate.TypeSchema)
		rec := s.get(href)
		var doc jsonSchema
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil || rec.Code != 200 || rec.Header().Get("Content-Type") != negotiate.TypeSchema {
			t.Fatalf("%s: %q: %d %s", kind, href, rec.Code, rec.Body)
		}
		if doc.Schema != "https://json-schema.org/draft/2020-12/schema" || doc.ID != href || doc.Type != "object" {
			t.Errorf("%s: %+v", kind, doc)
		}
		p := doc.Properties
		if p["name"].Type != "string" || p["name"].Title != "Name" || p["name"].Role != "id" || p["name"].PropertySeq != 1 ||
			p["số tầng"].Type != "integer" || p["built"].Format != "date" || p["built"].Role != "primary-instant" || p["area"].Unit != "m2" {
			t.Errorf("%s: %+v", kind, p)
		}
		open := map[string]int{"queryables": 3, "sortables": 3, "schema": 2}[kind] // changes may use no other code
		if use := p["use"]; len(use.AnyOf) != open || use.AnyOf[0].Const != "ODT" || use.AnyOf[0].Title != "Urban housing" {
			t.Errorf("%s: %+v", kind, use)
		}
		geometry, has := p["geometry"]
		if has != (kind != "sortables") || has && (geometry.Format != "geometry-multipolygon" || geometry.Role != "primary-geometry") {
			t.Errorf("%s: geometry %+v", kind, geometry)
		}
		if (geometry.Ref == "https://geojson.org/schema/MultiPolygon.json") != (kind == "queryables") {
			t.Errorf("%s: geometry %+v", kind, geometry)
		}
		if _, has := p["info"]; has != (kind != "sortables") {
			t.Errorf("%s: a JSON property is there: %v", kind, has)
		}
		if doc.AdditionalProperties == nil || *doc.AdditionalProperties {
			t.Errorf("%s: additionalProperties", kind)
		}
		for _, bad := range []string{"/ogc/collections/internal/", "/ogc/collections/unborn/", "/ogc/collections/none/"} {
			if rec := s.get(bad + kind); rec.Code != 404 {
				t.Errorf("%s%s: %d", bad, kind, rec.Code)
			}
		}
	}
}

// Every queryable is one in filters, and every function that is listed may be
// called.
func TestFunctionsAreListed(t *testing.T) {
	t.Parallel()
	var doc struct {
		Functions []struct {
			Name, Description string
			Arguments         []struct{ Type []string }
			Returns           []string
		}
	}
	rec := newService(t).get("/ogc/functions", "Accept-Language", "vi")
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil || len(doc.Functions) != len(cql.Functions()) {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	for _, f := range doc.Functions {
		sample := map[string]string{"string": "'a'", "number": "1", "geometry": "geometry", "date": "DATE('2024-01-01')"}
		var args []string
		for _, a := range f.Arguments {
			args = append(args, sample[a.Type[0]])
		}
		n, err := cql.Parse(f.Name + "(" + strings.Join(args, ",") + ") IS NULL")
		if err != nil {
			t.Fatal(err)
		}
		err = cql.Check(n, func(string) (cql.Type, bool) { return cql.TypeGeometry, true })
		if err != nil || f.Description == "" || len(f.Returns) != 1 {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// Codes as they are, or in words.
func TestProfiles(t *testing.T) {
	t.Parallel()
	s := newService(t)
	coded := *s.store.collections[0]
	coded.Fields = slices.Clone(coded.Fields)
	coded.Fields[0].CodeList = "land_use"
	s.store.collections[0] = &coded
	s.store.features["points"] = s.store.features["points"][:2]
	s.store.features["points"][0].Properties[0] = "ODT"
	for query, want := range map[string]string{"": "ODT", "&profile=val-as-code": "ODT", "&profile=val-as-title": "Urban housing"} {
		page := s.items(t, "/ogc/collections/points/items?limit=5"+query)
		if got := page.Features[0].Properties["name"]; got != want {
			t.Errorf("%s: %v", query, got)
		}
		if got := page.Features[1].Properties["name"]; got != "Cầu <script>alert(1)</script>" {
			t.Errorf("%s: a code that is not in the list became %v", query, got)
		}
	}
	for target, want := range map[string]string{
		"/ogc/collections/points/items?f=html": "<td>Urban housing</td>", "/ogc/collections/points/items/1?f=html": "<dd>Urban housing (ODT)</dd>",
	} {
		if body := s.get(target).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s: no %s in %s", target, want, body)
		}
	}
}

// JSON-FG: in WGS 84 the geometry stands where GeoJSON has it, in other systems it
// is the place.
func TestJSONFG(t *testing.T) {
	t.Parallel()
	s := newService(t)
	dated := *s.store.collections[0]
	dated.TimeField = "built"
	s.store.collections[0] = &dated
	type feature struct {
		Type            string
		ID              string
		Time            map[string]string
		Geometry, Place *struct{ Coordinates [2]float64 }
		ConformsTo      []string
		FeatureType     string
		CoordRefSys     string
	}
	for query, projected := range map[string]bool{"": false, "&crs=EPSG:9210": true} {
		var page struct {
			feature
			Features []feature
			Links    []link
		}
		rec := s.get("/ogc/collections/points/items?f=jsonfg&limit=2" + query)
		if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil || rec.Header().Get("Content-Type") != "application/fg+json" {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		var one feature
		if err := json.Unmarshal(s.get("/ogc/collections/points/items/1?f=jsonfg"+query).Body.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		for _, root := range []feature{page.feature, one} {
			if len(root.ConformsTo) < 1 || root.FeatureType != "points" || strings.HasSuffix(root.CoordRefSys, "/9210") != projected {
				t.Errorf("%s: %+v", query, root)
			}
		}
		for _, f := range []feature{page.Features[0], one} {
			if f.Type != "Feature" || f.ID != "1" || f.Time["date"] != "2026-01-01" || (f.Geometry == nil) != projected || (f.Place != nil) != projected {
				t.Errorf("%s: %+v", query, f)
			}
			if projected && f.Place.Coordinates[0] < 500_000 {
				t.Errorf("place %v", f.Place)
			}
		}
		if find(page.Links, "next", "application/fg+json") == "" {
			t.Errorf("%v", page.Links)
		}
	}
}
