package tiles_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/api"
	"gisd/tiles"
)

// narrowed draws what it was asked for.
type narrowed struct{}

func (narrowed) Layer(_ context.Context, r tiles.LayerRequest) ([]byte, error) {
	q := r.Query
	if q == nil {
		return []byte(r.Collection.ID + " all;"), nil
	}
	text := r.Collection.ID
	if q.Filter != nil {
		text += " where " + q.Filter.String()
	}
	if q.Time != nil {
		text += fmt.Sprintf(" from %v to %v", q.Time.Start.Unix(), q.Time.End.Unix())
	}
	if q.Properties != nil {
		text += fmt.Sprintf(" with %q", q.Properties)
	}
	return []byte(text + ";"), nil
}

func TestTileQuery(t *testing.T) {
	t.Parallel()
	h, _ := server(t, narrowed{}, func(*api.Config) {})
	tests := []struct{ name, ids, query, want string }{
		{"nothing", "parcels", "", "parcels all;"},
		{"text", "parcels", "filter=area > 10", "parcels where area>10;"},
		{"JSON", "parcels", `filter={"op":">","args":[{"property":"area"},10]}`, "parcels where area>10;"},
		{"JSON by name", "parcels", `filter-lang=cql2-json&filter={"op":">","args":[{"property":"area"},10]}`, "parcels where area>10;"},
		{"several collections", "parcels,roads", "filter=area > 10", "parcels where area>10;roads where area>10;"},
		{"geometry", "parcels", "filter=S_INTERSECTS(geometry,POINT(106.6 10.9))", "parcels where S_INTERSECTS(geometry,POINT(106.6 10.9));"},
		{"lat first", "parcels", "filter-crs=http://www.opengis.net/def/crs/EPSG/0/4326&filter=S_INTERSECTS(geometry,POINT(10.9 106.6))",
			"parcels where S_INTERSECTS(geometry,POINT(106.6 10.9));"},
		{"day", "parcels", "datetime=1970-01-02", "parcels from 86400 to 172799;"},
		{"properties", "parcels", "properties=tên,area,tên", `parcels with ["tên" "area"];`},
		{"no properties", "parcels", "properties=", "parcels with [];"},
		{"all at once", "parcels", "properties=area&datetime=1970-01-01T00:00:01Z&filter=tên IS NULL",
			`parcels where tên IS NULL from 1 to 1 with ["area"];`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				w := ask(h, "GET", "/tiles/"+tt.ids+"/10/815/480.mvt?"+escaped(tt.query))
				if got := w.Body.String(); w.Code != http.StatusOK || got != tt.want {
					t.Errorf("%d %s, want %s", w.Code, got, tt.want)
				}
			}
		})
	}
}

// escaped writes "a=b&c=d" as a client sends it.
func escaped(query string) string {
	values := url.Values{}
	for part := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(part, "="); ok {
			values.Add(name, value)
		}
	}
	return values.Encode()
}

func TestTileQueryFaults(t *testing.T) {
	t.Parallel()
	h, list := server(t, narrowed{}, func(*api.Config) {})
	bare := *list["roads"]
	bare.Fields = nil
	list["roads"] = &bare
	tests := []struct {
		name, ids, query string
		want             []string
	}{
		{"filter that is none", "parcels", "filter=area >", []string{"filter"}},
		{"a property that is not there", "parcels", "filter=height > 3", []string{"filter"}},
		{"a filter that fits one of two", "parcels,roads", "filter=area > 3", []string{"filter"}},
		{"a property of neither", "parcels,roads", "properties=area,height", []string{"properties"}},
		{"every fault", "parcels", "filter=height > 3&datetime=tomorrow&properties=a,b&color=red", []string{"color", "datetime", "filter", "properties", "properties"}},
		{"language", "parcels", "filter-lang=sql&filter=area > 3", []string{"filter-lang"}},
		{"crs", "parcels", "filter-crs=EPSG:1&filter=area > 3", []string{"filter-crs"}},
		{"outside of the data", "parcels", "filter=height > 3", []string{"filter"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, resource := range []string{"/10/815/480.mvt?", "/10/815/0.mvt?", ".json?"} {
				w := ask(h, "GET", "/tiles/"+tt.ids+resource+escaped(tt.query))
				var doc struct{ Errors []struct{ Name string } }
				if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
					t.Fatal(err)
				}
				got := map[string]int{}
				for _, e := range doc.Errors {
					got[e.Name]++
				}
				want := map[string]int{}
				for _, name := range tt.want {
					want[name]++
				}
				if d := cmp.Diff(want, got); d != "" || w.Code != http.StatusBadRequest {
					t.Errorf("%s%d %s (-want +got):\n%s", resource, w.Code, w.Body, d)
				}
			}
		})
	}
	if w := ask(h, "GET", "/tiles/secret/10/815/480.mvt?"+escaped("filter=area > 3")); w.Code != http.StatusNotFound {
		t.Errorf("a filter on what is hidden: %d, want 404", w.Code)
	}
}

// TestTileJSONHandsOn: the address of the tiles repeats what narrows them, and
// the layer lists what they carry.
func TestTileJSONHandsOn(t *testing.T) {
	t.Parallel()
	h, _ := server(t, narrowed{}, func(*api.Config) {})
	w := ask(h, "GET", "/tiles/parcels.json?"+escaped("filter=area > 10&filter-lang=cql2-text&datetime=2026-01-01/..&properties=tên&key=viewer-key"))
	var doc struct {
		Tiles        []string
		VectorLayers []struct{ Fields map[string]string } `json:"vector_layers"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	want := "http://plan.example/tiles/parcels/{z}/{x}/{y}.mvt?datetime=2026-01-01%2F..&filter=area+%3E+10&filter-lang=cql2-text&key=viewer-key&properties=t%C3%AAn"
	if d := cmp.Diff([]string{want}, doc.Tiles); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]string{"tên": "String"}, doc.VectorLayers[0].Fields); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	tile := strings.NewReplacer("http://plan.example", "", "{z}", "10", "{x}", "815", "{y}", "480").Replace(doc.Tiles[0])
	if got := ask(h, "GET", tile).Body.String(); !strings.HasPrefix(got, "parcels where area>10 from ") {
		t.Errorf("the address gives %s", got)
	}
}
