package styles_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gisd/api/styles"
	"gisd/spatial"
	maplibre "gisd/tiles/styles"
)

// catalogue obeys spatial.Access as the real one does.
type catalogue []*spatial.Collection

func (l catalogue) Collections(a spatial.Access) []*spatial.Collection {
	var out []*spatial.Collection
	for _, c := range l {
		if a.CanRead(c) {
			out = append(out, c)
		}
	}
	return out
}

func (l catalogue) CodeList(_ context.Context, id string) (*spatial.CodeList, error) {
	if id != "land-use" {
		return nil, spatial.NotFound("test", "absent")
	}
	return &spatial.CodeList{ID: id, Values: []spatial.CodeValue{{Code: "ODT", Color: "#FFA0FF"}}}, nil
}

func server(t *testing.T) *echo.Echo {
	t.Helper()
	collection := func(id string, v spatial.Visibility) *spatial.Collection {
		return &spatial.Collection{
			ID: id, Version: 1, GeometryType: spatial.GeometryPolygon, Published: true, Visibility: v, MaxZoom: 18,
			Style: json.RawMessage(`{"by":"code"}`),
			Fields: []spatial.Field{
				{Name: "code", Type: spatial.FieldString, CodeList: "land-use"},
				{Name: "other", Type: spatial.FieldString, CodeList: "gone"},
			},
		}
	}
	list := catalogue{collection("open", spatial.VisibilityPublic), collection("secret", spatial.VisibilityInternal)}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		status := map[spatial.Code]int{spatial.CodeNotFound: 404, spatial.CodeInvalid: 400}[spatial.CodeOf(err)]
		if status == 0 {
			t.Errorf("unexpected error: %v", err)
			status = 500
		}
		if err := c.NoContent(status); err != nil {
			t.Error(err)
		}
	}
	err := styles.Register(e, styles.Deps{
		Catalogue: list, CodeLists: list,
		Access: func(c echo.Context) spatial.Access {
			if c.Request().Header.Get("X-Test-User") == "" {
				return spatial.Access{}
			}
			return spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}
		},
		Basemap: maplibre.Basemap{TileURL: "https://tiles.example/{z}/{x}/{y}.png"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func get(e *echo.Echo, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestStyle(t *testing.T) {
	t.Parallel()
	e := server(t)
	anonymous := get(e, "http://gis.example/styles/default.json")
	if anonymous.Code != 200 {
		t.Fatalf("status %d", anonymous.Code)
	}
	body := anonymous.Body.String()
	for _, want := range []string{`http://gis.example/tiles/open/{z}/{x}/{y}.mvt`, `tiles.example`, `"#FFA0FF"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the style lacks %s", want)
		}
	}
	if strings.Contains(body, "secret") {
		t.Error("an internal collection is in the anonymous style")
	}
	if got := anonymous.Header().Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("Cache-Control %q", got)
	}
	if tag := anonymous.Header().Get("ETag"); !strings.HasPrefix(tag, `W/"`) {
		t.Errorf("the validator %s is strong, of what the server compresses", tag)
	}
	again := get(e, "http://gis.example/styles/default.json", "If-None-Match", anonymous.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("revalidation: %d with %d bytes", again.Code, again.Body.Len())
	}

	member := get(e, "http://gis.example/styles/default.json?key=k%26x", "X-Test-User", "an")
	if !strings.Contains(member.Body.String(), "open,secret/{z}/{x}/{y}.mvt?key=k%26x") {
		t.Errorf("a key in the address is not repeated: %s", member.Body)
	}
	if got := member.Header().Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("Cache-Control %q", got)
	}
}

// The list links each style in every format that it has, and nothing hidden.
func TestList(t *testing.T) {
	t.Parallel()
	e := server(t)
	var doc struct {
		Default string
		Styles  []struct {
			ID    string
			Links []struct{ Href, Rel, Type string }
		}
	}
	if err := json.Unmarshal(get(e, "http://gis.example/ogc/styles?key=k").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Default != "default" || len(doc.Styles) != 2 || doc.Styles[0].ID != "default" || doc.Styles[1].ID != "open" || len(doc.Styles[0].Links) != 2 || len(doc.Styles[1].Links) != 3 {
		t.Fatalf("%+v", doc)
	}
	for _, s := range doc.Styles {
		for _, l := range s.Links {
			w := get(e, l.Href)
			if got := w.Header().Get("Content-Type"); w.Code != 200 || l.Rel != "stylesheet" || got != l.Type {
				t.Errorf("%+v: %d, %s", l, w.Code, got)
			}
		}
	}
	alone := get(e, "http://gis.example/styles/open.json").Body.String()
	if strings.Contains(alone, "overview") || strings.Contains(alone, "tiles.example") || !strings.Contains(alone, "/tiles/open/{z}/{x}/{y}.mvt") {
		t.Errorf("the style of one collection: %s", alone)
	}
	if sld := get(e, "http://gis.example/styles/open.sld").Body.String(); !strings.Contains(sld, "<ogc:Literal>ODT</ogc:Literal>") {
		t.Errorf("no category of the code list: %s", sld)
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	e := server(t)
	tests := []struct {
		target, mediaType string
		status            int
	}{
		{"/styles/default.json", "application/json", 200},
		{"/styles/default", "application/json", 200},
		{"/styles/default?f=json", "application/json", 200},
		{"/styles/default.sld", "application/vnd.ogc.sld+xml", 200},
		{"/styles/default.qml", "", 400},
		{"/styles/default.json?f=sld", "", 400},
		{"/styles/default?f=png", "", 400},
		{"/styles/open.json", "application/json", 200},
		{"/styles/open?f=qml", "application/vnd.qgis.qml+xml", 200},
		{"/styles/open?f=sld", "application/vnd.ogc.sld+xml", 200},
		{"/styles/secret?f=sld", "", 404},
		{"/styles/other.json", "", 404},
		{"/ogc/styles", "application/json", 200},
		{"/ogc/styles/open", "application/vnd.mapbox.style+json", 200},
		{"/ogc/styles/open?f=qml", "application/vnd.qgis.qml+xml", 200},
		{"/ogc/styles/secret", "", 404},
		{"/styles/default.json?colour=1", "", 400},
		{"/fonts/Liberation%20Sans%20Regular/7680-7935.pbf", "application/x-protobuf", 200},
		{"/fonts/Some%20Font%2CLiberation%20Sans%20Bold/0-255.pbf", "application/x-protobuf", 200},
		{"/fonts/Some Font,Liberation Sans Bold/0-255.pbf", "application/x-protobuf", 200},
		{"/fonts/Some%20Font/0-255.pbf", "", 404},
		{"/fonts/Liberation%20Sans%20Regular/0-255.pbf?key=k", "application/x-protobuf", 200},
		{"/fonts/Liberation%20Sans%20Regular/0-255.pbf?colour=1", "", 400},
		{"/fonts/Liberation%20Sans%20Regular/0-254.pbf", "", 404},
		{"/fonts/Liberation%20Sans%20Regular/0-255.txt", "", 404},
		{"/sprites/default.json", "application/json", 200},
		{"/sprites/default@2x.png", "image/png", 200},
		{"/sprites/default%402x.json", "application/json", 200},
		{"/sprites/default@3x.png", "", 404},
		{"/sprites/default.json?key=k", "application/json", 200},
		{"/sprites/default.json?colour=1", "", 400},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			t.Parallel()
			w := get(e, strings.ReplaceAll(tt.target, " ", "%20"))
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d", w.Code, tt.status)
			}
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, tt.mediaType) {
				t.Errorf("Content-Type %q, want %q", got, tt.mediaType)
			}
			if tt.status != 200 {
				return
			}
			if again := get(e, strings.ReplaceAll(tt.target, " ", "%20"), "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
				t.Errorf("revalidation: %d", again.Code)
			}
		})
	}
}

// Tilesets: one anybody sees and one for those who signed in.
func (catalogue) Tilesets(a spatial.Access) []*spatial.Tileset {
	box := spatial.Envelope{SRID: 4326, MinX: 106, MinY: 11, MaxX: 107, MaxY: 12}
	var out []*spatial.Tileset
	for _, t := range []*spatial.Tileset{
		{ID: "ortho", Published: true, Visibility: spatial.VisibilityPublic, Kind: spatial.TilesetArchive, Format: "jpg", TileSize: 512, MinZoom: 8, MaxZoom: 17, Extent: box, Attribution: "© Sở"},
		{ID: "sheets", Published: true, Visibility: spatial.VisibilityInternal, Kind: spatial.TilesetXYZ, Source: "https://x.example/{z}/{x}/{y}.png?key=1", Format: "png", Extent: box},
	} {
		if a.CanReadTileset(t) {
			out = append(out, t)
		}
	}
	return out
}

func TestStyleOfTilesets(t *testing.T) {
	t.Parallel()
	e := server(t)
	for user, want := range map[string]string{"": "ortho", "an": "ortho sheets"} {
		r := httptest.NewRequest("GET", "http://plan.example/styles/default.json", nil)
		r.Header.Set("X-Test-User", user)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		var doc struct {
			Sources map[string]maplibre.Source
			Layers  []maplibre.Layer
		}
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, l := range doc.Layers {
			if l.Type == "raster" && l.ID != "basemap" {
				ids = append([]string{l.ID}, ids...) // the first is on top, which is last
			}
			if l.ID == "open" && len(ids) == 0 {
				t.Error("images lie over the collections")
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("user %q sees %s, want %s", user, got, want)
		}
		if strings.Contains(w.Body.String(), "x.example") {
			t.Error("the address of what a role protects")
		}
		if s := doc.Sources["tileset-ortho"]; s.TileSize != 512 || s.MinZoom != 8 || s.MaxZoom != 17 || s.Tiles[0] != "http://plan.example/tiles/ortho/{z}/{x}/{y}.jpg" || s.Attribution != "© Sở" {
			t.Errorf("%+v", s)
		}
	}
	for path, status := range map[string]int{"/styles/ortho.json": 200, "/styles/ortho.sld": 404, "/styles/sheets.json": 404} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest("GET", "http://plan.example"+path, nil))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
}
