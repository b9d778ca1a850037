package archive

import "gisd/tiles"

// TileID numbers the tiles of all zooms as PMTiles does (version 3, §4.1.2): by
// zoom, and within one along a Hilbert curve. The four children of the tile at
// place d of a zoom are at 4d to 4d+3 of the next.
func TileID(c tiles.Coord) uint64 {
	x, y, d := c.X, c.Y, uint64(0)
	for n := c.Z; n > 0; n-- {
		s := uint32(1) << (n - 1)
		rx, ry := (x&s)>>(n-1), (y&s)>>(n-1)
		d = d<<2 | uint64((3*rx)^ry)
		x, y = turn(s, x&(s-1), y&(s-1), rx, ry)
	}
	return firstID(c.Z) + d
}

// CoordOf is the tile of a number; false for one of a zoom that is not addressed.
func CoordOf(id uint64) (tiles.Coord, bool) {
	for z := uint32(0); z <= tiles.MaxZoom; z++ {
		if id < firstID(z+1) {
			return placed(z, id-firstID(z)), true
		}
	}
	return tiles.Coord{}, false
}

// firstID is the number of the first tile of a zoom: (4^z - 1) / 3.
func firstID(z uint32) uint64 { return (uint64(1)<<(2*z) - 1) / 3 }

// placed is the tile at a place of the zoom's curve.
func placed(z uint32, d uint64) tiles.Coord {
	c := tiles.Coord{Z: z}
	for n := range z {
		s := uint32(1) << n
		digit := uint32(d >> (2 * n) & 3)
		rx := digit >> 1
		ry := (digit ^ rx) & 1
		c.X, c.Y = turn(s, c.X, c.Y, rx, ry)
		c.X += s * rx
		c.Y += s * ry
	}
	return c
}

// turn turns a quadrant of side s so that the curve in it begins and ends where
// those of its neighbours do.
func turn(s, x, y, rx, ry uint32) (uint32, uint32) {
	if ry == 0 {
		if rx == 1 {
			x, y = s-1-x, s-1-y
		}
		x, y = y, x
	}
	return x, y
}
