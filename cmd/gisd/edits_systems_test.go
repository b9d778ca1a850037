package main

import (
	"strings"
	"testing"

	"gisd/internal/fixture"
)

// Coordinates come in the order of the axes of the system that Content-Crs names
// (OGC 18-058r1, /req/features/crs-other-crs).
func TestEditsInOtherSystems(t *testing.T) {
	t.Parallel()
	e := newEditor(t, func(s *fixture.Spec) { s.SRID = 9210 })
	first := e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON), 201, "create").header.Get("Location")
	for _, uri := range []string{
		"http://www.opengis.net/def/crs/EPSG/0/4326", "http://www.opengis.net/def/crs/EPSG/0/9210", "http://www.opengis.net/def/crs/EPSG/0/3857", "http://www.opengis.net/def/crs/EPSG/0/3405",
	} {
		there := string(e.feature(first + "?crs=" + uri).Geometry)
		body := strings.Replace(newBody, newRing, there, 1)
		for _, name := range []string{uri, "<" + uri + ">"} {
			second := e.want(e.send("POST", "/items", body, "Content-Type", geoJSON, "Content-Crs", name), 201, uri).header.Get("Location")
			if got := string(e.feature(second + "?crs=" + uri + "&precision=2").Geometry); got != string(e.feature(first+"?crs="+uri+"&precision=2").Geometry) {
				t.Errorf("%s: %s became %s", name, there, got)
			}
		}
	}
	for _, name := range []string{"<http://www.opengis.net/def/crs/EPSG/0/26910>", "nonsense"} {
		e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON, "Content-Crs", name), 400, name)
	}
	e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON, "Content-Crs", "<http://www.opengis.net/def/crs/EPSG/0/4326>"), 400, "the wrong order")
}
