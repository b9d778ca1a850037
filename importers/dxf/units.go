package dxf

import (
	"fmt"
	"slices"

	"gisd/spatial"
)

// unit is a drawing unit that $INSUNITS declares.
type unit struct {
	vi, en string
	metres float64
}

func unitOf(code int) (unit, bool) {
	switch code {
	case 1:
		return unit{"inch", "inches", 0.0254}, true
	case 2:
		return unit{"feet", "feet", 0.3048}, true
	case 4:
		return unit{"milimét", "millimetres", 0.001}, true
	case 5:
		return unit{"xentimét", "centimetres", 0.01}, true
	case 7:
		return unit{"kilômét", "kilometres", 1000}, true
	}
	return unit{}, false
}

// scaleOf decides by what the coordinates are multiplied to become metres, and
// says why. Templates declare millimetres for drawings that are in metres all
// the same: a scale is believed only where it brings the coordinates to where a
// map of Vietnam is and they are not there already.
func (d *drawing) scaleOf(p *places) (float64, spatial.Text) {
	u, declared := unitOf(d.units)
	middle, ok := p.middle()
	if !declared || !ok {
		return 1, spatial.Text{}
	}
	switch {
	case onMap(middle, 1):
		return 1, spatial.Text{
			VI: fmt.Sprintf("bản vẽ khai báo đơn vị %s nhưng tọa độ đã ở vị trí bản đồ theo mét: giữ nguyên", u.vi),
			EN: fmt.Sprintf("the drawing declares %s, but its coordinates lie where a map in metres does: kept as they are", u.en)}
	case onMap(middle, u.metres):
		return u.metres, spatial.Text{
			VI: fmt.Sprintf("tọa độ tính bằng %s, đã nhân %g thành mét", u.vi, u.metres),
			EN: fmt.Sprintf("the coordinates are in %s and were multiplied by %g into metres", u.en, u.metres)}
	}
	return 1, spatial.Text{
		VI: fmt.Sprintf("bản vẽ khai báo đơn vị %s; theo đơn vị nào tọa độ cũng không ở vị trí bản đồ: giữ nguyên", u.vi),
		EN: fmt.Sprintf("the drawing declares %s; its coordinates lie on no map in either unit: kept as they are", u.en)}
}

// onMap tells whether a position, scaled, lies where VN-2000 and UTM
// have Vietnam, with either axis first: one ordinate is an easting of 100 to
// 1000 km, the other a northing of 800 to 2700 km.
func onMap(p vec, scale float64) bool {
	x, y := p.x*scale, p.y*scale
	easting := func(v float64) bool { return v >= 100e3 && v <= 1000e3 }
	northing := func(v float64) bool { return v >= 800e3 && v <= 2700e3 }
	return easting(x) && northing(y) || easting(y) && northing(x)
}

// places keeps where a bounded number of entities are, two corners of each box,
// spread evenly over all it was shown.
type places struct {
	kept   [][2]vec
	stride int
	n      int
}

const maxPlaces = 2048

func (p *places) add(positions []vec) {
	lo, hi := positions[0], positions[0]
	for _, v := range positions {
		lo.x, lo.y = min(lo.x, v.x), min(lo.y, v.y)
		hi.x, hi.y = max(hi.x, v.x), max(hi.y, v.y)
	}
	if hi.minus(lo).minus(hi.minus(lo)) != (vec{}) { // not finite
		return
	}
	p.stride = max(p.stride, 1)
	if p.n++; p.n%p.stride != 0 {
		return
	}
	if len(p.kept) == maxPlaces {
		for i := range maxPlaces / 2 {
			p.kept[i] = p.kept[2*i]
		}
		p.kept, p.stride = p.kept[:maxPlaces/2], p.stride*2
	}
	p.kept = append(p.kept, [2]vec{lo, hi})
}

// middle is the median of the places, which a legend or a forgotten line far off
// does not move; ok is false without any.
func (p *places) middle() (m vec, ok bool) {
	if len(p.kept) == 0 {
		return m, false
	}
	median := func(of func(vec) float64) float64 {
		v := make([]float64, 0, 2*len(p.kept))
		for _, corners := range p.kept {
			v = append(v, of(corners[0]), of(corners[1]))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return vec{x: median(func(v vec) float64 { return v.x }), y: median(func(v vec) float64 { return v.y })}, true
}
