package postgis

import (
	"math"
	"slices"

	"gisd/tiles/mvt"
)

// rasterSide is how many squares an area is divided into along each axis. A commune's
// are some twenty metres wide.
const rasterSide = 256

// What a square is. All points of one that is not on the edge are on one side.
const (
	squareOutside = iota
	squareInside
	squareEdge
)

// Slack for what rounding does: of a square, and of coordinates.
const (
	squareSlack     = 1e-6
	coordinateSlack = 1e-9
)

// raster tells cheaply whether all of a box lies in an area, or none of it. It is
// immutable. Coordinates are those of the area's CRS, x first.
type raster struct {
	minX, minY, maxX, maxY float64
	width, height          float64 // of a square
	squares                []uint8 // by row and column, from minY and minX up
}

// newRaster divides the area of a shape's rings; xy are its x, y pairs.
func newRaster(xy []float64, parts []mvt.Part) *raster {
	r := &raster{minX: math.Inf(1), minY: math.Inf(1), maxX: math.Inf(-1), maxY: math.Inf(-1)}
	for i := 0; i+1 < len(xy); i += 2 {
		r.minX, r.maxX = min(r.minX, xy[i]), max(r.maxX, xy[i])
		r.minY, r.maxY = min(r.minY, xy[i+1]), max(r.maxY, xy[i+1])
	}
	r.width, r.height = (r.maxX-r.minX)/rasterSide, (r.maxY-r.minY)/rasterSide
	if !(r.width > 0 && r.height > 0) {
		return r
	}
	r.squares = make([]uint8, rasterSide*rasterSide)
	crossings := make([][]float64, rasterSide) // of the middle of a row, in squares
	for _, part := range parts {
		ring := xy[2*part.Start : 2*part.End]
		for i := 2; i+1 < len(ring); i += 2 {
			r.edge(crossings, ring[i-2:i+2])
		}
	}
	for row, at := range crossings {
		slices.Sort(at)
		for column := range rasterSide {
			n, _ := slices.BinarySearch(at, float64(column)+0.5)
			if square := &r.squares[row*rasterSide+column]; *square != squareEdge && n%2 == 1 {
				*square = squareInside
			}
		}
	}
	return r
}

// edge marks the squares that an edge comes near, and notes where it crosses the
// middle of rows.
func (r *raster) edge(crossings [][]float64, e []float64) {
	x0, y0 := (e[0]-r.minX)/r.width, (e[1]-r.minY)/r.height
	x1, y1 := (e[2]-r.minX)/r.width, (e[3]-r.minY)/r.height
	if y0 > y1 {
		x0, y0, x1, y1 = x1, y1, x0, y0
	}
	at := func(y float64) float64 {
		if y1 == y0 {
			return x0
		}
		return x0 + (x1-x0)*min(max((y-y0)/(y1-y0), 0), 1)
	}
	for row := square(y0 - squareSlack); row <= square(y1+squareSlack); row++ {
		lo, hi := at(float64(row)-squareSlack), at(float64(row)+1+squareSlack)
		if y1 == y0 {
			lo, hi = x0, x1
		}
		for column := square(min(lo, hi) - squareSlack); column <= square(max(lo, hi)+squareSlack); column++ {
			r.squares[row*rasterSide+column] = squareEdge
		}
		if middle := float64(row) + 0.5; (y0 > middle) != (y1 > middle) {
			crossings[row] = append(crossings[row], at(middle))
		}
	}
}

// square is the row or column of a place in squares, the nearest there is.
func square(v float64) int { return int(min(max(math.Floor(v), 0), rasterSide-1)) }

// tell reports whether a box lies in the area; it is not sure where the edge may come
// near the box.
func (r *raster) tell(minX, minY, maxX, maxY float64) (in, sure bool) {
	slack := coordinateSlack * max(math.Abs(minX), math.Abs(minY), math.Abs(maxX), math.Abs(maxY), 1)
	minX, minY, maxX, maxY = minX-slack, minY-slack, maxX+slack, maxY+slack
	if maxX < r.minX || maxY < r.minY || minX > r.maxX || minY > r.maxY {
		return false, true
	}
	if r.squares == nil || !(minX <= maxX && minY <= maxY) {
		return false, false
	}
	within := minX >= r.minX && minY >= r.minY && maxX <= r.maxX && maxY <= r.maxY
	x0, x1 := square((minX-r.minX)/r.width), square((maxX-r.minX)/r.width)
	y0, y1 := square((minY-r.minY)/r.height), square((maxY-r.minY)/r.height)
	first := r.squares[y0*rasterSide+x0]
	if first == squareEdge || first == squareInside && !within {
		return false, false
	}
	for y := y0; y <= y1; y++ {
		for _, s := range r.squares[y*rasterSide+x0 : y*rasterSide+x1+1] {
			if s != first {
				return false, false
			}
		}
	}
	return first == squareInside, true
}
