package importertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
)

// File writes a file of that name into a folder of its own and returns its path.
func File(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Layers lists what a format finds in a file or folder, which stays open until
// the test ends.
func Layers(t testing.TB, f importers.Format, path string) ([]importers.Layer, error) {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	return f.Layers(t.Context(), in)
}

// Open opens the first layer that a format finds in a file; there being none is
// an error as it is for people.
func Open(t testing.TB, f importers.Format, path string) (importers.Source, error) {
	t.Helper()
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	layers, err := importers.Layers(t.Context(), in, []importers.Format{f})
	if err != nil {
		return nil, err
	}
	return layers[0].Open(t.Context(), importers.SourceOptions{})
}

// Lines shows each record as WKT|value|value, and what is wrong with it.
func Lines(t testing.TB, src importers.Source) ([]string, error) {
	t.Helper()
	s := src.Schema()
	var all []string
	err := src.Read(t.Context(), func(r *importers.Record) error {
		if r.Err != nil {
			all = append(all, "rejected: "+r.Err.Reason.EN)
			return nil
		}
		text := "none"
		if r.Geometry != nil {
			g, err := ewkb.Unmarshal(r.Geometry)
			if err != nil {
				return err
			}
			if text, err = wkt.Marshal(g, wkt.EncodeOptionWithMaxDecimalDigits(6)); err != nil {
				return err
			}
		}
		for i := range r.Values {
			value := "-"
			if r.Values[i].Valid {
				value = importers.ValueText(s.Fields[i].Type, &r.Values[i])
			}
			text += "|" + value
		}
		for _, l := range r.Lost {
			text += " lost " + l.Field + " " + l.Raw
		}
		all = append(all, text)
		return nil
	})
	return all, err
}
