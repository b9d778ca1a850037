package overview_test

import (
	"slices"
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/shapefile"
	"gisd/internal/testdata"
	"gisd/spatial/crs"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/overview"
)

// commune is the parcels of a real commune on the lattice of zooms 14 and up.
func commune(t *testing.T) []mvt.Shape {
	t.Helper()
	src, err := importertest.Open(t, shapefile.Format{}, testdata.Shared(t, "data/vietnam/parcels_vn2000/chauhoa.shp"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	to, err := crs.NewTransform(9210, 3857)
	if err != nil {
		t.Fatal(err)
	}
	finest, _ := cell.BandOf(14)
	lattice := finest.Lattice(tiles.WebMercatorQuad())
	lattice.Project = func(xy []float64) error { return to.Flat(xy, 2) }
	var all []mvt.Shape
	err = src.Read(t.Context(), func(r *importers.Record) error {
		if r.Err != nil || r.Geometry == nil {
			return nil
		}
		var s mvt.Shape
		err := lattice.Read(&s, r.Geometry)
		all = append(all, s)
		return err
	})
	if err != nil || len(all) < 5000 {
		t.Fatalf("%d parcels, %v", len(all), err)
	}
	return all
}

// packedAt packs shapes of the lattice of zoom 14 into the cells of a band, with ids
// from 1 on and uses that change every few parcels.
func packedAt(t *testing.T, all []mvt.Shape, band cell.Band) *town {
	t.Helper()
	finest, _ := cell.BandOf(14)
	out := &town{records: map[tiles.Coord]cell.Record{}}
	builders := map[tiles.Coord]*cell.Builder{}
	var s mvt.Shape
	for i := range all {
		s.Reset()
		s.Parts = append(s.Parts, all[i].Parts...)
		for _, p := range all[i].Positions {
			shift := finest.Bits() - band.Bits()
			s.Positions = append(s.Positions, mvt.Position{X: p.X >> shift, Y: p.Y >> shift})
		}
		rank := overview.SizeOf(&all[i], finest.Bits()).Rank(uint64(i + 1))
		lo, hi, _ := s.Bounds()
		from, to := band.Covering(lo, hi)
		for y := from.Y; y <= to.Y; y++ {
			for x := from.X; x <= to.X; x++ {
				at := tiles.Coord{Z: band.First, X: x, Y: y}
				b := builders[at]
				if b == nil {
					b = cell.NewBuilder()
					if err := b.Reset(band, at, []string{"use"}); err != nil {
						t.Fatal(err)
					}
					builders[at] = b
				}
				if b.Geometry(&s) {
					if err := b.String(0, []byte{"ABCDE"[i/12%5]}); err != nil {
						t.Fatal(err)
					}
					b.EndFeature(cell.Meta{ID: uint64(i + 1), Rank: rank})
				}
			}
		}
	}
	for at, b := range builders {
		record, err := b.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(record) > 0 {
			out.cells = append(out.cells, at)
			if out.records[at], err = cell.Open(record); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// TestEveryParcelOfAPixel wants each parcel that covers a pixel (1/512 of a tile) or
// more on the tiles of zoom 13 and 14 itself, whatever the budget of the zoom left out.
func TestEveryParcelOfAPixel(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	all := commune(t)
	for _, z := range []uint32{13, 14} {
		band, _ := cell.BandOf(z)
		packed := packedAt(t, all, band)
		config := overview.Config{Value: "use", Budget: 2000}
		choices, err := overview.Fit(t.Context(), config, packed.cells, packed.load)
		if err != nil {
			t.Fatal(err)
		}
		o := cell.Options{Layer: "parcels", Buffer: tiles.TileBuffer}
		if z == 13 {
			o.MinRank = uint16(choices[0].MinRank)
		}
		seen := map[uint64]bool{}
		cutter := cell.NewCutter()
		for at, r := range packed.records {
			cutter.Reset()
			if _, err := cutter.Cut(r, at, o); err != nil {
				t.Fatal(err)
			}
			layers, err := mvttest.Check(cutter.Tile())
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range layers {
				for _, f := range l.Features {
					seen[f.ID] = true
				}
			}
		}
		pixels, missing := 0, 0
		for i := range all {
			if area := areaOf(&all[i]) / float64(uint64(1)<<(2*(31-9-z))); area >= 1 {
				pixels++
				if !seen[uint64(i+1)] {
					missing++
				}
			}
		}
		if missing > 0 || pixels < 2000 {
			t.Errorf("zoom %d: %d of %d parcels of a pixel are missing", z, missing, pixels)
		}
	}
}

// areaOf is the area of a shape's polygons in square positions.
func areaOf(s *mvt.Shape) float64 {
	whole := 0.0
	for _, p := range s.Parts {
		ring := s.Positions[p.Start:p.End]
		sum := int64(0)
		for i := range ring {
			a, b := ring[i], ring[(i+1)%len(ring)]
			sum += (a.X-ring[0].X)*(b.Y-ring[0].Y) - (b.X-ring[0].X)*(a.Y-ring[0].Y)
		}
		area := float64(max(sum, -sum)) / 2
		if p.Kind == mvt.HolePart {
			area = -area
		}
		whole += area
	}
	return whole
}

// TestNoGaps draws a real commune at zooms 8 to 12, over the edges of tiles, and
// wants no gap wider than a pixel where the parcels have none. What is smaller than
// a pixel is drawn as rectangles of equal area; where the budget has larger ones stand
// for much more than that, few samples may lie between them.
func TestNoGaps(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	all := commune(t)
	band, _ := cell.BandOf(overview.BaseZoom)
	packed := packedAt(t, all, band)
	for _, config := range []overview.Config{{Value: "use", MinZoom: 8}, {Value: "use", Budget: 60_000, MinZoom: 11}} {
		made := packed.build(t, config)
		for _, c := range made.choices {
			z := uint32(c.Zoom)
			source := newRaster(all, z)
			for i := range all {
				source.fill(rings(&all[i], z), nil)
			}
			drawn := newRaster(all, z)
			made.each(t, z, func(at tiles.Coord, f mvttest.Feature) {
				parts := make([][][2]float64, len(f.Parts))
				for i, ring := range f.Parts {
					for _, p := range ring {
						parts[i] = append(parts[i], [2]float64{float64(int(at.X)*tiles.Extent + int(p[0])), float64(int(at.Y)*tiles.Extent + int(p[1]))})
					}
				}
				drawn.fill(parts, &at)
			})
			covered, gaps := source.gaps(drawn)
			allowed := 0
			if c.Step >= generalise.StepDissolve {
				allowed = covered / 200
			}
			if gaps > allowed || covered < 200 {
				t.Errorf("zoom %d, %v: %d of %d samples lie in gaps of more than a pixel, %d may", z, c.Step, gaps, covered, allowed)
			}
		}
	}
}

// rings are a shape in units of a zoom.
func rings(s *mvt.Shape, z uint32) [][][2]float64 {
	scale := 1 / float64(uint64(1)<<(31-12-z))
	var out [][][2]float64
	for _, p := range s.Parts {
		var ring [][2]float64
		for _, q := range s.Positions[p.Start:p.End] {
			ring = append(ring, [2]float64{float64(q.X) * scale, float64(q.Y) * scale})
		}
		out = append(out, ring)
	}
	return out
}

// raster is what of an area is covered, in samples half a pixel apart.
type raster struct {
	x, y, width, height int // in samples
	bits                []bool
}

const sample = tiles.Extent / 512 / 2 // units

func newRaster(all []mvt.Shape, z uint32) *raster {
	shift := 31 - 12 - z
	var lo, hi mvt.Position
	for i := range all {
		a, b, _ := all[i].Bounds()
		if i == 0 {
			lo, hi = a, b
		}
		lo, hi = mvt.Position{X: min(lo.X, a.X), Y: min(lo.Y, a.Y)}, mvt.Position{X: max(hi.X, b.X), Y: max(hi.Y, b.Y)}
	}
	r := &raster{x: int(lo.X>>shift)/sample - 2, y: int(lo.Y>>shift)/sample - 2}
	r.width, r.height = int(hi.X>>shift)/sample+3-r.x, int(hi.Y>>shift)/sample+3-r.y
	r.bits = make([]bool, r.width*r.height)
	return r
}

// fill covers what lies within rings, of a tile what lies on it without its buffer.
func (r *raster) fill(rings [][][2]float64, on *tiles.Coord) {
	top, bottom := r.y+r.height, r.y
	for _, ring := range rings {
		for _, p := range ring {
			top, bottom = min(top, int(p[1])/sample-1), max(bottom, int(p[1])/sample+1)
		}
	}
	left, right := r.x, r.x+r.width
	if on != nil {
		const side = tiles.Extent / sample
		left, right = max(left, int(on.X)*side), min(right, (int(on.X)+1)*side)
		top, bottom = max(top, int(on.Y)*side), min(bottom, (int(on.Y)+1)*side-1)
	}
	var at []float64
	for y := max(top, r.y); y <= min(bottom, r.y+r.height-1); y++ {
		level := (float64(y) + 0.5) * sample
		at = at[:0]
		for _, ring := range rings {
			for i, a := range ring {
				if b := ring[(i+1)%len(ring)]; (a[1] > level) != (b[1] > level) {
					at = append(at, a[0]+(level-a[1])/(b[1]-a[1])*(b[0]-a[0]))
				}
			}
		}
		slices.Sort(at)
		for i := 0; i+1 < len(at); i += 2 {
			for x := max(int(at[i]/sample+0.5), left); x < right && (float64(x)+0.5)*sample < at[i+1]; x++ {
				r.bits[(y-r.y)*r.width+x-r.x] = true
			}
		}
	}
}

// gaps counts the samples well within what r covers, a pixel from its edge, around
// which drawn covers nothing in a square of more than a pixel.
func (r *raster) gaps(drawn *raster) (covered, gaps int) {
	whole := func(of *raster, x, y, reach int, want bool) bool {
		for dy := -reach; dy <= reach; dy++ {
			for dx := -reach; dx <= reach; dx++ {
				if of.bits[(y+dy)*of.width+x+dx] != want {
					return false
				}
			}
		}
		return true
	}
	const reach = 3
	for y := reach; y < r.height-reach; y++ {
		for x := reach; x < r.width-reach; x++ {
			if !whole(r, x, y, reach, true) {
				continue
			}
			covered++
			if whole(drawn, x, y, 1, false) {
				gaps++
			}
		}
	}
	return covered, gaps
}
