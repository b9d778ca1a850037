package demo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"gisd/importers"
	"gisd/spatial"
)

func planSchema(layer string) importers.Schema {
	return importers.Schema{
		Layer: layer, Format: "demo", GeometryType: spatial.GeometryMultiPolygon, Dimensions: spatial.XY,
		CRS: demoCRS(), Encoding: "utf-8", Count: -1, Bytes: -1,
		Fields: []importers.FieldInfo{
			field("zone", spatial.FieldString, "Ký hiệu ô", "Zone"),
			coded("land_use", listLandUse, "Chức năng sử dụng đất", "Land use"),
			measured("area_ha", "har", "Diện tích (ha)", "Area (ha)"),
			measured("density", "%", "Mật độ xây dựng", "Building density"),
			measured("far", "1", "Hệ số sử dụng đất", "Floor area ratio"),
			field("max_storeys", spatial.FieldInteger, "Tầng cao tối đa", "Maximum storeys"),
			field("plan", spatial.FieldString, "Đồ án", "Plan"),
			field("decision", spatial.FieldString, "Quyết định", "Decision"),
			field("approved_on", spatial.FieldDate, "Ngày phê duyệt", "Approved on"),
			field("commune", spatial.FieldString, "Mã xã, phường", "Commune code"),
		},
	}
}

// generalPlan divides every ward into zones of a general plan.
func (w *world) generalPlan(emit emitFunc) error {
	for _, ward := range w.wards {
		r := dice("general plan", ward.code)
		centre, area := planar.CentroidArea(ward.shape)
		count := int(math.Min(40, math.Max(12, area/1.1e6)))
		bound := ward.shape.Bound()
		var sites []site
		for len(sites) < count {
			p := orb.Point{between(r, bound.Min[0], bound.Max[0]), between(r, bound.Min[1], bound.Max[1])}
			if planar.MultiPolygonContains(ward.shape, p) {
				sites = append(sites, site{at: p, weight: between(r, 0, area/float64(count)/3)})
			}
		}
		number := 0
		for i := range sites {
			shape, err := intersect(ward.shape, powerCell(sites, i, centre, provinceHalf))
			if err != nil {
				return err
			}
			if len(shape) == 0 {
				continue
			}
			number++
			use := w.zoneUse(r, sites[i].at)
			err = w.emitZone(emit, r, fmt.Sprintf("QHC-%s-%02d", ward.code, number), use, shape, zonePlan{
				name: "Quy hoạch chung (dữ liệu mẫu)", decision: "QĐ-MẪU-01/2024", year: 2024, commune: ward.code,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

type zonePlan struct {
	name, decision string
	year           int
	commune        string
}

func (w *world) emitZone(emit emitFunc, r *rand.Rand, id, use string, shape orb.MultiPolygon, p zonePlan) error {
	density, far, storeys := limits(r, use)
	area := math.Round(planar.Area(shape)/100) / 100
	return emit(shape, id, use, area, density, far, storeys, p.name, p.decision,
		date(p.year, 3, 15).AddDate(0, r.IntN(8), 0), p.commune)
}

// limits are the building limits of a land use; nil where nothing is built.
func limits(r *rand.Rand, use string) (density, far, storeys any) {
	switch use {
	case "ODT", "ONT":
		return float64(40 + 5*r.IntN(7)), math.Round(between(r, 1.2, 5)*10) / 10, 3 + r.IntN(22)
	case "TMD", "TSC":
		return float64(40 + 5*r.IntN(5)), math.Round(between(r, 2, 9)*10) / 10, 5 + r.IntN(30)
	case "SKK", "SKC":
		return float64(50 + 5*r.IntN(5)), math.Round(between(r, 0.8, 2.5)*10) / 10, 1 + r.IntN(5)
	case "DGD", "DYT", "DVH":
		return 40.0, math.Round(between(r, 0.8, 3)*10) / 10, 2 + r.IntN(6)
	}
	return nil, nil, nil
}

// zoneUse chooses a land use by what is near.
func (w *world) zoneUse(r *rand.Rand, at orb.Point) string {
	for _, p := range w.parks {
		if planar.PolygonContains(p.shape, at) || planar.DistanceFrom(p.shape, at) < 400 {
			return "SKK"
		}
	}
	for _, river := range w.rivers {
		if near(river.line, at, 350) {
			return pick(r, "DKV", "LUC", "NTS", "CLN")
		}
	}
	nearest := math.Inf(1)
	for _, c := range growthCentres() {
		if p, err := w.point(c.at); err == nil {
			nearest = math.Min(nearest, distance(p, at)/c.radius)
		}
	}
	switch {
	case nearest < 1.2:
		return pick(r, "ODT", "ODT", "ODT", "TMD", "TSC", "DGD", "DYT", "DVH", "DKV")
	case nearest < 3:
		return pick(r, "ODT", "ODT", "ODT", "TMD", "SKC", "DGD", "DKV", "CLN")
	}
	return pick(r, "CLN", "CLN", "CLN", "CLN", "RSX", "HNK", "ONT", "ONT", "LUC")
}

// subdivisionPlan lays a 1:2000 plan of street blocks over the New City.
func (w *world) subdivisionPlan(emit emitFunc) error {
	const size, street, half = 230.0, 26.0, 8
	centre := growthCentres()[0]
	origin, err := w.point(centre.at)
	if err != nil {
		return err
	}
	sin, cos := math.Sincos(centre.turn * math.Pi / 180)
	place := func(x, y float64) orb.Point {
		return round(orb.Point{origin[0] + x*cos + y*sin, origin[1] - x*sin + y*cos})
	}
	for row := -half; row < half; row++ {
		for col := -half; col < half; col++ {
			x, y := float64(col)*size+street/2, float64(row)*size+street/2
			side := size - street
			r := dice("subdivision", row, col)
			cutAt := side * between(r, 0.35, 0.65)
			parts := []orb.Ring{{place(x, y), place(x+side, y), place(x+side, y+side), place(x, y+side)}}
			if r.IntN(3) > 0 {
				parts = []orb.Ring{
					{place(x, y), place(x+cutAt, y), place(x+cutAt, y+side), place(x, y+side)},
					{place(x+cutAt, y), place(x+side, y), place(x+side, y+side), place(x+cutAt, y+side)},
				}
			}
			for i, ring := range parts {
				ring = append(ring, ring[0])
				shape := orb.MultiPolygon{{ring}}
				middle, _ := planar.CentroidArea(shape)
				ward, ok := w.wardAt(middle)
				if !ok {
					continue
				}
				use := pick(r, "ODT", "ODT", "ODT", "TMD", "TMD", "TSC", "DGD", "DKV", "DVH", "DYT")
				if math.Hypot(float64(col)+0.5, float64(row)+0.5) < 2 {
					use = pick(r, "TSC", "DKV", "DVH")
				}
				err := w.emitZone(emit, r, fmt.Sprintf("PK1-%02d%02d%c", row+half, col+half, 'A'+rune(i)), use, shape, zonePlan{
					name: "Quy hoạch phân khu Thành phố mới (dữ liệu mẫu)", decision: "QĐ-MẪU-12/2023", year: 2023, commune: ward.code,
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
