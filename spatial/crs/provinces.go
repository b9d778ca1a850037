package crs

import "gisd/spatial"

// province is one of the 63 provinces by which the meridians of the 3° zones
// are given, with a box in lon, lat degrees that is good to about 0.1°.
type province struct {
	srid                           spatial.SRID
	minLon, minLat, maxLon, maxLat float64
}

// provinces follow Circular 973/2001/TT-TCĐC, annex 2, as taken over by Circular
// 25/2014/TT-BTNMT: each province has one central meridian for its cadastral and
// large-scale maps. The boxes overlap: they tell which zones are possible at a
// place, not which province it lies in.
func provinces() [63]province {
	return [63]province{
		{9205, 102.3, 21.6, 104.0, 22.9},  // Lai Châu
		{9205, 102.1, 20.9, 103.6, 22.6},  // Điện Biên
		{9206, 103.2, 20.5, 105.1, 22.1},  // Sơn La
		{9207, 103.4, 9.2, 105.6, 10.6},   // Kiên Giang
		{9207, 104.5, 8.5, 105.5, 9.6},    // Cà Mau
		{9208, 103.5, 21.6, 104.7, 22.9},  // Lào Cai
		{9208, 103.8, 21.3, 105.1, 22.3},  // Yên Bái
		{9208, 103.8, 18.5, 105.9, 20.1},  // Nghệ An
		{9208, 104.8, 20.9, 105.5, 21.8},  // Phú Thọ
		{9208, 104.7, 10.2, 105.6, 11.0},  // An Giang
		{5897, 104.3, 19.2, 106.1, 20.7},  // Thanh Hóa
		{5897, 105.3, 21.1, 105.8, 21.6},  // Vĩnh Phúc
		{5897, 105.2, 10.1, 106.0, 11.0},  // Đồng Tháp
		{5897, 105.2, 9.9, 105.9, 10.4},   // Cần Thơ
		{5897, 105.2, 9.0, 105.9, 9.6},    // Bạc Liêu
		{5897, 105.3, 9.6, 105.9, 10.0},   // Hậu Giang
		{5897, 105.2, 20.5, 106.1, 21.4},  // Hà Nội
		{5897, 105.5, 19.9, 106.2, 20.5},  // Ninh Bình
		{5897, 105.7, 20.3, 106.2, 20.7},  // Hà Nam
		{9209, 104.3, 22.1, 105.6, 23.4},  // Hà Giang
		{9209, 106.1, 20.6, 106.7, 21.3},  // Hải Dương
		{9209, 105.1, 17.9, 106.6, 18.8},  // Hà Tĩnh
		{9209, 105.9, 20.9, 106.3, 21.3},  // Bắc Ninh
		{9209, 105.9, 20.6, 106.3, 21.0},  // Hưng Yên
		{9209, 106.1, 20.2, 106.7, 20.8},  // Thái Bình
		{9209, 105.9, 19.9, 106.6, 20.5},  // Nam Định
		{9209, 105.8, 10.9, 106.5, 11.8},  // Tây Ninh
		{9209, 105.7, 9.8, 106.2, 10.4},   // Vĩnh Long
		{9209, 105.5, 9.2, 106.4, 10.0},   // Sóc Trăng
		{9209, 105.9, 9.5, 106.6, 10.1},   // Trà Vinh
		{9210, 105.3, 22.3, 106.9, 23.2},  // Cao Bằng
		{9210, 105.5, 10.3, 106.8, 11.1},  // Long An
		{9210, 105.8, 10.1, 106.9, 10.6},  // Tiền Giang
		{9210, 106.0, 9.8, 106.9, 10.4},   // Bến Tre
		{9210, 106.4, 20.5, 107.2, 21.1},  // Hải Phòng
		{9210, 106.3, 10.3, 107.1, 11.2},  // Hồ Chí Minh City
		{9210, 106.3, 10.8, 107.0, 11.5},  // Bình Dương
		{9211, 104.8, 21.4, 105.7, 22.7},  // Tuyên Quang
		{9211, 104.8, 20.3, 105.9, 21.2},  // Hòa Bình
		{9211, 105.6, 16.9, 107.0, 18.1},  // Quảng Bình
		{9212, 106.5, 16.3, 107.4, 17.2},  // Quảng Trị
		{9212, 106.4, 11.3, 107.5, 12.4},  // Bình Phước
		{9213, 105.4, 21.7, 106.3, 22.8},  // Bắc Kạn
		{9213, 105.4, 21.3, 106.3, 22.1},  // Thái Nguyên
		{9214, 105.8, 21.1, 107.1, 21.7},  // Bắc Giang
		{9214, 107.0, 15.9, 108.3, 16.8},  // Thừa Thiên Huế
		{9215, 106.1, 21.3, 107.4, 22.5},  // Lạng Sơn
		{9216, 107.3, 13.9, 108.6, 15.5},  // Kon Tum
		{5899, 106.4, 20.7, 108.1, 21.7},  // Quảng Ninh
		{5899, 106.7, 10.5, 107.6, 11.6},  // Đồng Nai
		{5899, 106.9, 10.3, 107.6, 10.8},  // Bà Rịa - Vũng Tàu
		{5899, 107.2, 14.9, 108.8, 16.1},  // Quảng Nam
		{5899, 107.2, 11.2, 108.8, 12.4},  // Lâm Đồng
		{5899, 107.8, 15.9, 108.4, 16.3},  // Đà Nẵng
		{5898, 108.1, 14.5, 109.2, 15.5},  // Quảng Ngãi
		{9217, 108.5, 11.3, 109.3, 12.2},  // Ninh Thuận
		{9217, 108.6, 11.8, 109.5, 12.9},  // Khánh Hòa
		{9217, 108.5, 13.5, 109.4, 14.8},  // Bình Định
		{9218, 107.4, 12.1, 109.0, 13.5},  // Đắk Lắk
		{9218, 107.2, 11.7, 108.2, 12.9},  // Đắk Nông
		{9218, 108.6, 12.7, 109.5, 13.8},  // Phú Yên
		{9218, 107.4, 12.9, 108.95, 14.7}, // Gia Lai
		{9218, 107.3, 10.5, 108.9, 11.6},  // Bình Thuận
	}
}

// provincialZones tells which zones provinces near a place are mapped in.
type provincialZones [63]province

// has reports whether a province that may hold the place is mapped in the
// system; SRID 0 stands for any of them, which is "on land".
func (p *provincialZones) has(srid spatial.SRID, lon, lat float64) bool {
	for i := range p {
		q := &p[i]
		if (q.srid == srid || srid == 0) && lon >= q.minLon && lon <= q.maxLon && lat >= q.minLat && lat <= q.maxLat {
			return true
		}
	}
	return false
}

// homeZones weighs the zones by how much of the home area they may map, 1 for
// the most.
func (p *provincialZones) homeZones(home spatial.Envelope) map[spatial.SRID]float64 {
	const steps = 12
	weights := map[spatial.SRID]float64{}
	if !usableBox(home) {
		return weights
	}
	most := 0.0
	for i := range p {
		srid := p[i].srid
		if _, done := weights[srid]; done {
			continue
		}
		n := 0
		for k := range steps * steps {
			lon := home.MinX + (home.MaxX-home.MinX)*(float64(k%steps)+0.5)/steps
			lat := home.MinY + (home.MaxY-home.MinY)*(float64(k/steps)+0.5)/steps
			if p.has(srid, lon, lat) {
				n++
			}
		}
		weights[srid] = float64(n)
		most = max(most, weights[srid])
	}
	for srid, w := range weights {
		if most > 0 {
			weights[srid] = (w / most) * (w / most)
		}
	}
	return weights
}

// usableBox is false for the zero box and an empty one.
func usableBox(e spatial.Envelope) bool {
	return e != (spatial.Envelope{}) && !e.Empty() && e.MaxX > e.MinX && e.MaxY > e.MinY
}
