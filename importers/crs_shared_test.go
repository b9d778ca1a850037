package importers_test

import (
	"path/filepath"
	"testing"

	"gisd/importers"
	"gisd/internal/testdata"
	"gisd/spatial"
)

// stripped is a source that has lost what it says of its reference system.
type stripped struct{ importers.Source }

func (s stripped) Schema() importers.Schema {
	schema := s.Source.Schema()
	schema.CRS = importers.CRS{}
	return schema
}

// TestGuessCRSOfSharedData takes every layer of the shared data from its name and
// demands that the guess finds it back or asks, and never takes another one. The
// parcels never had one.
func TestGuessCRSOfSharedData(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	right, asked := 0, 0
	for _, path := range dataFiles(t, testdata.Shared(t, "data")) {
		in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		layers, err := importers.Layers(t.Context(), in, formats())
		if err != nil {
			continue
		}
		for _, l := range layers {
			src, err := l.Open(t.Context(), importers.SourceOptions{})
			if err != nil {
				continue
			}
			want, sure := trueCRS(t, src)
			if sure {
				_, got, err := importers.SettleCRS(t.Context(), stripped{src}, importers.CRSRequest{Home: home()})
				name := filepath.Base(path) + ": " + l.Name
				switch {
				case err != nil:
					asked++
					t.Logf("%s, %v: asks", name, want)
				case got.SRID == want:
					right++
				default:
					t.Errorf("%s: %v, it is %v (%s)", name, got.SRID, want, got.Reason)
				}
			}
			src.Close()
		}
	}
	t.Logf("%d right, %d asked for", right, asked)
	if right < 30 {
		t.Errorf("only %d right", right)
	}
}

// trueCRS is what the layer says, or what is known of the parcels; false for a
// table and for one that says nothing.
func trueCRS(t *testing.T, src importers.Source) (spatial.SRID, bool) {
	t.Helper()
	s := src.Schema()
	if s.Layer == "hktb" || s.Layer == "chauhoa" {
		return 9210, true
	}
	if s.GeometryType == spatial.GeometryNone || s.CRS == (importers.CRS{}) {
		return 0, false
	}
	found := false
	if err := src.Read(t.Context(), func(r *importers.Record) error {
		found = found || r.Geometry != nil
		return nil
	}); err != nil || !found {
		return 0, false
	}
	c, err := importers.ResolveCRS(t.Context(), src, 0)
	if err != nil {
		t.Fatal(err)
	}
	return c.SRID, true
}
