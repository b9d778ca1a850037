package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers"
)

// Every format of `gisd export` is to be had from /items, with what the caller
// may see, and reads back.
func TestDownloads(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	get := func(t *testing.T, method, path string) (*http.Response, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, w.site.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, body
	}
	const items = "/ogc/collections/walk_public/items?f="
	for _, f := range exportFormats() {
		name := formatName(f)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, body := get(t, http.MethodGet, items+name)
			if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), f.MediaType()) ||
				answer.Header.Get("Content-Disposition") != "attachment; filename=walk_public."+name {
				t.Fatalf("%s, %v: %.300s", answer.Status, answer.Header, body)
			}
			path := filepath.Join(t.TempDir(), "walk_public."+name)
			if err := os.WriteFile(path, body, 0o600); err != nil {
				t.Fatal(err)
			}
			if n := countRecords(t, path); n != 2 {
				t.Errorf("%d records", n)
			}
			if answer, body := get(t, http.MethodHead, items+name); answer.StatusCode != http.StatusOK || len(body) > 0 || answer.Header.Get("Content-Disposition") == "" {
				t.Errorf("HEAD: %s", answer.Status)
			}
		})
	}
	for _, test := range []struct {
		name, path string
		code       int
		wants      string
	}{
		{"a hidden collection", "/ogc/collections/walk_internal/items?f=gpkg", http.StatusNotFound, "not_found"},
		{"a cursor", items + "csv&cursor=x", http.StatusBadRequest, "cursor"},
		{"an unknown format", items + "docx", http.StatusBadRequest, "gpkg"},
		{"a system that KML does not know", items + "kml&crs=EPSG:9210", http.StatusUnsupportedMediaType, "4326"},
		{"a limit", items + "geojsonl&limit=1", http.StatusOK, `"id"`},
		{"a bad limit", items + "geojsonl&limit=x", http.StatusBadRequest, "limit"},
		{"a filter that holds for all", items + "geojsonl&filter=name%20LIKE%20%27marker%25%27", http.StatusOK, `"id"`},
		{"a page of what a filter keeps", items + "json&filter=S_INTERSECTS(geometry,BBOX(106,10,107,12))&filter-crs=CRS84", http.StatusOK, `"numberMatched":2`},
		{"a filter by places, lat first", items + "json&filter=S_INTERSECTS(geometry,BBOX(10,106,12,107))&filter-crs=EPSG:4326", http.StatusOK, `"numberMatched":2`},
		{"a filter that holds for none", items + "json&filter=name%20IS%20NULL", http.StatusOK, `"numberMatched":0`},
		{"a filter by what is no property", items + "csv&filter=nothing%3D1", http.StatusBadRequest, `there is no property \"nothing\"`},
		{"a filter that is none", items + "gpkg&filter=name%3D", http.StatusBadRequest, `at character 6: `},
		{"another system", items + "csv&crs=EPSG:9210", http.StatusOK, "598140.4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			answer, body := get(t, http.MethodGet, test.path)
			if answer.StatusCode != test.code || !strings.Contains(string(body), test.wants) {
				t.Errorf("%s: %s", answer.Status, body)
			}
			if test.code != http.StatusOK && (answer.Header.Get("Content-Disposition") != "" || answer.Header.Get("Content-Type") != "application/problem+json") {
				t.Errorf("a refusal with the headers of a file: %v", answer.Header)
			}
		})
	}
}

// countRecords reads a file of one layer as `gisd import` does.
func countRecords(t *testing.T, path string) (n int) {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	layers, err := importers.Layers(t.Context(), in, importFormats())
	if err != nil {
		t.Fatal(err)
	}
	layers = importers.Parts(layers)
	if len(layers) != 1 {
		t.Fatalf("%d layers", len(layers))
	}
	src, err := importers.OpenLayer(t.Context(), layers[0], importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	err = src.Read(t.Context(), func(r *importers.Record) error {
		if r.Err != nil {
			t.Errorf("record %d: %s", r.Number, r.Err.Reason.EN)
		}
		n++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
