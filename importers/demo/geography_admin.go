package demo

import "github.com/paulmach/orb"

// The 36 wards and communes since 1 July 2025. Their borders are the cells of a
// power diagram clipped to the outline: site is lon lat (SRID 4326), weight is
// in square kilometres, both chosen so that each cell has its real centroid
// within 1 km and its real area within 40 %. former lists the communes that
// went into it; district is the code of the district most of them were in.

func communes() []commune {
	return []commune{
		{code: "25747", name: "Phường Thủ Dầu Một", district: "718", site: orb.Point{106.6657, 10.9665}, weight: 2.35, former: []string{"Phú Cường", "Phú Thọ", "Chánh Nghĩa", "Hiệp Thành"}},
		{code: "25750", name: "Phường Phú Lợi", district: "718", site: orb.Point{106.6725, 10.9750}, weight: 0.74, former: []string{"Phú Hòa", "Phú Lợi"}},
		{code: "25760", name: "Phường Bình Dương", district: "718", site: orb.Point{106.6812, 11.0531}, weight: 8.11, former: []string{"Phú Mỹ", "Hòa Phú", "Phú Tân", "Phú Chánh"}},
		{code: "25768", name: "Phường Phú An", district: "718", site: orb.Point{106.6299, 11.0302}, weight: 0.58, former: []string{"Tân An", "Phú An", "Hiệp An"}},
		{code: "25771", name: "Phường Chánh Hiệp", district: "718", site: orb.Point{106.6354, 11.0262}, weight: 0.78, former: []string{"Định Hòa", "Tương Bình Hiệp", "Chánh Mỹ"}},
		{code: "25777", name: "Xã Dầu Tiếng", district: "720", site: orb.Point{106.3987, 11.3272}, weight: 21.34, former: []string{"Dầu Tiếng", "Định An", "Định Thành"}},
		{code: "25780", name: "Xã Minh Thạnh", district: "720", site: orb.Point{106.4730, 11.4612}, weight: 6.20, former: []string{"Minh Hòa", "Minh Tân", "Minh Thạnh"}},
		{code: "25792", name: "Xã Long Hòa", district: "720", site: orb.Point{106.5080, 11.3279}, weight: 21.03, former: []string{"Long Tân", "Long Hòa"}},
		{code: "25807", name: "Xã Thanh An", district: "720", site: orb.Point{106.4390, 11.2655}, weight: 7.74, former: []string{"Thanh An", "An Lập", "Định Hiệp"}},
		{code: "25813", name: "Phường Bến Cát", district: "721", site: orb.Point{106.6323, 11.1962}, weight: 15.74, former: []string{"Mỹ Phước", "Lai Hưng"}},
		{code: "25819", name: "Xã Trừ Văn Thố", district: "719", site: orb.Point{106.5823, 11.3436}, weight: 10.49, former: []string{"Trừ Văn Thố", "Cây Trường II"}},
		{code: "25822", name: "Xã Bàu Bàng", district: "719", site: orb.Point{106.6217, 11.3007}, weight: 4.18, former: []string{"Lai Uyên"}},
		{code: "25837", name: "Phường Chánh Phú Hòa", district: "721", site: orb.Point{106.6494, 11.1857}, weight: 9.42, former: []string{"Chánh Phú Hòa", "Hưng Hòa"}},
		{code: "25840", name: "Phường Long Nguyên", district: "721", site: orb.Point{106.5630, 11.1749}, weight: 10.62, former: []string{"An Điền", "Long Nguyên"}},
		{code: "25843", name: "Phường Tây Nam", district: "721", site: orb.Point{106.5083, 11.1403}, weight: 17.96, former: []string{"An Tây", "Thanh Tuyền"}},
		{code: "25846", name: "Phường Thới Hòa", district: "721", site: orb.Point{106.6431, 11.0874}, weight: -1.09, former: []string{"Thới Hòa"}},
		{code: "25849", name: "Phường Hòa Lợi", district: "721", site: orb.Point{106.6543, 11.0753}, weight: 3.24, former: []string{"Tân Định", "Hòa Lợi"}},
		{code: "25858", name: "Xã Phú Giáo", district: "722", site: orb.Point{106.8381, 11.3276}, weight: 19.79, former: []string{"Phước Vĩnh", "An Bình", "Tam Lập"}},
		{code: "25864", name: "Xã Phước Thành", district: "722", site: orb.Point{106.7531, 11.3692}, weight: 10.69, former: []string{"Tân Hiệp (Phú Giáo)", "An Thái", "Phước Sang"}},
		{code: "25867", name: "Xã An Long", district: "722", site: orb.Point{106.6991, 11.3388}, weight: 7.83, former: []string{"An Linh", "Tân Long", "An Long"}},
		{code: "25882", name: "Xã Phước Hòa", district: "722", site: orb.Point{106.7755, 11.2359}, weight: 7.49, former: []string{"Vĩnh Hòa", "Phước Hòa"}},
		{code: "25888", name: "Phường Tân Uyên", district: "723", site: orb.Point{106.7974, 11.1114}, weight: 11.52, former: []string{"Uyên Hưng", "Bạch Đằng", "Tân Lập", "Thạnh Hội"}},
		{code: "25891", name: "Phường Tân Khánh", district: "723", site: orb.Point{106.7369, 10.9980}, weight: 1.56, former: []string{"Tân Phước Khánh", "Tân Vĩnh Hiệp", "Thái Hòa", "Thạnh Phước"}},
		{code: "25906", name: "Xã Bắc Tân Uyên", district: "726", site: orb.Point{106.8587, 11.1489}, weight: 16.09, former: []string{"Tân Thành", "Đất Cuốc", "Tân Định"}},
		{code: "25909", name: "Xã Thường Tân", district: "726", site: orb.Point{106.9197, 11.1085}, weight: 11.30, former: []string{"Lạc An", "Hiếu Liêm", "Thường Tân", "Tân Mỹ"}},
		{code: "25912", name: "Phường Vĩnh Tân", district: "723", site: orb.Point{106.7257, 11.1466}, weight: 6.35, former: []string{"Vĩnh Tân", "Tân Bình (Bắc Tân Uyên)"}},
		{code: "25915", name: "Phường Bình Cơ", district: "723", site: orb.Point{106.7597, 11.1459}, weight: 12.14, former: []string{"Hội Nghĩa", "Bình Mỹ"}},
		{code: "25920", name: "Phường Tân Hiệp", district: "723", site: orb.Point{106.7353, 11.0539}, weight: 1.06, former: []string{"Khánh Bình", "Tân Hiệp"}},
		{code: "25942", name: "Phường Dĩ An", district: "724", site: orb.Point{106.7554, 10.9101}, weight: 1.77, former: []string{"An Bình", "Dĩ An"}},
		{code: "25945", name: "Phường Tân Đông Hiệp", district: "724", site: orb.Point{106.7708, 10.9342}, weight: 2.14, former: []string{"Tân Bình", "Tân Đông Hiệp"}},
		{code: "25951", name: "Phường Đông Hòa", district: "724", site: orb.Point{106.7982, 10.8924}, weight: 0.74, former: []string{"Bình An", "Bình Thắng", "Đông Hòa"}},
		{code: "25966", name: "Phường Lái Thiêu", district: "725", site: orb.Point{106.6950, 10.9123}, weight: 1.93, former: []string{"Bình Nhâm", "Lái Thiêu", "Vĩnh Phú"}},
		{code: "25969", name: "Phường Thuận Giao", district: "725", site: orb.Point{106.7218, 10.9633}, weight: 1.93, former: []string{"Thuận Giao", "Bình Chuẩn"}},
		{code: "25975", name: "Phường An Phú", district: "725", site: orb.Point{106.7243, 10.9633}, weight: 1.98, former: []string{"An Phú"}},
		{code: "25978", name: "Phường Thuận An", district: "725", site: orb.Point{106.6786, 10.9445}, weight: 1.19, former: []string{"Hưng Định", "An Thạnh", "An Sơn"}},
		{code: "25987", name: "Phường Bình Hòa", district: "725", site: orb.Point{106.7244, 10.9051}, weight: 1.58, former: []string{"Bình Hòa"}},
	}
}
