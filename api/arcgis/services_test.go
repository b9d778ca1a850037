package arcgis_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"gisd/internal/testdata"
)

func TestServices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, test := range []struct {
		path, format string
		has, hasNot  []string
	}{
		{"", "json", []string{`{"name":"shops","type":"FeatureServer"}`, `{"name":"mixed","type":"VectorTileServer"}`, `{"name":"tables","type":"FeatureServer"}`},
			[]string{"hidden", `{"name":"mixed","type":"FeatureServer"}`, `{"name":"tables","type":"VectorTileServer"}`}},
		{"", "html", []string{"Parcels", "/parcels/FeatureServer/0?f=html"}, []string{"hidden", "<script"}},
		{"/parcels/FeatureServer", "json", []string{`"layers":[{`, `"geometryType":"esriGeometryPolygon"`, `"wkid":9210`, `"capabilities":"Query"`}, nil},
		{"/tables/FeatureServer", "json", []string{`"layers":[]`, `"type":"Table"`}, nil},
		{"/shops/FeatureServer/0", "html", []string{"Field name", "esriFieldTypeDate", "/shops/FeatureServer/0"}, nil},
		{"/shops/VectorTileServer", "html", []string{"/shops/VectorTileServer"}, nil},
		{"/shops/FeatureServer/layers", "pjson", []string{"\"layers\": [\n", `"tables": []`}, nil},
	} {
		rec := s.get(test.path, url.Values{"f": {test.format}})
		body := rec.Body.String()
		for _, want := range test.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s %s: no %s in %.600s", test.path, test.format, want, body)
			}
		}
		for _, not := range test.hasNot {
			if strings.Contains(body, not) {
				t.Errorf("%s %s: %s in %.600s", test.path, test.format, not, body)
			}
		}
	}
}

func TestLayer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var parcels struct {
		ObjectIDField string
		Fields        []struct{ Name, Type, Alias string }
		Extent        struct{ XMin, XMax float64 }
		DrawingInfo   struct {
			Renderer struct {
				Type, Field1     string
				UniqueValueInfos []struct {
					Value, Label string
					Symbol       struct {
						Type  string
						Color [4]int
					}
				}
			}
		}
		Abilities struct{ SupportsPagination bool } `json:"advancedQueryCapabilities"`
		TimeInfo  struct{ StartTimeField string }
	}
	if err := json.Unmarshal(s.get("/parcels/FeatureServer/0", url.Values{"f": {"json"}}).Body.Bytes(), &parcels); err != nil {
		t.Fatal(err)
	}
	renderer := parcels.DrawingInfo.Renderer
	if renderer.Type != "uniqueValue" || renderer.Field1 != "name" || renderer.UniqueValueInfos[0].Label != "Housing" || renderer.UniqueValueInfos[0].Symbol.Color != [4]int{255, 160, 255, 255} {
		t.Errorf("%+v", renderer)
	}
	if parcels.ObjectIDField != "objectid" || len(parcels.Fields) != 8 || parcels.Fields[0].Type != "esriFieldTypeOID" || parcels.Fields[1].Alias != "Field name" || !parcels.Abilities.SupportsPagination {
		t.Errorf("%+v", parcels)
	}
	if parcels.Extent.XMin < 100_000 || parcels.TimeInfo.StartTimeField != "seen" {
		t.Errorf("%+v", parcels)
	}
	var shops struct {
		DrawingInfo struct {
			Renderer     struct{ Symbol struct{ Type string } }
			LabelingInfo []struct{ LabelExpression string }
		}
	}
	if err := json.Unmarshal(s.get("/shops/FeatureServer/0", url.Values{"f": {"json"}}).Body.Bytes(), &shops); err != nil {
		t.Fatal(err)
	}
	if shops.DrawingInfo.Renderer.Symbol.Type != "esriSMS" || shops.DrawingInfo.LabelingInfo[0].LabelExpression != "[name]" {
		t.Errorf("%+v", shops)
	}
}

// GDAL reads every feature of a layer, page after page.
func TestGDAL(t *testing.T) {
	t.Parallel()
	program := testdata.Program(t, "ogrinfo", "gdal-bin")
	server := httptest.NewServer(newSite(t))
	t.Cleanup(server.Close)
	for _, test := range []struct {
		name, query string
		wants       []string
	}{
		{"pages", "shops/FeatureServer/0/query?where=1%3D1&outFields=*&orderByFields=objectid&resultRecordCount=7&f=json", []string{"Feature Count: 26", "Geometry: Point", "name: String", "count: Real"}},
		{"its own system", "parcels/FeatureServer/0/query?where=name%3D'ODT'&outFields=*&f=json", []string{"Feature Count: 1", "Geometry: Polygon", "9210"}},
		{"GeoJSON", "shops/FeatureServer/0/query?where=count<3&outFields=*&f=geojson", []string{"Feature Count: 3", "Extent: (106.100000, 11.000000) - (106.120000, 11.000000)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			driver := "ESRIJSON:"
			if strings.HasSuffix(test.query, "geojson") {
				driver = ""
			}
			out, err := exec.CommandContext(t.Context(), program, "-so", "-al", driver+server.URL+"/arcgis/rest/services/"+test.query).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for _, want := range test.wants {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
		})
	}
}
