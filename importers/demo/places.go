package demo

import (
	"github.com/paulmach/orb"
)

// place is something that stands at one point; at is lon lat.
type place struct {
	name, nameEN string
	kind         string
	at           orb.Point
}

func ports() []place {
	return []place{
		{"Cảng Bình Dương", "Bình Dương Port", "container", orb.Point{106.838, 10.893}},
		{"Cảng Thạnh Phước", "Thạnh Phước Port", "container", orb.Point{106.781, 11.003}},
		{"Cảng Bà Lụa", "Bà Lụa Port", "general", orb.Point{106.654, 10.957}},
		{"Cảng An Sơn", "An Sơn Port", "container", orb.Point{106.656, 10.930}},
		{"Bến Bạch Đằng", "Bạch Đằng Pier", "passenger", orb.Point{106.650, 10.979}},
		{"Cảng Rạch Bắp (quy hoạch)", "Rạch Bắp Port (planned)", "planned", orb.Point{106.521, 11.113}},
	}
}

func hospitals() []place {
	return []place{
		{"Bệnh viện Đa khoa tỉnh", "Provincial General Hospital", "general", orb.Point{106.663, 10.985}},
		{"Bệnh viện Quốc tế Becamex", "Becamex International Hospital", "general", orb.Point{106.709, 10.935}},
		{"Bệnh viện Quốc tế Hạnh Phúc", "Hạnh Phúc International Hospital", "maternity", orb.Point{106.714, 10.908}},
		{"Bệnh viện Quân đoàn 4", "Army Corps 4 Hospital", "general", orb.Point{106.752, 10.903}},
		{"Bệnh viện Đa khoa Dĩ An", "Dĩ An General Hospital", "general", orb.Point{106.763, 10.906}},
		{"Bệnh viện Đa khoa Thuận An", "Thuận An General Hospital", "general", orb.Point{106.705, 10.927}},
		{"Bệnh viện Đa khoa Bến Cát", "Bến Cát General Hospital", "general", orb.Point{106.602, 11.149}},
		{"Bệnh viện Đa khoa Tân Uyên", "Tân Uyên General Hospital", "general", orb.Point{106.796, 11.062}},
		{"Bệnh viện Đa khoa Phú Giáo", "Phú Giáo General Hospital", "general", orb.Point{106.797, 11.297}},
		{"Bệnh viện Đa khoa Dầu Tiếng", "Dầu Tiếng General Hospital", "general", orb.Point{106.369, 11.277}},
		{"Bệnh viện Đa khoa Bàu Bàng", "Bàu Bàng General Hospital", "general", orb.Point{106.627, 11.262}},
		{"Bệnh viện 1500 giường", "1,500-Bed Hospital", "general", orb.Point{106.665, 11.033}},
	}
}

func ambulanceStations() []place {
	return []place{
		{"Trung tâm Cấp cứu 115", "115 Emergency Centre", "centre", orb.Point{106.664, 10.986}},
		{"Trạm 115 Thành phố mới", "115 Station New City", "station", orb.Point{106.684, 11.055}},
		{"Trạm 115 Dĩ An", "115 Station Dĩ An", "station", orb.Point{106.762, 10.907}},
		{"Trạm 115 Thuận An", "115 Station Thuận An", "station", orb.Point{106.706, 10.928}},
		{"Trạm 115 Bến Cát", "115 Station Bến Cát", "station", orb.Point{106.603, 11.148}},
		{"Trạm 115 Tân Uyên", "115 Station Tân Uyên", "station", orb.Point{106.797, 11.061}},
		{"Trạm 115 Bàu Bàng", "115 Station Bàu Bàng", "station", orb.Point{106.628, 11.261}},
		{"Trạm 115 Phú Giáo", "115 Station Phú Giáo", "station", orb.Point{106.798, 11.298}},
		{"Trạm 115 Dầu Tiếng", "115 Station Dầu Tiếng", "station", orb.Point{106.370, 11.278}},
	}
}

// centres are where the province grows from: parcels, streets and pipes are
// laid around them first. radius is in metres.
type growthCentre struct {
	name   string
	at     orb.Point // lon lat
	radius float64
	turn   float64 // degrees clockwise by which its street grid is turned
}

func growthCentres() []growthCentre {
	return []growthCentre{
		{"Thành phố mới", orb.Point{106.684, 11.056}, 2200, 28},
		{"Thủ Dầu Một", orb.Point{106.662, 10.980}, 1700, -12},
		{"Dĩ An", orb.Point{106.762, 10.906}, 1800, 8},
		{"Thuận An", orb.Point{106.706, 10.926}, 1800, 4},
		{"Bến Cát", orb.Point{106.604, 11.146}, 1300, 35},
		{"Tân Uyên", orb.Point{106.799, 11.066}, 1200, -20},
		{"Bàu Bàng", orb.Point{106.629, 11.258}, 1000, 15},
		{"Phước Vĩnh", orb.Point{106.798, 11.298}, 900, -8},
		{"Dầu Tiếng", orb.Point{106.372, 11.279}, 900, 20},
	}
}

// parkSpec is an industrial park as drawn: a turned rectangle. at is lon lat.
type parkSpec struct {
	name, nameEN  string
	at            orb.Point
	width, height float64 // metres
	turn          float64 // degrees clockwise
	founded       int
	status        wayStatus
}

func industrialParks() []parkSpec {
	return []parkSpec{
		{"KCN Việt Nam - Singapore (VSIP I)", "Vietnam - Singapore Industrial Park I", orb.Point{106.719, 10.930}, 1900, 2500, 4, 1996, inUse},
		{"KCN Việt Nam - Singapore II (VSIP II)", "Vietnam - Singapore Industrial Park II", orb.Point{106.673, 11.072}, 2000, 1700, 28, 2006, inUse},
		{"KCN VSIP II mở rộng", "VSIP II Extension", orb.Point{106.731, 11.135}, 2600, 3600, 10, 2008, inUse},
		{"KCN VSIP III", "VSIP III", orb.Point{106.822, 11.137}, 3400, 2900, -10, 2022, building},
		{"KCN Mỹ Phước 1", "Mỹ Phước 1 Industrial Park", orb.Point{106.606, 11.123}, 1700, 2200, 35, 2002, inUse},
		{"KCN Mỹ Phước 2", "Mỹ Phước 2 Industrial Park", orb.Point{106.613, 11.148}, 2000, 2300, 35, 2005, inUse},
		{"KCN Mỹ Phước 3", "Mỹ Phước 3 Industrial Park", orb.Point{106.641, 11.118}, 3000, 3200, 20, 2006, inUse},
		{"KCN Bàu Bàng", "Bàu Bàng Industrial Park", orb.Point{106.650, 11.262}, 3000, 3300, 15, 2007, inUse},
		{"KCN Cây Trường", "Cây Trường Industrial Park", orb.Point{106.582, 11.333}, 2600, 2700, 15, 2023, planned},
		{"KCN Sóng Thần 1", "Sóng Thần 1 Industrial Park", orb.Point{106.748, 10.893}, 1300, 1400, 8, 1995, inUse},
		{"KCN Sóng Thần 2", "Sóng Thần 2 Industrial Park", orb.Point{106.757, 10.889}, 800, 1900, 8, 1996, inUse},
		{"KCN Sóng Thần 3", "Sóng Thần 3 Industrial Park", orb.Point{106.698, 11.040}, 2100, 2500, 28, 2008, inUse},
		{"KCN Đồng An", "Đồng An Industrial Park", orb.Point{106.727, 10.893}, 1000, 1400, 4, 1997, inUse},
		{"KCN Việt Hương", "Việt Hương Industrial Park", orb.Point{106.704, 10.918}, 600, 700, 4, 1996, inUse},
		{"KCN Nam Tân Uyên", "Nam Tân Uyên Industrial Park", orb.Point{106.765, 11.075}, 2500, 2500, -20, 2005, inUse},
		{"KCN Đại Đăng", "Đại Đăng Industrial Park", orb.Point{106.688, 11.026}, 1600, 1700, 28, 2006, inUse},
		{"KCN Kim Huy", "Kim Huy Industrial Park", orb.Point{106.708, 11.052}, 1300, 1600, 28, 2006, inUse},
		{"KCN Rạch Bắp", "Rạch Bắp Industrial Park", orb.Point{106.548, 11.112}, 1600, 1800, 40, 2005, inUse},
		{"KCN Việt Hương 2", "Việt Hương 2 Industrial Park", orb.Point{106.549, 11.086}, 1500, 1700, 40, 2005, inUse},
		{"KCN Đất Cuốc", "Đất Cuốc Industrial Park", orb.Point{106.868, 11.118}, 1700, 2000, -15, 2007, inUse},
		{"KCN Tân Bình", "Tân Bình Industrial Park", orb.Point{106.733, 11.172}, 1700, 2000, 10, 2012, inUse},
	}
}

// park is an industrial park in the plane.
type park struct {
	parkSpec
	shape orb.Polygon
}

func (w *world) layOutParks() error {
	for _, spec := range industrialParks() {
		at, err := w.point(spec.at)
		if err != nil {
			return err
		}
		w.parks = append(w.parks, park{spec, box(at, spec.width, spec.height, spec.turn)})
	}
	return nil
}
