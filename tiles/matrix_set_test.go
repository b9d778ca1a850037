package tiles_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
)

var update = flag.Bool("update", false, "rewrite golden files")

func matrixSet(t *testing.T, id string) tiles.TileMatrixSet {
	t.Helper()
	s, err := tiles.MatrixSet(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The definitions that are committed for others to use are those that are
// served.
func TestTileMatrixSetDocuments(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"WebMercatorQuad", "WorldCRS84Quad", "VN2000_9210Quad", "VN2000_3405Quad"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			got, err := json.MarshalIndent(matrixSet(t, id).Document(""), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			path := filepath.Join("matrixsets", id+".json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what is served; run the test with -update", path)
			}
		})
	}
}

// The two sets of the world are those of the register (OGC 17-083r4 annex D).
func TestRegisteredSets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		id     string
		matrix int
		want   tiles.TileMatrix
	}{
		{"WebMercatorQuad", 0, tiles.TileMatrix{ID: "0", ScaleDenominator: 559082264.028717, CellSize: 156543.033928041,
			PointOfOrigin: [2]float64{-20037508.3427892, 20037508.3427892}, MatrixWidth: 1, MatrixHeight: 1}},
		{"WebMercatorQuad", 18, tiles.TileMatrix{ID: "18", ScaleDenominator: 2132.72958385, CellSize: 0.597164283477939,
			PointOfOrigin: [2]float64{-20037508.3427892, 20037508.3427892}, MatrixWidth: 262144, MatrixHeight: 262144}},
		{"WorldCRS84Quad", 0, tiles.TileMatrix{ID: "0", ScaleDenominator: 279541132.014358, CellSize: 0.703125,
			PointOfOrigin: [2]float64{-180, 90}, MatrixWidth: 2, MatrixHeight: 1}},
		{"WorldCRS84Quad", 4, tiles.TileMatrix{ID: "4", ScaleDenominator: 17471320.7508974, CellSize: 0.0439453125,
			PointOfOrigin: [2]float64{-180, 90}, MatrixWidth: 32, MatrixHeight: 16}},
		{"VN2000_9210Quad", 11, tiles.TileMatrix{ID: "11", ScaleDenominator: 8 / 0.00028, CellSize: 8,
			PointOfOrigin: [2]float64{500000 - 2097152, 4194304}, MatrixWidth: 2048, MatrixHeight: 2048}},
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-11*math.Abs(b) })
	for _, tt := range tests {
		t.Run(tt.id+"/"+tt.want.ID, func(t *testing.T) {
			t.Parallel()
			tt.want.CornerOfOrigin, tt.want.TileWidth, tt.want.TileHeight = "topLeft", 256, 256
			if d := cmp.Diff(tt.want, matrixSet(t, tt.id).Document("").TileMatrices[tt.matrix], near); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMatrixSet(t *testing.T) {
	t.Parallel()
	for id, known := range map[string]bool{
		"": true, "WebMercatorQuad": true, "WorldCRS84Quad": true, "VN2000_5897Quad": true,
		"VN2000_4756Quad": false, "VN2000_32648Quad": false, "VN2000_09210Quad": false, "VN2000_Quad": false,
		"VN2000_9210": false, "webmercatorquad": false, "WebMercatorQuad ": false, "VN2000_99999999999999999999Quad": false,
	} {
		s, err := tiles.MatrixSet(id)
		if known != (err == nil) || err != nil && spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("%q: %v, %v", id, s.ID, err)
		}
		if again, err := tiles.MatrixSet(s.Matrix()); known && (err != nil || again != s) {
			t.Errorf("%q comes back as %v, %v", id, again.ID, err)
		}
	}
	list := []*spatial.Collection{collection("a"), collection("b"), {ID: "c", Version: 1, SRID: 4326}, {ID: "d", Version: 1, SRID: 3405}, {ID: "e", Version: 1, SRID: 5897}}
	var got []string
	for _, s := range tiles.MatrixSets(list) {
		got = append(got, s.ID)
	}
	if d := cmp.Diff([]string{"WebMercatorQuad", "WorldCRS84Quad", "VN2000_3405Quad", "VN2000_5897Quad", "VN2000_9210Quad"}, got); d != "" {
		t.Error(d)
	}
}

func TestParseTile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		set, matrix, row, column string
		want                     tiles.Coord
		ok                       bool
	}{
		{"WebMercatorQuad", "10", "480", "815", here, true},
		{"WorldCRS84Quad", "0", "0", "1", tiles.Coord{Z: 1, X: 1}, true},
		{"WorldCRS84Quad", "0", "1", "0", tiles.Coord{}, false},
		{"WorldCRS84Quad", "9", "224", "815", tiles.Coord{Z: 10, X: 815, Y: 224}, true},
		{"WorldCRS84Quad", "23", "0", "16777215", tiles.Coord{Z: 24, X: 1<<24 - 1}, true},
		{"WorldCRS84Quad", "24", "0", "0", tiles.Coord{}, false},
		{"VN2000_9210Quad", "0", "0", "0", tiles.Coord{Z: 3}, true},
		{"VN2000_9210Quad", "0", "0", "1", tiles.Coord{}, false},
		{"VN2000_9210Quad", "22", "0", "0", tiles.Coord{}, false},
		{"VN2000_9210Quad", "99999999", "0", "0", tiles.Coord{}, false},
		{"VN2000_9210Quad", "1", "2147483647", "0", tiles.Coord{}, false},
		{"VN2000_9210Quad", "1", "-1", "0", tiles.Coord{}, false},
	}
	for _, tt := range tests {
		got, err := matrixSet(t, tt.set).ParseTile(tt.matrix, tt.row, tt.column)
		if tt.ok != (err == nil) || tt.ok && got != tt.want || err != nil && spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("%s %s/%s/%s: %v, %v", tt.set, tt.matrix, tt.row, tt.column, got, err)
		}
	}
}

// A tile is about as wide on the ground in all sets.
func TestZoomsMeanTheSame(t *testing.T) {
	t.Parallel()
	metres := func(id string, z uint32) float64 {
		s := matrixSet(t, id)
		w := s.TileWidth(z)
		switch s.SRID {
		case spatial.SRIDWGS84:
			w *= 111319.49
		case spatial.SRIDWebMercator:
			w *= math.Cos(11 * math.Pi / 180)
		}
		return w
	}
	for z := uint32(4); z <= tiles.MaxZoom; z++ {
		for _, id := range []string{"WorldCRS84Quad", "VN2000_9210Quad", "VN2000_3405Quad"} {
			if r := metres(id, z) / metres("WebMercatorQuad", z); r < 0.8 || r > 1.1 {
				t.Errorf("%s, zoom %d: %.2f times as wide", id, z, r)
			}
		}
	}
}

// Whatever is drawn lies within the limits: every position of the extent, with
// the buffers of the tiles around it.
func TestLimits(t *testing.T) {
	t.Parallel()
	c := collection("a") // zooms 5 to 16, 106.3 10.8 107 11.5
	set := &tiles.Tileset{Collections: []*spatial.Collection{c}}
	for _, id := range []string{"WebMercatorQuad", "WorldCRS84Quad", "VN2000_9210Quad", "VN2000_3405Quad"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			s := matrixSet(t, id)
			limits, err := set.Limits(s)
			if err != nil {
				t.Fatal(err)
			}
			if len(limits) != 12 || limits[0].TileMatrix != s.MatrixID(5) || limits[11].TileMatrix != s.MatrixID(16) {
				t.Fatalf("%d tile matrices: %+v", len(limits), limits)
			}
			toGrid, err := crs.NewTransform(4326, s.SRID)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range limits {
				z := uint32(5 + i)
				w := s.TileWidth(z)
				for _, p := range [][2]float64{{106.3, 10.8}, {107, 10.8}, {107, 11.5}, {106.3, 11.5}, {106.65, 11.15}} {
					x, y, err := toGrid.Point(p[0], p[1])
					if err != nil {
						t.Fatal(err)
					}
					const b = 64. / 4096
					for _, d := range [][2]float64{{-b, -b}, {b, b}, {b, -b}, {-b, b}} {
						at := tiles.Coord{Z: z, X: uint32((x-s.MinX)/w + d[0]), Y: uint32((s.MaxY-y)/w + d[1])}
						if !l.Holds(at) {
							t.Errorf("zoom %d: %v is outside of %+v", z, at, l)
						}
					}
				}
				// and they are not much wider than the extent
				if wide, most := float64(l.MaxTileCol-l.MinTileCol), 0.8*112000*1.1/w+3; s.SRID != spatial.SRIDWGS84 && wide > most {
					t.Errorf("zoom %d: %g columns, want at most %g", z, wide, most)
				}
			}
		})
	}
	void := collection("void")
	void.Extent = spatial.EmptyEnvelope(4326)
	if l, err := (&tiles.Tileset{Collections: []*spatial.Collection{void}}).Limits(tiles.WebMercatorQuad()); err != nil || l == nil || len(l) != 0 {
		t.Errorf("without features: %v, %v", l, err)
	}
	coarse := collection("coarse")
	coarse.MinZoom, coarse.MaxZoom = 0, 2
	if l, err := (&tiles.Tileset{Collections: []*spatial.Collection{coarse}}).Limits(matrixSet(t, "VN2000_9210Quad")); err != nil || len(l) != 0 {
		t.Errorf("above the coarsest tile matrix: %v, %v", l, err)
	}
	both := &tiles.Tileset{Collections: []*spatial.Collection{c, coarse}}
	if l, err := both.Limits(tiles.WebMercatorQuad()); err != nil || len(l) != 17 || l[0].TileMatrix != "0" {
		t.Errorf("two collections: %v, %v", l, err)
	}
}

// Tiles of different grids are never taken for each other.
func TestGridsAreApart(t *testing.T) {
	t.Parallel()
	src := &source{}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a")), src, &memory{}, nil)
	national := matrixSet(t, "VN2000_9210Quad")
	x := uint32((603000 - national.MinX) / national.TileWidth(10))
	y := uint32((national.MaxY - 1221000) / national.TileWidth(10))
	at := tiles.Coord{Z: 10, X: x, Y: y}
	for range 2 {
		got, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: at, Matrix: national.ID})
		if err != nil || got.Tile.Empty() {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if got, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: at}); err != nil || !got.Tile.Empty() {
		t.Errorf("the same numbers in WebMercatorQuad are another place: %v, %v", got, err)
	}
	if n := src.calls.Load(); n != 1 {
		t.Errorf("drawn %d times", n)
	}
	if _, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: tiles.Coord{Z: 2}, Matrix: national.ID}); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("a zoom that the set has not: %v", err)
	}
}
