package wkb_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers/wkb"
	"gisd/spatial"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in, want string
		dims     spatial.Dimensions
	}{
		{"POINT (1 2)", "POINT (2 1)", spatial.XY},
		{"POINT ZM (1 2 3 4)", "POINT ZM (2 1 3 4)", spatial.XYZM},
		{"LINESTRING M (1 2 9, 3 4 8)", "LINESTRING M (2 1 9, 4 3 8)", spatial.XYM},
		{"POLYGON ((0 1, 4 0, 4 4, 0 1), (1 2, 2 1, 2 2, 1 2))", "POLYGON ((1 0, 0 4, 4 4, 1 0), (2 1, 1 2, 2 2, 2 1))", spatial.XY},
		{"GEOMETRYCOLLECTION (MULTIPOINT (5 6, 7 8), MULTIPOLYGON (((0 1, 4 0, 4 4, 0 1))))", "GEOMETRYCOLLECTION (MULTIPOINT (6 5, 8 7), MULTIPOLYGON (((1 0, 0 4, 4 4, 1 0))))", spatial.XY},
		{"MULTILINESTRING EMPTY", "MULTILINESTRING EMPTY", spatial.XY},
		{"POINT EMPTY", "POINT EMPTY", spatial.XY},
	} {
		g, err := wkt.Unmarshal(tc.in)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ewkb.Marshal(g, binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		wkb.Edit(b, tc.dims, func(x, y float64) (float64, float64) { return y, x })
		if diff := cmp.Diff(tc.want, wktOf(t, b)); diff != "" {
			t.Errorf("%s: %s", tc.in, diff)
		}
	}
}
