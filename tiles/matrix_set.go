package tiles

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// TileMatrixSet is a family of quad-tree grids (OGC 17-083r4 §6): each zoom cuts
// the tiles of the one before into four.
//
// Zooms are counted alike in all sets: at zoom z a tile covers about as much
// ground in Vietnam as one of WebMercatorQuad does, so that the zooms of a
// collection mean the same in each. A set whose coarsest tile matrix is of a
// smaller scale than the whole world begins at FirstZoom; the identifier of a
// tile matrix is the zoom less FirstZoom.
type TileMatrixSet struct {
	ID    string // "WebMercatorQuad"
	Title string
	// URI is where the set is registered; "" for one of our own.
	URI  string
	SRID spatial.SRID
	// CRS is the URI of the CRS in the order in which coordinates stand here, x
	// first.
	CRS  string
	Axes [2]string
	// ScaleSet is the well-known scale set, "" is none.
	ScaleSet string
	// MinX and MaxY are the top left corner, Width the side of zoom 0's one tile,
	// in CRS units, whether the set has that zoom or not.
	MinX, MaxY, Width float64
	// Columns and Rows are those of the coarsest tile matrix.
	FirstZoom, Columns, Rows uint32
}

// degreeMetres is the length of a degree that scale denominators assume (OGC
// 17-083r4 §6.2.1.2): of the equator of WGS 84.
const degreeMetres = 2 * math.Pi * 6378137 / 360

const (
	matrixSetURI    = "http://www.opengis.net/def/tilematrixset/OGC/1.0/"
	webMercatorQuad = "WebMercatorQuad"
)

// WebMercatorQuad is OGC 17-083r4 §D.1: SRID 3857, the world between 85.06° of
// latitude.
func WebMercatorQuad() TileMatrixSet {
	const half = math.Pi * 6378137
	return TileMatrixSet{
		ID: webMercatorQuad, Title: "Google Maps Compatible for the World", URI: matrixSetURI + webMercatorQuad,
		SRID: spatial.SRIDWebMercator, CRS: "http://www.opengis.net/def/crs/EPSG/0/3857", Axes: [2]string{"X", "Y"},
		ScaleSet: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
		MinX:     -half, MaxY: half, Width: 2 * half, Columns: 1, Rows: 1,
	}
}

// WorldCRS84Quad is OGC 17-083r4 §D.2: lon, lat degrees, two tiles for the
// world.
func WorldCRS84Quad() TileMatrixSet {
	return TileMatrixSet{
		ID: "WorldCRS84Quad", Title: "CRS84 for the World", URI: matrixSetURI + "WorldCRS84Quad",
		SRID: spatial.SRIDWGS84, CRS: crs.CRS84URI, Axes: [2]string{"Lon", "Lat"},
		ScaleSet: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad",
		MinX:     -180, MaxY: 90, Width: 360, FirstZoom: 1, Columns: 2, Rows: 1,
	}
}

// NationalSRID is the VN-2000 system in which the whole country is shown.
const NationalSRID spatial.SRID = 3405

// The VN-2000 grids are squares of 2²² m a side with the central meridian in
// their middle and the equator at their lower edge, so that cells have whole
// metres or binary fractions of one:
//
//	(CM - 2²¹ m, 2²² m) ┌───────┬───────┐
//	                    │       │       │
//	                    │       │       │
//	                    │       │  ╱VN  │
//	              0 m N └───────┴───────┘
//	                       E 500 000 m
const (
	vnSide      = 1 << 22
	vnFirstZoom = 3
	vnPrefix    = "VN2000_"
	vnSuffix    = "Quad"
)

// VN2000Quad is the grid of a projected VN-2000 system, east first; false for
// any other SRID.
func VN2000Quad(srid spatial.SRID) (TileMatrixSet, bool) {
	s, ok := crs.Lookup(srid)
	if !ok || s.Datum != crs.DatumVN2000 || s.Geographic {
		return TileMatrixSet{}, false
	}
	return TileMatrixSet{
		ID: vnPrefix + strconv.Itoa(int(srid)) + vnSuffix, Title: s.Name, SRID: srid, CRS: s.URI, Axes: [2]string{"E", "N"},
		MinX: s.FalseEasting - vnSide/2, MaxY: vnSide, Width: vnSide << vnFirstZoom,
		FirstZoom: vnFirstZoom, Columns: 1, Rows: 1,
	}, true
}

// MatrixSet finds a set by its identifier, else an error of code not_found. ""
// is WebMercatorQuad.
func MatrixSet(id string) (TileMatrixSet, error) {
	switch id {
	case "", webMercatorQuad:
		return WebMercatorQuad(), nil
	case "WorldCRS84Quad":
		return WorldCRS84Quad(), nil
	}
	if code, ok := strings.CutPrefix(id, vnPrefix); ok && strings.HasSuffix(code, vnSuffix) {
		n, err := strconv.ParseUint(strings.TrimSuffix(code, vnSuffix), 10, 31)
		if s, ok := VN2000Quad(spatial.SRID(n)); err == nil && ok && s.ID == id {
			return s, nil
		}
	}
	return TileMatrixSet{}, spatial.NotFound("tiles: tile matrix set", "There is no such tile matrix set.")
}

// MatrixSets are the sets that collections are offered in: the two of the world,
// the national one, and the VN-2000 zones that they are stored in.
func MatrixSets(list []*spatial.Collection) []TileMatrixSet {
	sets := []TileMatrixSet{WebMercatorQuad(), WorldCRS84Quad()}
	var srids []spatial.SRID
	for _, c := range list {
		if c.Version > 0 && c.GeometryType != spatial.GeometryNone && c.SRID != NationalSRID && !slices.Contains(srids, c.SRID) {
			srids = append(srids, c.SRID)
		}
	}
	slices.Sort(srids)
	for _, srid := range append([]spatial.SRID{NationalSRID}, srids...) {
		if s, ok := VN2000Quad(srid); ok {
			sets = append(sets, s)
		}
	}
	return sets
}

// Matrix is how keys and requests name the set: "" for WebMercatorQuad.
func (s TileMatrixSet) Matrix() string {
	if s.ID == webMercatorQuad {
		return ""
	}
	return s.ID
}

// TileWidth is the side of a tile of the zoom in CRS units.
func (s TileMatrixSet) TileWidth(z uint32) float64 {
	return s.Width / float64(uint64(1)<<z)
}

// MatrixSize is how many columns and rows the tile matrix of a zoom has; 0 where
// the set has none.
func (s TileMatrixSet) MatrixSize(z uint32) (columns, rows uint32) {
	if z < s.FirstZoom || z > MaxZoom {
		return 0, 0
	}
	return s.Columns << (z - s.FirstZoom), s.Rows << (z - s.FirstZoom)
}

// Has reports whether the tile belongs to the set.
func (s TileMatrixSet) Has(c Coord) bool {
	columns, rows := s.MatrixSize(c.Z)
	return c.X < columns && c.Y < rows
}

// MatrixID is the identifier of the tile matrix of a zoom.
func (s TileMatrixSet) MatrixID(z uint32) string {
	return strconv.FormatUint(uint64(z-s.FirstZoom), 10)
}

// ParseTile reads the parts of a tile's path in the order of OGC 20-057 §7.1:
// tile matrix, row, column. What is no number or no tile of the set is of code
// not_found.
func (s TileMatrixSet) ParseTile(matrix, row, column string) (Coord, error) {
	z, okZ := parseIndex(matrix)
	y, okY := parseIndex(row)
	x, okX := parseIndex(column)
	c := Coord{Z: z + s.FirstZoom, X: x, Y: y}
	if !okZ || !okX || !okY || !s.Has(c) {
		return Coord{}, spatial.NotFound("tiles: parse tile", fmt.Sprintf("There is no tile %.12s/%.12s/%.12s (tile matrix, row, column) in %s.", matrix, row, column, s.ID))
	}
	return c, nil
}

// Envelope is the tile's box in s.SRID, grown by tileBuffer units of extent
// units a side, on all four sides. Edges belong to it.
func (s TileMatrixSet) Envelope(c Coord, extent, tileBuffer int) spatial.Envelope {
	w := s.TileWidth(c.Z)
	grow := w * float64(tileBuffer) / float64(extent)
	x, y := s.MinX+w*float64(c.X), s.MaxY-w*float64(c.Y)
	return spatial.Envelope{SRID: s.SRID, MinX: x - grow, MinY: y - w - grow, MaxX: x + w + grow, MaxY: y + grow}
}
