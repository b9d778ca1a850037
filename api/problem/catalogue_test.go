package problem_test

import (
	"go/token"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gisd/api/problem"
	"gisd/importers/jobs"
	"gisd/spatial"
)

// reachesNobody names files whose errors end on a terminal or in the log, and one
// whose texts take a way that is not followed: TestFiltersInVietnamese has them.
var reachesNobody = regexp.MustCompile(`/api/server\.go|/postgis/(imports/|migrate|pool|srs|collections/(publish|demo))|/cql/check\.go|/tiles/styles/(bind|sheets/(read|node|sld_read|qml_read))\.go`)

// Every text that packages below put into an error must be in the catalogue: a
// new message without its Vietnamese fails here.
func TestEveryMessageHasVietnamese(t *testing.T) {
	t.Parallel()
	found := collect(t, "../..", append([]string{
		"api", "api/arcgis", "api/auth", "api/crs", "api/imports", "api/live", "api/negotiate", "api/ogc", "api/ogc/attach", "api/ogc/receive", "api/records", "api/styles", "api/tiles", "api/wfs",
		"spatial", "spatial/cql", "spatial/crs", "spatial/spool", "spatial/live", "spatial/live/fence", "spatial/live/gtfsrt", "spatial/live/incident", "spatial/live/lorawan", "spatial/live/osmand", "spatial/live/owntracks",
		"tiles", "tiles/archive", "tiles/cache", "tiles/mvt", "tiles/postgis", "tiles/proxy",
		"tiles/styles", "tiles/styles/glyphs", "tiles/styles/icons", "tiles/styles/sheets",
	}, stores()...), reachesNobody)
	if len(found) < 180 {
		t.Errorf("only %d texts found: they are looked for in the wrong way", len(found))
	}
	everyHasVietnamese(t, found)
}

// toTerminals names files of importers whose errors do not come into a job: of the
// command line, of writers, of the demo.
var toTerminals = regexp.MustCompile(`/(write[a-z_]*|export|encode[a-z_]*)\.go|/postgis/(migrate|pool|srs|diagnose|backup|collections/(publish|demo))`)

// A job that failed says why in the language of whoever asks, too.
func TestEveryFailureOfAnImportHasVietnamese(t *testing.T) {
	t.Parallel()
	folders := slices.Concat([]string{"internal/outgoing", "importers/jobs", "importers/mapping"}, stores(), readers())
	found := collectWith(t, "../..", folders, toTerminals, true)
	if len(found) < 100 {
		t.Errorf("only %d texts found: they are looked for in the wrong way", len(found))
	}
	asFields(found)
	everyHasVietnamese(t, found)
}

// What is wrong with a file is the tail of such a failure.
func TestEveryFaultOfAFileHasVietnamese(t *testing.T) {
	t.Parallel()
	found := faults(t, "../..", readers(), toTerminals)
	if len(found) < 120 {
		t.Errorf("only %d texts found: they are looked for in the wrong way", len(found))
	}
	asFields(found)
	everyHasVietnamese(t, found)
}

// stores are the packages that speak with the database.
func stores() []string {
	folders := []string{"spatial/postgis"}
	for _, store := range []string{"accounts", "attachments", "changes", "collections", "devices", "features", "fences", "filter", "imports", "incidents", "jobs", "search", "sql"} {
		folders = append(folders, "spatial/postgis/"+store)
	}
	return folders
}

// readers are the packages that read files.
func readers() []string {
	folders := []string{"importers"}
	for _, format := range []string{"csv", "dxf", "flatgeobuf", "geojson", "geoparquet", "gpkg", "gpx", "kml", "markup", "ogr", "shapefile", "table", "wkb", "xlsx"} {
		folders = append(folders, "importers/"+format)
	}
	return folders
}

// asFields writes flags as jobs do.
func asFields(found map[string]token.Position) {
	for template, at := range found {
		delete(found, template)
		found[jobs.SayFields(template)] = at
	}
}

func everyHasVietnamese(t *testing.T, found map[string]token.Position) {
	t.Helper()
	for template, at := range found {
		filled := placeholder.ReplaceAllStringFunc(template, func(mark string) string { return "7" + mark[1:2] })
		got := problem.Say(filled, "vi")
		if got == filled {
			t.Errorf("%s: no Vietnamese for %q", at, template)
		}
		for i := range placeholder.FindAllString(template, -1) {
			if value := "7" + strconv.Itoa(i+1); !regexp.MustCompile(value).MatchString(got) {
				t.Errorf("%s: the Vietnamese of %q lacks value {%d}: %q", at, template, i+1, got)
			}
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ lang, text, want string }{
		{"vi", "One parameter is wrong.", "Có một tham số sai."},
		{"en", "One parameter is wrong.", "One parameter is wrong."},
		{"vi", "2 parameters are wrong.", "Có 2 tham số sai."},
		{"vi", "wants degrees from -90 to 90, not 95", "phải là số độ từ -90 đến 90, không phải 95"},
		{"vi", `wants a number in km/h, not "fast"`, `phải là một số tính bằng km/h, không phải "fast"`},
		{"vi", "The collection a\nb is named twice.", "Lớp dữ liệu a\nb được ghi hai lần."},
		{"vi", `"{2}" is not a property of {1}`, `"{2}" không phải là thuộc tính của {1}`},
		{
			"vi", "The position 1 2 lies outside the area of EPSG:9210 (longitude 3 to 4, latitude 5 to 6)." +
				" With x and y swapped it would lie inside: x is the easting or longitude.",
			"Vị trí 1 2 nằm ngoài vùng sử dụng của hệ EPSG:9210 (kinh độ 3 đến 4, vĩ độ 5 đến 6)." +
				" Nếu đổi chỗ x và y thì vị trí nằm trong vùng: x là toạ độ đông hoặc kinh độ.",
		},
		{"vi", "nobody has heard of this", "nobody has heard of this"},
		{"vi", "thua.kml: line 7: the XML is damaged: syntax", "thua.kml: dòng 7: XML bị hỏng: syntax"},
		{
			"vi", "layer thua: every record was rejected, the first of them record 3 (wkt): coordinates lie outside the range of EPSG:4326 (x 500 to 500, y 1 to 1); none of the 2 layers was imported",
			"lớp thua: mọi bản ghi đều bị loại, bản ghi đầu tiên: bản ghi 3 (wkt): tọa độ nằm ngoài phạm vi của EPSG:4326 (x 500 to 500, y 1 to 1); không lớp nào trong 2 lớp được nhập",
		},
		{
			"vi", "the mapping does not fit the file, whose fields are a, b; line 3: the file has no field c; line 5: two fields would be called a: rename or skip one",
			"ánh xạ không hợp với tệp, các trường của tệp là a, b; dòng 3: tệp không có trường c; dòng 5: hai trường sẽ cùng tên a: hãy đổi tên hoặc bỏ một trường",
		},
		{"vi", "a.dbf: the .dbf file is cut short: it holds 3 of 4 rows; unexpected EOF", "a.dbf: tệp .dbf bị cắt ngắn: có 3 trong 4 dòng; tệp kết thúc bất ngờ"},
		{
			"vi", `qh.dwg is an AutoCAD drawing (DWG, 2018), which cannot be read here; save it as DXF (AutoCAD: SAVEAS, "AutoCAD 2018 DXF")`,
			`qh.dwg là bản vẽ AutoCAD (DWG, 2018), không đọc được ở đây; hãy lưu thành DXF (AutoCAD: SAVEAS, "AutoCAD 2018 DXF")`,
		},
		{"vi", "hình học hỏng: malformed geometry: cut short", "hình học hỏng: hình học sai cấu trúc: bị cắt ngắn"},
		{"vi", strings.Repeat("a: ", 1_000) + strings.Repeat("; b", 1_000), strings.Repeat("a: ", 1_000) + strings.Repeat("; b", 1_000)},
		{"vi", "", ""},
	} {
		if got := problem.Say(test.text, test.lang); got != test.want {
			t.Errorf("%s: %q: got %q, want %q", test.lang, test.text, got, test.want)
		}
	}
}

func TestProblemInVietnamese(t *testing.T) {
	t.Parallel()
	fields := []spatial.FieldError{{Name: "limit", Reason: "must be a whole number from 1 to 10000"}}
	err := spatial.Invalid("op", "One parameter is wrong.", fields...)
	rec, doc := answer(t, err, http.Header{"Accept-Language": {"vi"}}, io.Discard)
	if doc.Detail != "Có một tham số sai." || doc.Errors[0].Reason != "phải là số nguyên từ 1 đến 10000" {
		t.Errorf("%+v", doc)
	}
	if got := rec.Header().Get("Content-Language"); got != "vi" {
		t.Errorf("Content-Language %q", got)
	}
	if fields[0].Reason != "must be a whole number from 1 to 10000" {
		t.Error("the error itself was changed")
	}
}

// Details are sentences, however the message was written.
func TestDetailIsASentence(t *testing.T) {
	t.Parallel()
	_, doc := answer(t, spatial.NotFound("op", "the database cannot be reached"), nil, io.Discard)
	if doc.Detail != "The database cannot be reached." {
		t.Errorf("got %q", doc.Detail)
	}
}
