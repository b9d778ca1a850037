package ogc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gisd/spatial"
)

// A collection links its versions, and those tell where the data came from.
func TestVersions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var collection struct{ Links []link }
	if err := json.Unmarshal(s.get("/ogc/collections/points").Body.Bytes(), &collection); err != nil {
		t.Fatal(err)
	}
	address := find(collection.Links, "version-history", "application/json")
	if address != "http://example.com/ogc/collections/points/versions" {
		t.Fatalf("no link to the versions in %+v", collection.Links)
	}
	rec := s.get(strings.TrimPrefix(address, "http://example.com"))
	var doc struct {
		Links    []link
		Versions []spatial.CollectionVersion
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil || rec.Code != 200 {
		t.Fatalf("%d %v: %s", rec.Code, err, rec.Body)
	}
	if len(doc.Versions) != 1 || doc.Versions[0].SourceName != "points.gpkg" || doc.Versions[0].Counts.Updated != 3 || find(doc.Links, "self", "application/json") != address {
		t.Errorf("%+v", doc)
	}
	for _, hidden := range []string{"internal", "unborn", "nothing"} {
		if rec := s.get("/ogc/collections/" + hidden + "/versions"); rec.Code != 404 {
			t.Errorf("versions of %s: %d", hidden, rec.Code)
		}
	}
	if rec := s.get("/ogc/collections/points/versions?f=html"); rec.Code < 400 {
		t.Errorf("versions in HTML: %d", rec.Code)
	}
}
