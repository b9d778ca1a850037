package tiles

import (
	"fmt"
	"strconv"

	"gisd/spatial"
)

// MaxZoom is the deepest zoom that is addressed.
const MaxZoom = 24

// Coord addresses a tile: zoom, tile column from the left, tile row from the
// top, all from 0.
type Coord struct{ Z, X, Y uint32 }

// ParseCoord reads the parts of a tile's path, plain decimal digits without
// sign or leading zeros. What is no number, deeper than MaxZoom or outside the
// zoom's 2^z by 2^z grid is of code not_found: there is no such tile.
func ParseCoord(z, x, y string) (Coord, error) {
	zoom, okZ := parseIndex(z)
	column, okX := parseIndex(x)
	row, okY := parseIndex(y)
	c := Coord{zoom, column, row}
	if !okZ || !okX || !okY || !c.Valid() {
		return Coord{}, spatial.NotFound("tiles: parse coordinate",
			fmt.Sprintf("There is no tile %.12s/%.12s/%.12s: zooms go from 0 to %d, columns and rows from 0 to 2^zoom-1.", z, x, y, MaxZoom))
	}
	return c, nil
}

func parseIndex(s string) (uint32, bool) {
	if len(s) == 0 || len(s) > 8 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	var n uint32
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + uint32(d)
	}
	return n, true
}

// Valid reports whether the tile lies within the grid.
func (c Coord) Valid() bool {
	return c.Z <= MaxZoom && c.X < 1<<c.Z && c.Y < 1<<c.Z
}

// String returns "z/x/y".
func (c Coord) String() string {
	b := strconv.AppendUint(nil, uint64(c.Z), 10)
	b = append(b, '/')
	b = strconv.AppendUint(b, uint64(c.X), 10)
	b = append(b, '/')
	return string(strconv.AppendUint(b, uint64(c.Y), 10))
}
