package csv_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/spatial"
)

// Both ordinates in one column, in the ways that people and programs write them.
func TestPositions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		srid       spatial.SRID
		reason     string
		want       []string
	}{
		{"x y", "id,toa_do\n7,106.6512 11.0512\n", 4326, "longitude then latitude; taken as WGS 84", []string{"id integer|toa_do string|Point", "7|106.6512 11.0512|POINT (106.6512 11.0512)"}},
		{"a file of them", "x y\n106.65 11.05\n106.66 11.06\n", 0, "x then y", []string{"x y string|Point", "106.65 11.05|POINT (106.65 11.05)", "106.66 11.06|POINT (106.66 11.06)"}},
		{"lat, lon in quotes", "id,vị trí\n7,\"11.0512, 106.6512\"\n", 4326, "latitude then longitude", []string{"id integer|vị trí string|Point", "7|11.0512, 106.6512|POINT (106.6512 11.0512)"}},
		{"lat, lon in a file of one column", "Vị trí\n11.0512, 106.6512\n11.0513,106.6513\n", 4326, "", []string{"Vị trí string|Point", "11.0512, 106.6512|POINT (106.6512 11.0512)", "11.0513,106.6513|POINT (106.6513 11.0513)"}},
		{"lat;lon in a file of one column", "gps\r\n11.0512;106.6512\r\n11.0513;106.6513\r\n", 4326, "", []string{"gps string|Point", "11.0512;106.6512|POINT (106.6512 11.0512)", "11.0513;106.6513|POINT (106.6513 11.0513)"}},
		{"decimal commas", "id,toa_do\n1,\"11,0512; 106,6512\"\n2,\"11,0513, 106,6513\"\n3,\"11,0514 106,6514\"\n4,\"11,0515,106,6515\"\n", 4326, "", []string{"id integer|toa_do string|Point",
			"1|11,0512; 106,6512|POINT (106.6512 11.0512)", "2|11,0513, 106,6513|POINT (106.6513 11.0513)", "3|11,0514 106,6514|POINT (106.6514 11.0514)", "4|11,0515,106,6515|POINT (106.6515 11.0515)"}},
		{"decimal commas in a file of one column", "toa_do\n11,0512; 106,6512\n11,0513; 106,6513\n", 4326, "", []string{"toa_do string|Point", "11,0512; 106,6512|POINT (106.6512 11.0512)", "11,0513; 106,6513|POINT (106.6513 11.0513)"}},
		{"metres, northing first", "id;Tọa độ\n1;1222600,5 598123,4\n2;\"1.222.601,5; 598.124,4\"\n", 0, "northing then easting", []string{"id integer|Tọa độ string|Point",
			"1|1222600,5 598123,4|POINT (598123.4 1222600.5)", "2|1.222.601,5; 598.124,4|POINT (598124.4 1222601.5)"}},
		{"metres under a name that says nothing", "id,a\n1,598123.4 1222600.5\n", 0, "easting then northing", []string{"id integer|a string|Point", "1|598123.4 1222600.5|POINT (598123.4 1222600.5)"}},
		{"degrees, minutes and seconds", "id|gps\n1|11°03'00\"N 106°39'00\"E\n2|(106°39'00\"E, 11°03'00\"N)\n3|11°03'00\"N, 106°39'00\"E\n", 4326, "latitude then longitude", []string{"id integer|gps string|Point",
			"1|11°03'00\"N 106°39'00\"E|POINT (106.65 11.05)", "2|(106°39'00\"E, 11°03'00\"N)|POINT (11.05 106.65)", "3|11°03'00\"N, 106°39'00\"E|POINT (106.65 11.05)"}},
		{"the order is in the name", "id,lonlat\n1,\"2.3522, 48.8566\"\n", 4326, "longitude then latitude", []string{"id integer|lonlat string|Point", "1|2.3522, 48.8566|POINT (2.3522 48.8566)"}},
		{"a bad one", "id,toa_do\n1,106.6512 11.0512\n4,106.6512 11.0512\n2,?\n3,\n", 4326, "", []string{"id integer|toa_do string|Point", "1|106.6512 11.0512|POINT (106.6512 11.0512)", "4|106.6512 11.0512|POINT (106.6512 11.0512)", "2|?| lost toa_do=?", "3||"}},
		{"columns of x and y come first", "lon,lat,vi_tri\n106.5,11.5,\"1.001, 2.001\"\n", 4326, "", []string{"lon number|lat number|vi_tri string|Point", "106.5|11.5|1.001, 2.001|POINT (106.5 11.5)"}},
		{"numbers that are no position", "id,kích thước\n1,\"12, 45\"\n", 0, "", []string{"id integer|kích thước string|none", "1|12, 45|"}},
		{"numbers with a decimal comma", "toa_do\n\"598123,4\"\n\"12,5\"\n", 0, "", []string{"toa_do number|none", "598123.4|", "12.5|"}},
		{"words under a telling name", "id,location\n1,Chợ Thủ Dầu Một\n2,\"12, đường 3 tháng 2\"\n", 0, "", []string{"id integer|location string|none", "1|Chợ Thủ Dầu Một|", "2|12, đường 3 tháng 2|"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := openText(t, tc.text, importers.SourceOptions{})
			s := src.Schema()
			if s.CRS.SRID != tc.srid || !strings.Contains(s.CRS.Reason, tc.reason) {
				t.Errorf("SRID %d, reason %q", s.CRS.SRID, s.CRS.Reason)
			}
			if diff := cmp.Diff(tc.want, table(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Text with NULs is read without them, and UTF-16 without its mark as what it is.
func TestNULs(t *testing.T) {
	t.Parallel()
	want := []string{"tên string|số integer|none", "Đất ở|1|", "Đường|2|"}
	const text = "tên,số\nĐất ở,1\nĐường,2\n"
	for _, tc := range []struct {
		name, text, note string
	}{
		{"values that are filled up", "tên,số\nĐất ở\x00\x00\x00,1\n\x00Đường,2\x00\n", "5; it may"},
		{"an end that was never written", strings.Repeat("\n", 40) + text + strings.Repeat("\x00", 20), "20; it may"},
		{"UTF-16 little endian", wide(text, binary.LittleEndian)[2:], ""},
		{"UTF-16 big endian", wide(text, binary.BigEndian)[2:], ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := openText(t, tc.text, importers.SourceOptions{})
			notes := ""
			for _, n := range src.Schema().Notes {
				notes += n.EN
			}
			if tc.note == "" && notes != "" || !strings.Contains(notes, tc.note) {
				t.Errorf("notes %q", notes)
			}
			if diff := cmp.Diff(want, table(t, src)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want, table(t, src)); diff != "" {
				t.Errorf("the second time: %s", diff)
			}
		})
	}
	if got := layersOf(t, write(t, "a.csv", "a,b\n"+strings.Repeat("\x00", 40))); len(got) > 0 {
		t.Errorf("NULs alone are taken for %v", got)
	}
}
