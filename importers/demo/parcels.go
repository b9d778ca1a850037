package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"gisd/importers"
	"gisd/spatial"
)

// baseParcels is how many parcels scale 1 makes.
const baseParcels = 20_000

// A block is two rows of lots between two streets:
//
//	+----+------+---+-----+   north street
//	|    |      |   |     |
//	+-+--+--+---+-+-+--+--+   the common back line
//	| |     |     |    |  |
//	+-+-----+-----+----+--+   south street
//
// Every line is drawn once with all its vertices and then sliced, so that
// neighbours have the same vertices on their common border.
const (
	blockWidth  = 118.0 // metres between the streets' edges
	blockDepth  = 46.0
	streetWidth = 9.0
)

// parcel is one lot; the first ring is the outer one.
type parcel struct {
	shape orb.Polygon
	use   string
}

// block is a place for one block of lots on a centre's street grid.
type block struct {
	centre growthCentre
	origin orb.Point // of the centre, in the plane
	col    int
	row    int
	far    float64 // metres from the centre to the block, divided by its radius
}

func parcelSchema(count int64) importers.Schema {
	return importers.Schema{
		Layer: "parcels", Format: "demo", GeometryType: spatial.GeometryPolygon, Dimensions: spatial.XY,
		CRS: demoCRS(), Encoding: "utf-8", Count: count, Bytes: -1,
		Fields: []importers.FieldInfo{
			field("parcel_id", spatial.FieldString, "Mã thửa", "Parcel id"),
			field("sheet", spatial.FieldInteger, "Số tờ", "Sheet number"),
			field("number", spatial.FieldInteger, "Số thửa", "Parcel number"),
			coded("land_use", listLandUse, "Loại đất", "Land use"),
			measured("area", "m2", "Diện tích", "Area"),
			field("commune", spatial.FieldString, "Mã xã, phường", "Commune code"),
			coded("tenure", listTenure, "Hình thức sử dụng", "Tenure"),
			field("certified", spatial.FieldBoolean, "Đã cấp giấy chứng nhận", "Certificate issued"),
			field("certified_on", spatial.FieldDate, "Ngày cấp", "Issued on"),
			measured("price", "VND/m2", "Giá đất", "Land price"),
		},
	}
}

// parcels emits count parcels, block by block outwards from the centres.
func (w *world) parcels(count int, emit emitFunc) error {
	blocks, err := w.blocks(count)
	if err != nil {
		return err
	}
	made := 0
	numbers := map[string]int{}
	for _, b := range blocks {
		at := b.place(blockWidth/2, blockDepth/2)
		ward, ok := w.wardAt(at)
		if !ok || w.occupied(at) {
			continue
		}
		r := dice("block", b.centre.name, b.col, b.row)
		for _, p := range b.lots(r) {
			if made == count {
				return nil
			}
			made++
			numbers[ward.code]++
			n := numbers[ward.code]
			sheet, number := n/400+1, n%400+1
			certified := r.Float64() < 0.86
			var on any
			if certified {
				on = date(1996+r.IntN(29), 1, 1).AddDate(0, 0, r.IntN(365))
			}
			err := emit(p.shape,
				fmt.Sprintf("%s-%03d-%04d", ward.code, sheet, number), sheet, number, p.use,
				math.Round(planar.Area(p.shape)*10)/10, ward.code,
				pick(r, "private", "private", "private", "private", "organisation", "state"),
				certified, on, math.Round(between(r, 2, 48)/(0.5+b.far))*1e6)
			if err != nil {
				return err
			}
		}
	}
	if made < count {
		return fmt.Errorf("demo: room for %d parcels only, %d wanted", made, count)
	}
	return nil
}

// blocks lists places for blocks by growing distance, enough for count parcels.
func (w *world) blocks(count int) ([]block, error) {
	// A block holds about 22 lots; some places are taken by water and parks.
	grow := math.Max(1, math.Sqrt(float64(count)/18_000))
	var out []block
	for _, c := range growthCentres() {
		origin, err := w.point(c.at)
		if err != nil {
			return nil, err
		}
		reach := c.radius * grow * 1.35
		cols, rows := int(reach/(blockWidth+streetWidth)), int(reach/(blockDepth+streetWidth))
		for col := -cols; col <= cols; col++ {
			for row := -rows; row <= rows; row++ {
				b := block{centre: c, origin: origin, col: col, row: row}
				d := distance(origin, b.place(blockWidth/2, blockDepth/2))
				b.far = d / c.radius
				if d > reach || w.nearerCentre(b) {
					continue
				}
				out = append(out, b)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b block) int {
		if a.far < b.far {
			return -1
		}
		if a.far > b.far {
			return 1
		}
		return 0
	})
	return out, nil
}

// nearerCentre reports whether the block lies in another centre's share of the
// plane, or less than 150 m inside its own.
func (w *world) nearerCentre(b block) bool {
	at := b.place(blockWidth/2, blockDepth/2)
	own := distance(at, b.origin)
	for _, c := range growthCentres() {
		if c.name == b.centre.name {
			continue
		}
		if other, err := w.point(c.at); err != nil || distance(at, other) < own+300 {
			return true
		}
	}
	return false
}

// occupied reports whether a river, a main road or an industrial park is where
// a block would stand.
func (w *world) occupied(at orb.Point) bool {
	for _, p := range w.parks {
		if planar.PolygonContains(p.shape, at) || planar.DistanceFrom(p.shape, at) < 80 {
			return true
		}
	}
	for _, river := range w.rivers {
		if near(river.line, at, river.widthMeters/2+90) {
			return true
		}
	}
	for _, road := range w.roads {
		if near(road.line, at, 85) {
			return true
		}
	}
	return false
}

// near reports whether p is within meters of the line.
func near(line orb.LineString, p orb.Point, meters float64) bool {
	return line.Bound().Pad(meters).Contains(p) && planar.DistanceFrom(line, p) < meters
}

// place takes block coordinates (metres from the block's south-west corner, x
// along the street) to the plane.
func (b block) place(x, y float64) orb.Point {
	x += float64(b.col) * (blockWidth + streetWidth)
	y += float64(b.row) * (blockDepth + streetWidth)
	sin, cos := math.Sincos(b.centre.turn * math.Pi / 180)
	return round(orb.Point{b.origin[0] + x*cos + y*sin, b.origin[1] - x*sin + y*cos})
}

// lots divides the block.
func (b block) lots(r *rand.Rand) []parcel {
	south, north := splits(r), splits(r)
	// The common back line with every vertex that either row needs.
	marks := append(append([]float64{}, south...), north...)
	for range 6 {
		marks = append(marks, math.Round(between(r, 3, blockWidth-3)*100)/100)
	}
	slices.Sort(marks)
	marks = slices.Compact(marks)
	back := make(map[float64]orb.Point, len(marks))
	middle := between(r, 0.44, 0.56) * blockDepth
	y := middle
	for i, x := range marks {
		// Marks close together lie level, lest the line cuts a side line.
		if i == 0 || x-marks[i-1] > 0.5 {
			y = middle + between(r, -1.2, 1.2)
		}
		back[x] = b.place(x, y)
	}
	sides := func(splits []float64, front float64) []orb.LineString {
		out := make([]orb.LineString, len(splits))
		for i, x := range splits {
			line := orb.LineString{b.place(x, front)}
			if i > 0 && i < len(splits)-1 {
				// Neighbouring lines must not meet, not even around a sliver.
				sway := min(0.5, 0.4*min(x-splits[i-1], splits[i+1]-x))
				for k := range r.IntN(4) {
					t := float64(k+1) / 5
					line = append(line, b.place(x+between(r, -sway, sway), front+t*(middle-front)))
				}
			}
			out[i] = append(line, back[x])
		}
		return out
	}
	var out []parcel
	out = append(out, b.rowLots(r, south, sides(south, 0), marks, back, 0)...)
	out = append(out, b.rowLots(r, north, sides(north, blockDepth), marks, back, blockDepth)...)
	return out
}

// splits returns where a row is divided: 0, …, blockWidth, in hundredths.
func splits(r *rand.Rand) []float64 {
	out := []float64{0}
	for x := 0.0; ; {
		width := between(r, 5, 17)
		switch r.IntN(40) {
		case 0:
			width = between(r, 0.35, 0.9) // a sliver between two surveys
		case 1:
			width = between(r, 25, 45)
		}
		x = math.Round((x+width)*100) / 100
		if x > blockWidth-5 {
			return append(out, blockWidth)
		}
		out = append(out, x)
	}
}

// rowLots makes the lots of one row. front is the y of its street.
func (b block) rowLots(r *rand.Rand, splits []float64, sides []orb.LineString, marks []float64, back map[float64]orb.Point, front float64) []parcel {
	var out []parcel
	for i := 0; i+1 < len(splits); i++ {
		left, right := splits[i], splits[i+1]
		ring := orb.Ring{sides[i][0]}
		curved := right-left > 20
		for k := 1; curved && k < 9; k++ { // a bulge towards the street
			t := float64(k) / 9
			bulge := 1.5 * math.Sin(t*math.Pi)
			if front == 0 {
				bulge = -bulge
			}
			ring = append(ring, b.place(left+t*(right-left), front+bulge))
		}
		ring = append(ring, sides[i+1]...)
		for k := len(marks) - 1; k >= 0; k-- {
			if marks[k] > left && marks[k] < right {
				ring = append(ring, back[marks[k]])
			}
		}
		for k := len(sides[i]) - 1; k >= 0; k-- {
			ring = append(ring, sides[i][k])
		}
		if ring.Orientation() == orb.CW {
			ring.Reverse()
		}
		shape := orb.Polygon{ring}
		use := landUse(r, b.far)
		if right-left > 28 && r.IntN(2) == 0 { // a lot within a lot: a shrine, a well, a transformer
			middle := (left + right) / 2
			y := front + math.Copysign(9, blockDepth/2-front)
			hole := orb.Ring{b.place(middle-3, y-2.5), b.place(middle+3, y-2.5), b.place(middle+3.4, y+2.5), b.place(middle-2.6, y+2.5)}
			hole = append(hole, hole[0])
			inner := orb.Polygon{hole}
			if hole.Orientation() == orb.CW {
				inner[0].Reverse()
			}
			out = append(out, parcel{inner, "DVH"})
			opposite := inner[0].Clone()
			opposite.Reverse()
			shape = append(shape, opposite)
		}
		out = append(out, parcel{shape, use})
	}
	return out
}

// landUse draws a code: the farther out, the more farmland.
func landUse(r *rand.Rand, far float64) string {
	if r.Float64() < math.Min(0.75, far*0.22) {
		return pick(r, "CLN", "CLN", "CLN", "HNK", "LUC", "NTS", "ONT")
	}
	return pick(r, "ODT", "ODT", "ODT", "ODT", "ODT", "ODT", "ODT", "TMD", "TMD", "SKC", "DKV", "TSC", "CSD")
}
