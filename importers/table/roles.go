package table

import "slices"

// Roles are the places of columns that mean something; -1 is none.
type Roles struct {
	Geometry int // text of a geometry
	X, Y, Z  int // as the names say; values may still exchange X and Y
	Sheet    int // number of the map sheet, a part of a parcel's key
	Parcel   int // number of the parcel
	Corner   int // number of the corner
	// Degrees says that the names are those of longitude and latitude, Metres
	// those of easting and northing; neither for a bare x and y.
	Degrees, Metres bool
	named           bool // X and Y were asked for by name: no exchange
	likely          []int
}

// Hints name columns where the user has done so; "" leaves it to the names.
type Hints struct {
	X, Y, Geometry string
	// AsNamed keeps X and Y as their names say, whatever the values do.
	AsNamed bool
}

type pair struct {
	x, y            string
	degrees, metres bool
}

// pairs of folded names, the most telling first.
var pairs = [...]pair{
	{"longitude", "latitude", true, false}, {"lon", "lat", true, false}, {"long", "lat", true, false},
	{"lng", "lat", true, false}, {"long_", "lat", true, false}, {"kinh_do", "vi_do", true, false},
	{"lon_dd", "lat_dd", true, false}, {"long_dd", "lat_dd", true, false}, {"decimallongitude", "decimallatitude", true, false},
	{"easting", "northing", false, true}, {"east", "north", false, true}, {"eastings", "northings", false, true},
	{"toa_do_dong", "toa_do_bac", false, true}, {"e", "n", false, true},
	{"toa_do_x", "toa_do_y", false, false}, {"toado_x", "toado_y", false, false}, {"toado_x_m", "toado_y_m", false, false},
	{"x_vn2000", "y_vn2000", false, false}, {"xvn2000", "yvn2000", false, false},
	{"x_coord", "y_coord", false, false}, {"xcoord", "ycoord", false, false}, {"coord_x", "coord_y", false, false},
	{"coordx", "coordy", false, false}, {"point_x", "point_y", false, false}, {"pointx", "pointy", false, false},
	{"x_coordinate", "y_coordinate", false, false}, {"geo_x", "geo_y", false, false},
	{"x_m", "y_m", false, false}, {"td_x", "td_y", false, false}, {"tdx", "tdy", false, false}, {"x", "y", false, false},
}

var (
	geometryNames = [...]string{"wkt", "geom", "geometry", "the_geom", "wkt_geom", "wkt_geometry", "geometry_wkt", "geom_wkt", "ewkt", "wkb", "geom_wkb", "wkb_geometry", "wkb_geom", "ewkb", "geojson", "shape", "hinh_hoc", "st_astext", "st_asewkt", "st_asgeojson", "geo_shape"}
	heightNames   = [...]string{"z", "h", "elevation", "altitude", "height", "cao_do", "do_cao", "toa_do_z", "z_m", "ele", "elev"}
	sheetNames    = [...]string{"so_to", "to", "to_so", "to_ban_do", "so_to_ban_do", "to_bd", "soto", "shbando", "so_hieu_to_ban_do", "sheet", "map_sheet", "so_hieu_to"}
	parcelNames   = [...]string{"so_thua", "thua", "thua_so", "thua_dat", "so_thua_dat", "thua_dat_so", "sothua", "shthua", "so_hieu_thua", "so_hieu_thua_dat", "parcel", "parcel_id", "parcel_no", "parcel_number", "ma_thua", "ma_thua_dat", "plot", "plot_no", "lo", "ten_lo", "so_lo", "lo_dat", "ky_hieu_lo", "ma_lo"}
	cornerNames   = [...]string{"diem", "so_diem", "dinh", "so_dinh", "goc", "so_goc", "diem_goc", "goc_ranh", "so_hieu_diem", "so_hieu_goc", "so_hieu_dinh", "ten_diem", "ky_hieu_diem", "ma_diem", "moc", "so_hieu_moc", "ten_moc", "so_moc", "diem_so", "dinh_so", "dinh_thua", "so_hieu_dinh_thua", "stt_diem", "tt_diem", "thu_tu_diem", "point", "point_no", "point_id", "pt", "corner", "corner_no", "vertex", "vertex_no", "vertex_index", "node", "stt", "tt", "so_tt", "so_thu_tu"}
)

// findRoles reads roles off names.
func findRoles(names []string, h Hints) Roles {
	r := Roles{Geometry: -1, X: -1, Y: -1, Z: -1, Sheet: -1, Parcel: -1, Corner: -1}
	folded := make([]string, len(names))
	for i, n := range names {
		folded[i] = Fold(n)
	}
	first := func(words []string) int {
		for _, w := range words {
			if i := slices.Index(folded, w); i >= 0 {
				return i
			}
		}
		return -1
	}
	for i, f := range folded {
		if slices.Contains(geometryNames[:], f) {
			r.likely = append(r.likely, i)
		}
	}
	for _, p := range pairs {
		if x, y := slices.Index(folded, p.x), slices.Index(folded, p.y); x >= 0 && y >= 0 {
			r.X, r.Y, r.Degrees, r.Metres = x, y, p.degrees, p.metres
			break
		}
	}
	if r.X < 0 {
		r.coordinateEndings(folded)
	}
	if x, y := slices.Index(names, h.X), slices.Index(names, h.Y); h.X != "" && h.Y != "" {
		r.X, r.Y, r.Degrees, r.Metres, r.named = x, y, false, false, true
	}
	r.named = r.named || h.AsNamed
	if h.Geometry != "" {
		r.likely = []int{slices.Index(names, h.Geometry)}
	}
	if r.X >= 0 {
		r.Z = first(heightNames[:])
		r.Sheet, r.Parcel, r.Corner = first(sheetNames[:]), first(parcelNames[:]), first(cornerNames[:])
	}
	return r
}

// coordinateEndings takes stop_lat and stop_lon, diem_x and diem_y: one pair of
// names that differ in their last word alone.
func (r *Roles) coordinateEndings(folded []string) {
	for _, p := range pairs {
		if len(p.x) < 2 && p.x != "x" {
			continue
		}
		for i, f := range folded {
			stem := len(f) - len(p.x)
			if stem < 2 || f[stem:] != p.x || f[stem-1] != '_' {
				continue
			}
			if j := slices.Index(folded, f[:stem]+p.y); j >= 0 {
				r.X, r.Y, r.Degrees, r.Metres = i, j, p.degrees, p.metres
				return
			}
		}
	}
}
