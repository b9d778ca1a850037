package csv_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/spatial"
)

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openText(t testing.TB, text string, o importers.SourceOptions) importers.Source {
	t.Helper()
	return openPath(t, write(t, "a.csv", text), o)
}

func openPath(t testing.TB, path string, o importers.SourceOptions) importers.Source {
	t.Helper()
	layers := layersOf(t, path)
	if len(layers) != 1 {
		t.Fatalf("%d layers", len(layers))
	}
	src, err := layers[0].Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	if s := src.Schema(); layers[0].Spatial != (s.GeometryType != spatial.GeometryNone) {
		t.Errorf("spatial %v, but geometry %s", layers[0].Spatial, s.GeometryType)
	}
	return src
}

// table reads a source into text: a line of names with types and the type of
// geometry, then a line for each record, its geometry last.
func table(t testing.TB, src importers.Source) []string {
	t.Helper()
	s := src.Schema()
	var head []string
	for _, f := range s.Fields {
		head = append(head, f.Name+" "+string(f.Type))
	}
	lines := []string{strings.Join(append(head, string(s.GeometryType)), "|")}
	n := int64(0)
	err := src.Read(t.Context(), func(r *importers.Record) error {
		n++
		var cells []string
		for i := range r.Values {
			if cells = append(cells, ""); r.Values[i].Valid {
				cells[i] = importers.ValueText(s.Fields[i].Type, &r.Values[i])
			}
		}
		if r.Err != nil {
			lines = append(lines, "! "+r.Err.Reason.EN)
			return nil
		}
		line := strings.Join(append(cells, importertest.ShapeText(t, r.Geometry)), "|")
		for _, e := range r.Lost {
			line += " lost " + e.Field + "=" + e.Raw
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Count != n {
		t.Errorf("%d records, the schema says %d", n, s.Count)
	}
	return lines
}

func wide(text string, order binary.AppendByteOrder) string {
	b := order.AppendUint16(nil, 0xfeff)
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestDialects(t *testing.T) {
	t.Parallel()
	want := []string{"tên string|số integer|none", `Đất ở|1|`, `a "b", c;d|2|`}
	for _, tc := range []struct{ name, text string }{
		{"comma", "tên,số\nĐất ở,1\n\"a \"\"b\"\", c;d\",2\n"},
		{"semicolon", "tên;số\nĐất ở;1\n\"a \"\"b\"\", c;d\";2\n"},
		{"tab", "tên\tsố\nĐất ở\t1\n\"a \"\"b\"\", c;d\"\t2\n"},
		{"pipe", "tên|số\nĐất ở|1\n\"a \"\"b\"\", c;d\"|2\n"},
		{"CRLF, no line end at the end", "tên,số\r\nĐất ở,1\r\n\"a \"\"b\"\", c;d\",2"},
		{"CR", "tên,số\rĐất ở,1\r\"a \"\"b\"\", c;d\",2\r"},
		{"empty lines", "\r\ntên,số\r\n\r\nĐất ở,1\r\n\"a \"\"b\"\", c;d\",2\r\n\r\n\r\n"},
		{"byte order mark", "\xef\xbb\xbftên,số\nĐất ở,1\n\"a \"\"b\"\", c;d\",2\n"},
		{"sep line", "sep=;\r\ntên;số\nĐất ở;1\n\"a \"\"b\"\", c;d\";2\n"},
		{"UTF-16 little endian", wide("tên\tsố\r\nĐất ở\t1\r\n\"a \"\"b\"\", c;d\"\t2\r\n", binary.LittleEndian)},
		{"UTF-16 big endian", wide("tên,số\nĐất ở,1\n\"a \"\"b\"\", c;d\",2\n", binary.BigEndian)},
		{"decomposed letters", "te\u0302n,số\nĐâ\u0301t ở,1\n\"a \"\"b\"\", c;d\",2\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, table(t, openText(t, tc.text, importers.SourceOptions{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"codes stay text", "mã,điện thoại,số\n00123,0912345678,5\n00124,+84912345678,-6\n", []string{"mã string|điện thoại string|số integer|none", "00123|0912345678|5|", "00124|+84912345678|-6|"}},
		{"numbers", "a,b,c\n1.5,1e3,12345678901234567890\n2,-.5,1\n", []string{"a number|b number|c string|none", "1.5|1000|12345678901234567890|", "2|-0.5|1|"}},
		{"decimal comma", "a;b;c\n599233,5;1.234.567,89;12\n1,25;12,5;1.200\n", []string{"a number|b number|c integer|none", "599233.5|1234567.89|12|", "1.25|12.5|1200|"}},
		{"groups by comma", "a,b\n\"1,234,567.89\",\"1,200\"\n12.5,300\n", []string{"a number|b integer|none", "1234567.89|1200|", "12.5|300|"}},
		{"groups by blank", "a;b\n1 234 567,5;1 200\n12,5;7\n", []string{"a number|b integer|none", "1234567.5|1200|", "12.5|7|"}},
		{"booleans", "a,b\ntrue,TRUE\nfalse,x\n", []string{"a boolean|b string|none", "true|TRUE|", "false|x|"}},
		{"dates", "iso,dmy,open,time\n2024-02-29,31/12/2024,01/02/2024,2024-02-29 10:00\n2024-1-2,1/2/2024,2/3/2024,2024-03-01T10:00:00.5+07:00\n",
			[]string{"iso date|dmy date|open date|time datetime|none", "2024-02-29|2024-12-31|2024-02-01|2024-02-29T10:00:00Z|", "2024-01-02|2024-02-01|2024-03-02|2024-03-01T03:00:00.5Z|"}},
		{"an ambiguous date is text", "d,n\n01/02/2024,1\n", []string{"d string|n integer|none", "01/02/2024|1|"}},
		{"month first", "d,e\n12/31/2024 3:04:05 PM,1\n", []string{"d datetime|e integer|none", "2024-12-31T15:04:05Z|1|"}},
		{"no such day", "d,e\n30/02/2024,1\n", []string{"d string|e integer|none", "30/02/2024|1|"}},
		{"words for nothing", "n,t\n1,a\nNULL,null\n,\n-,-\n", []string{"n integer|t string|none", "1|a|", "|null|", "||", "|-|"}},
		{"quotes mark text", "a,b\n\"1\",1\n\"2\",2\n", []string{"a string|b integer|none", "1|1|", "2|2|"}},
		{"quotes around everything mark nothing", "\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n", []string{"a integer|b string|none", "1|x|", "2|y|"}},
		{"not finite", "a,b\n1,x\nNaN,y\ninf,z\n", []string{"a number|b string|none", "1|x|", "|y|", "|z| lost a=inf"}},
		{"no heading", "Xã A,5\nXã B,6\n", []string{"field_1 string|field_2 integer|none", "Xã A|5|", "Xã B|6|"}},
		{"years in the heading", "Xã,2020,2025\nXã A,5,7\n", []string{"Xã string|2020 integer|2025 integer|none", "Xã A|5|7|"}},
		{"names twice and none", "a,a,,a_2\n1,2,3,4\n", []string{"a integer|a_3 integer|field_3 integer|a_2 integer|none", "1|2|3|4|"}},
		{"empty columns without a name go", "a,b,,\n1,2,,\n", []string{"a integer|b integer|none", "1|2|"}},
		{"ragged", "a,b,c\n1\n1,2,3,4\n1,2,3,\n", []string{"a integer|b integer|c integer|none", "1||| ", "! the row has 4 values for 3 columns; a value may hold the delimiter without quotes around it", "1|2|3|"}},
		{"line breaks inside", "a,b\n\"x\r\ny\",1\n", []string{"a string|b integer|none", "x  y|1|"}},
		{"quote in the middle", "a,b\nx \"y\" z,1\n\"x\" y,2\n", []string{"a string|b integer|none", "x \"y\" z|1|", "x y|2|"}},
		{"titles above", "BẢNG KÊ THỬA ĐẤT,,\n,,\nTên,Số,Ghi chú\nA,1,\nB,2,x\n", []string{"Tên string|Số integer|Ghi chú string|none", "A|1||", "B|2|x|"}},
		{"heading only", "a,b\n", []string{"a string|b string|none"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := table(t, openText(t, tc.text, importers.SourceOptions{}))
			for i := range tc.want {
				tc.want[i] = strings.TrimSuffix(tc.want[i], " ")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGeometry(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		options    importers.SourceOptions
		srid       spatial.SRID
		reason     string
		want       []string
	}{
		{name: "WKT", text: "a,wkt\n1,POINT(1 2)\n2,\n3,point empty\n4,POINT (1)\n", want: []string{
			"a integer|Point", "1|POINT (1 2)", "2|", "3|POINT (NaN NaN)", "! the geometry cannot be read: malformed geometry: a position needs two numbers at character 9"}},
		{name: "EWKT", text: "a;geom\n1;SRID=9210;POINT Z (1 2 3)\n", want: []string{"a integer|geom string|none", "! the row has 3 values for 2 columns; a value may hold the delimiter without quotes around it"}},
		{name: "EWKT in quotes", text: "a;geom\n1;\"SRID=9210;POINT Z (1 2 3)\"\n2;\"SRID=3857;POINT (1 2)\"\n", srid: 9210, reason: "SRID 9210", want: []string{
			"a integer|Point", "1|POINT Z (1 2 3)", "! the geometry is in SRID 3857, others of the file in SRID 9210"}},
		{name: "hexadecimal", text: "id,x1\n7,0101000020E6100000000000000000F03F0000000000000040\n", srid: 4326, want: []string{"id integer|Point", "7|POINT (1 2)"}},
		{name: "GeoJSON", text: "id;geojson\n7;\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[1,2]}\"\n", srid: 4326, reason: "RFC 7946", want: []string{"id integer|Point", "7|POINT (1 2)"}},
		{name: "mixed types", text: "wkt\n\"POINT (1 2)\"\n\"LINESTRING (0 0, 1 1)\"\n", want: []string{"Geometry", "POINT (1 2)", "LINESTRING (0 0, 1 1)"}},
		{name: "lon and lat", text: "name,stop_lat,stop_lon\nA,11.05,106.68\nB,,\n", srid: 4326, reason: "taken as WGS 84", want: []string{
			"name string|stop_lat number|stop_lon number|Point", "A|11.05|106.68|POINT (106.68 11.05)", "B|||"}},
		{name: "lat and lon exchanged", text: "lat,lon\n106.68,11.05\n", srid: 4326, reason: "read that way", want: []string{"lat number|lon number|Point", "106.68|11.05|POINT (106.68 11.05)"}},
		{name: "Vietnamese survey", text: "Điểm;X(m);Y(m)\nM1;1222000,5;599233,25\nM2;1222010,5;599243,25\n", reason: "holds northings", want: []string{
			"Điểm string|X(m) number|Y(m) number|Point", "M1|1222000.5|599233.25|POINT (599233.25 1222000.5)", "M2|1222010.5|599243.25|POINT (599243.25 1222010.5)"}},
		{name: "east is x already", text: "x,y\n599233,1222000\n", want: []string{"x integer|y integer|Point", "599233|1222000.0|POINT (599233 1222000)"}[:0]},
		{name: "as named", text: "x,y\n1222000.5,599233.5\n", options: importers.SourceOptions{AxesAsNamed: true}, want: []string{"x number|y number|Point", "1222000.5|599233.5|POINT (1222000.5 599233.5)"}},
		{name: "columns asked for", text: "dong,bac,x,y\n5.5,6.5,1,2\n", options: importers.SourceOptions{XColumn: "dong", YColumn: "bac"}, want: []string{"dong number|bac number|x integer|y integer|Point", "5.5|6.5|1|2|POINT (5.5 6.5)"}},
		{name: "a bad coordinate", text: "x,y\n" + strings.Repeat("1.5,2.5\n", 10) + "?,2.5\n", want: append(append([]string{"x number|y number|Point"}, strings.Split(strings.Repeat("1.5|2.5|POINT (1.5 2.5)\n", 10), "\n")[:10]...), "|2.5| lost x=?")},
		{name: "corner list", text: "Số tờ,Số thửa,Số hiệu điểm,X (m),Y (m),Chủ\n" +
			"12,5,1,1222000.1,599200.1,An\n,,2,1222010.1,599200.1,\n,,3,1222010.1,599220.1,\n" +
			"12,6,1,1222100.1,599200.1,Bình\n12,6,2,1222110.1,599200.1,Bình\n" +
			",7,1,1222200.1,599200.1,Chi\n,,2,1222210.1,599200.1,\n,,3,1222210.1,599220.1,\n,,4,1222200.1,599220.1,\n,,1,1222200.1,599200.1,\n",
			reason: "holds northings", want: []string{
				"Số tờ integer|Số thửa integer|Chủ string|Polygon",
				"12|5|An|POLYGON ((599200.1 1222000.1, 599200.1 1222010.1, 599220.1 1222010.1, 599200.1 1222000.1))",
				"! the parcel has 2 corners; at least 3 are needed",
				"12|7|Chi|POLYGON ((599200.1 1222200.1, 599200.1 1222210.1, 599220.1 1222210.1, 599220.1 1222200.1, 599200.1 1222200.1))",
			}},
		{name: "one point for each parcel", text: "stt,so_thua,x,y\n1,5,599200.5,1222000.5\n2,6,599300.5,1222000.5\n3,7,599300.5,1222100.5\n", want: []string{
			"stt integer|so_thua integer|x number|y number|Point", "1|5|599200.5|1222000.5|POINT (599200.5 1222000.5)", "2|6|599300.5|1222000.5|POINT (599300.5 1222000.5)", "3|7|599300.5|1222100.5|POINT (599300.5 1222100.5)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src := openText(t, tc.text, tc.options)
			if s := src.Schema().CRS; s.SRID != tc.srid || !strings.Contains(s.Reason, tc.reason) || tc.reason == "" && tc.srid == 0 && s.Reason != "" {
				t.Errorf("reference system %+v", s)
			}
			if len(tc.want) == 0 {
				return
			}
			if diff := cmp.Diff(tc.want, table(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEncodings reads bytes of code pages, the heading included.
func TestEncodings(t *testing.T) {
	t.Parallel()
	text := "Lo\xb9i \xae\xcat,n\n\xa7\xcat \xeb,1\n" // TCVN3
	for _, tc := range []struct{ name, encoding, want string }{
		{"asked for", "tcvn3", "Loại đất string|n integer|none Đất ở|1|"},
		{"of the west", "latin1", "Lo¹i ®Êt string|n integer|none §Êt ë|1|"},
	} {
		if got := strings.Join(table(t, openText(t, text, importers.SourceOptions{Encoding: tc.encoding})), " "); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestCompanions(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "code,n,d,x,y\n1,2,2024/01/02,1.5,2.5\n2,z,,1.5,2.5\n")
	for ext, text := range map[string]string{"csvt": `"String(5)","Integer","Date","CoordX","CoordY"`, "prj": `LOCAL_CS["home-made"]`} {
		if err := os.WriteFile(strings.TrimSuffix(path, "csv")+ext, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := openPath(t, path, importers.SourceOptions{})
	want := []string{"code string|n integer|d date|x number|y number|Point", "1|2|2024-01-02|1.5|2.5|POINT (1.5 2.5)", "2|||1.5|2.5|POINT (1.5 2.5) lost n=z"}
	if diff := cmp.Diff(want, table(t, src)); diff != "" {
		t.Error(diff)
	}
	if got := src.Schema().CRS.WKT; got != `LOCAL_CS["home-made"]` {
		t.Errorf("reference system %q", got)
	}
}

func TestMissingColumn(t *testing.T) {
	t.Parallel()
	_, err := layersOf(t, write(t, "a.csv", "a,b\n1,2\n"))[0].Open(t.Context(), importers.SourceOptions{XColumn: "east", YColumn: "b"})
	if spatial.CodeOf(err) != spatial.CodeInvalid || !strings.Contains(err.Error(), `"east"`) {
		t.Errorf("error %v", err)
	}
}
