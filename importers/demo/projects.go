package demo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// projects are invented investment projects, some along the planned roads and
// railways and the rest spread over the wards.
func (w *world) projects(emit emitFunc) error {
	number := 0
	put := func(at orb.Point, title, programme, investor, commune string) error {
		number++
		r := dice("project", number)
		start := date(2021+r.IntN(6), 1, 1).AddDate(0, r.IntN(12), 0)
		finish := start.AddDate(1+r.IntN(5), r.IntN(12), 0)
		progress := r.IntN(101)
		status := "building"
		switch {
		case progress == 0:
			status = "planned"
		case progress == 100:
			status = "done"
		case finish.Before(date(2026, 6, 30)):
			status = "late"
		}
		return emit(at, fmt.Sprintf("DA-%03d", number), title+" (mẫu)", programme, investor,
			math.Round(math.Exp(between(r, 3, 9.4))), float64(progress), status, start, finish, commune)
	}
	for _, road := range w.roads {
		if road.status == inUse {
			continue
		}
		at, _ := along(road.line, length(road.line)/2)
		if err := put(round(at), road.name, "transport", "Ban QLDA giao thông (mẫu)", w.codeAt(at)); err != nil {
			return err
		}
	}
	for _, ward := range w.wards {
		r := dice("projects", ward.code)
		centre, area := planar.CentroidArea(ward.shape)
		spread := math.Sqrt(area) * 0.3
		for range 2 + r.IntN(3) {
			at := round(orb.Point{centre[0] + between(r, -spread, spread), centre[1] + between(r, -spread, spread)})
			if !planar.MultiPolygonContains(ward.shape, at) {
				at = round(centre)
			}
			kind := pick(r,
				[2]string{"Trường học", "education"}, [2]string{"Trạm y tế", "health"}, [2]string{"Nhà ở xã hội", "housing"},
				[2]string{"Thoát nước và xử lý nước thải", "environment"}, [2]string{"Nâng cấp đường", "transport"},
				[2]string{"Hạ tầng khu công nghiệp", "industry"}, [2]string{"Công viên", "public space"})
			err := put(at, kind[0]+" "+ward.name, kind[1], pick(r, "Ban QLDA khu vực (mẫu)", "Công ty hạ tầng A (mẫu)", "Công ty hạ tầng B (mẫu)"), ward.code)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) codeAt(p orb.Point) string {
	if ward, ok := w.wardAt(p); ok {
		return ward.code
	}
	return ""
}

// schools spreads three schools over each former commune.
func (w *world) schools(emit emitFunc) error {
	number := 0
	for _, ward := range w.wards {
		for _, part := range ward.parts {
			centre, area := planar.CentroidArea(part.shape)
			r := dice("schools", ward.code, part.name)
			spread := math.Sqrt(area) * 0.25
			for _, kind := range []struct{ vi, en, kind string }{
				{"Mầm non", "Kindergarten", "kindergarten"}, {"Tiểu học", "Primary School", "primary"}, {"THCS", "Secondary School", "secondary"},
			} {
				at := round(orb.Point{centre[0] + between(r, -spread, spread), centre[1] + between(r, -spread, spread)})
				if !planar.MultiPolygonContains(part.shape, at) {
					at = round(centre)
				}
				number++
				err := emit(at, number, kind.vi+" "+part.name+" (mẫu)", part.name+" "+kind.en+" (sample)", kind.kind, 200+r.IntN(1800), ward.code)
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
