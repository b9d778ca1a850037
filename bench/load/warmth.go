package load

import (
	"math"
	"sync"
	"time"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/pyramid"
)

// settle is how long after an edit what is read may be what was there before:
// the promise is one second.
const settle = time.Second

// warmth knows which tiles the server must have ready: those that were asked
// for since the last edit that touches them had its second.
type warmth struct {
	mu      sync.Mutex
	fetched map[tiles.Coord]bool
	touched map[tiles.Coord]time.Time
	zooms   []uint32
}

func newWarmth(zooms []uint32) *warmth {
	return &warmth{fetched: map[tiles.Coord]bool{}, touched: map[tiles.Coord]time.Time{}, zooms: zooms}
}

func (w *warmth) has(c tiles.Coord) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fetched[c]
}

// fetch notes an answer to a request that began then.
func (w *warmth) fetch(c tiles.Coord, began time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if began.Sub(w.touched[c]) > settle {
		w.fetched[c] = true
	}
}

// touch notes an edit within the box, in SRID 3857.
func (w *warmth) touch(box spatial.Envelope, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, z := range w.zooms {
		// Servers may let go of a few units more than a tile and its buffer.
		const margin = 16
		grow := tiles.WebMercatorQuad().TileWidth(z) * margin / tiles.Extent
		grown := box
		grown.MinX, grown.MinY, grown.MaxX, grown.MaxY = box.MinX-grow, box.MinY-grow, box.MaxX+grow, box.MaxY+grow
		from, to, ok := pyramid.Touched(grown, z)
		for y := from.Y; ok && y <= to.Y; y++ {
			for x := from.X; x <= to.X; x++ {
				c := tiles.Coord{Z: z, X: x, Y: y}
				delete(w.fetched, c)
				w.touched[c] = at
			}
		}
	}
}

// place is a point in lon, lat degrees.
type place struct{ lon, lat float64 }

// tile is the tile of WebMercatorQuad that the place lies on.
func (p place) tile(z uint32) tiles.Coord {
	n := float64(uint64(1) << z)
	return tiles.Coord{Z: z, X: uint32((p.lon + 180) / 360 * n), Y: uint32((1 - math.Asinh(math.Tan(p.lat*math.Pi/180))/math.Pi) / 2 * n)}
}
