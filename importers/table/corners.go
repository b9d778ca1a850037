package table

import (
	"fmt"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// maxCorners bounds a parcel, so that a table under one number cannot fill the
// memory.
const maxCorners = 200_000

// group is the parcel whose corners are being read.
type group struct {
	key    parcelKey
	open   bool
	number int64
	ring   []float64 // x, y of the ring that is open
	rings  []int     // positions of each closed ring, which begin xy
	xy     []float64
	fault  *importers.RecordError
	saw    []byte // x and y of the corners as they are written
}

// corner takes a row of a list of corners. A ring ends where it comes back to
// its first corner, or with the parcel.
func (b *Builder) corner(number int64, cells []Cell) error {
	g, r := &b.group, &b.l.roles
	x, y, located := b.position(cells)
	written := placed(r, cells[:min(len(cells), len(b.l.readings))])
	if g.key.next(r, cells) {
		if err := b.Close(); err != nil {
			return err
		}
		b.openParcel(number, cells)
	}
	if !g.open {
		if !written {
			return nil
		}
		return b.Broken(number, cells, importers.RecordError{Reason: spatial.Text{
			VI: "góc thửa đứng trước số thửa đầu tiên", EN: "a corner stands before the first parcel number",
		}})
	}
	g.see(r, cells)
	switch {
	case !written:
	case !located:
		if g.fault == nil {
			g.fault = cornerFault(number, r, cells)
		}
	case len(g.ring)+len(g.xy) >= 2*maxCorners:
		g.fault = &importers.RecordError{Reason: spatial.Text{
			VI: fmt.Sprintf("thửa có hơn %d góc", maxCorners), EN: fmt.Sprintf("the parcel has more than %d corners", maxCorners),
		}}
	default:
		g.add(x, y)
	}
	return nil
}

// cornerFault refuses a parcel for a corner without coordinates.
func cornerFault(number int64, r *Roles, cells []Cell) *importers.RecordError {
	x, y := raw(cells, r.X), raw(cells, r.Y)
	e := &importers.RecordError{Raw: importers.Shorten(append(append(append([]byte{}, x...), "; "...), y...)), Reason: spatial.Text{
		VI: fmt.Sprintf("tọa độ góc ở dòng %d không phải số", number), EN: fmt.Sprintf("the corner in row %d has no two numbers for coordinates", number),
	}}
	mark := ": "
	for _, i := range [...]int{r.X, r.Y} {
		if i >= len(cells) {
			continue
		}
		why := spatial.Text{}
		switch c := &cells[i]; {
		case c.Fault:
			why = faultOf(c.Text)
		case c.Void:
			why = spatial.Text{VI: "công thức chưa có giá trị", EN: "a formula without a stored value"}
		default:
			continue
		}
		e.Reason.VI += mark + why.VI
		e.Reason.EN += mark + why.EN
		mark = ", "
	}
	return e
}

func (g *group) add(x, y float64) {
	n := len(g.ring)
	if n >= 2 && g.ring[n-2] == x && g.ring[n-1] == y {
		return // the same corner again
	}
	g.ring = append(g.ring, x, y)
	if n >= 6 && g.ring[0] == x && g.ring[1] == y {
		g.endRing()
	}
}

func (g *group) endRing() {
	g.xy = append(g.xy, g.ring...)
	g.rings = append(g.rings, len(g.ring)/2)
	g.ring = g.ring[:0]
}

// openParcel keeps the attributes of the first row.
func (b *Builder) openParcel(number int64, cells []Cell) {
	g := &b.group
	g.open, g.number, g.fault = true, number, nil
	g.ring, g.rings, g.xy = g.ring[:0], g.rings[:0], g.xy[:0]
	g.saw = g.saw[:0]
	b.text, b.lost = b.text[:0], b.lost[:0]
	b.fill(cells)
	if s := b.l.roles.Sheet; s >= 0 && len(at(cells, s)) == 0 && len(g.key.sheet) > 0 {
		for i, column := range b.l.columns {
			if column == s && !b.values[i].Valid {
				b.value(&b.values[i], i, g.key.sheet)
			}
		}
	}
}

// parcel emits the group as a polygon.
func (b *Builder) parcel() error {
	g := &b.group
	g.open = false
	b.rec = importers.Record{Number: g.number, Values: b.values, Lost: b.lost, Err: g.fault}
	if g.fault == nil && len(g.ring) > 0 && (len(g.ring) >= 6 || len(g.rings) == 0) {
		if len(g.ring) < 6 {
			b.rec.Err = &importers.RecordError{Raw: string(importers.Shorten(g.key.parcel)), Reason: spatial.Text{
				VI: fmt.Sprintf("thửa chỉ có %d góc, cần ít nhất 3", len(g.ring)/2),
				EN: fmt.Sprintf("the parcel has %d corners; at least 3 are needed", len(g.ring)/2),
			}}
			return b.emitParcel()
		}
		g.ring = append(g.ring, g.ring[0], g.ring[1])
		g.endRing()
	}
	if b.rec.Err == nil && len(g.rings) > 0 {
		b.geom = wkb.AppendCount(wkb.AppendHeader(b.geom[:0], wkb.Polygon, spatial.XY), len(g.rings))
		xy := g.xy
		for _, n := range g.rings {
			b.geom = wkb.AppendCount(b.geom, n)
			for _, v := range xy[:2*n] {
				b.geom = wkb.AppendFloat(b.geom, v)
			}
			xy = xy[2*n:]
		}
		b.rec.Geometry = b.geom
	}
	return b.emitParcel()
}
