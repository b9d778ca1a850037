package ogc

import (
	"encoding/hex"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// No bytes bring the walker down, and none grow.
func FuzzReproject(f *testing.F) {
	for _, seed := range []string{
		"0101000020E610000000000000008046400000000000002440",                                                                                 // a point with an SRID
		"0101000000000000000000F87F000000000000F87F",                                                                                         // POINT EMPTY
		"010200000002000000000000000000594000000000000026400000000000405A400000000000002840",                                                 // a line
		"01030000000100000003000000000000000000594000000000000026400000000000405A4000000000000028400000000000005940000000000000264000000000", // cut off
		"0107000000010000000107000000010000000107000000FFFFFFFF",
		"00000000035A",
		"",
	} {
		raw, err := hex.DecodeString(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := projector{to: wire{srid: spatial.SRIDWebMercator}, patches: &crs.PatchSet{}}
		g := spatial.Geometry{SRID: spatial.SRIDWGS84, EWKB: slices.Clone(raw)}
		if err := p.apply(&g); err == nil && len(raw) > 0 && g.SRID != spatial.SRIDWebMercator {
			t.Fatalf("%x: SRID %d", raw, g.SRID)
		}
		if len(g.EWKB) != len(raw) {
			t.Fatalf("%x became %x", raw, g.EWKB)
		}
	})
}

// Only what was given out is taken back, and it comes back as it was.
func FuzzCursor(f *testing.F) {
	c := &spatial.Collection{ID: "roads", Version: 3, IDKind: spatial.IDText}
	s, err := newCursors([]byte("key"))
	if err != nil {
		f.Fatal(err)
	}
	context := contextOf(c, spatial.Access{}, url.Values{})
	token := func(id string, values ...*string) string {
		return s.write(c, context, bookmark{at: spatial.Position{ID: id, Values: values}})
	}
	f.Add("Đường 1", "a value", token("x"))
	f.Add("a", "", token("x")+"\n")
	f.Add("", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, id, value, foreign string) {
		want := bookmark{at: spatial.Position{ID: id, Values: []*string{nil, &value}}, backward: len(value)%2 == 0}
		got, fault, gone := s.read(c, context, s.write(c, context, want))
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(bookmark{})); fault != "" || gone || diff != "" {
			t.Fatalf("%s %v %s", fault, gone, diff)
		}
		if got, fault, _ := s.read(c, context, foreign); fault == "" && s.write(c, context, got) != foreign {
			t.Fatalf("%+v was taken for %q", got, foreign)
		}
	})
}
