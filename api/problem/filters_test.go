package problem_test

import (
	"errors"
	"strings"
	"testing"

	"gisd/api/problem"
	"gisd/spatial"
	"gisd/spatial/cql"
)

// Filters that are wrong in every way there is: each fault is told in Vietnamese,
// with the place where it is.
func TestFiltersInVietnamese(t *testing.T) {
	t.Parallel()
	queryables := func(name string) (cql.Type, bool) {
		types := map[string]cql.Type{"name": cql.TypeString, "n": cql.TypeNumber, "day": cql.TypeDate, "geom": cql.TypeGeometry}
		found, ok := types[name]
		return found, ok
	}
	for filter, want := range map[string]string{
		"n =":                              "ở ký tự thứ 4: văn bản kết thúc ở chỗ cần một giá trị",
		"n = 1 2":                          "ở ký tự thứ 7: gặp 2 ở chỗ cần chỗ kết thúc",
		"n NOT 3":                          "ở ký tự thứ 7: gặp 3 ở chỗ cần LIKE, BETWEEN hoặc IN",
		"name = 'ờ' AND ×":                 "ở ký tự thứ 16: ",
		"name = 'x":                        "ở ký tự thứ 8: chuỗi bắt đầu ở đây không có dấu nháy đóng",
		`"x = 1`:                           "ở ký tự thứ 1: tên bắt đầu ở đây không có dấu nháy đóng",
		"n IN ()":                          "ở ký tự thứ ",
		"n = 1e999":                        "ở ký tự thứ 5: số 1e999 nằm ngoài phạm vi",
		"day = DATE('2024')":               "ở ký tự thứ 12: '2024' không phải là một ngày như 2024-07-02",
		"T_AFTER(day, INTERVAL('a', 'b'))": "ở ký tự thứ ",
		"T_AFTER(day, INTERVAL('2024-02-01', '2024-01-01'))": "ở ký tự thứ ",
		"T_AFTER(day)":                           "ở ký tự thứ ",
		"S_WITHIN(geom, LINESTRING(1 2))":        "ở ký tự thứ ",
		"S_WITHIN(geom, POLYGON((1 2, 3 4)))":    "ở ký tự thứ ",
		"S_WITHIN(geom, BBOX(1, 2, 3))":          "ở ký tự thứ ",
		"S_WITHIN(geom, BBOX(1, 5, 3, 4))":       "ở ký tự thứ ",
		"S_WITHIN(geom, 5)":                      "5 thuộc kiểu number ở chỗ cần kiểu geometry",
		"n + 1":                                  "n+1 không phải là điều kiện mà thuộc kiểu number",
		"m = 1":                                  `không có thuộc tính "m"`,
		"near(geom)":                             `không có hàm "near"`,
		"abs(n, n) = 1":                          "abs nhận 1 tham số, không phải 2",
		"abs(name) = 1":                          "name thuộc kiểu string ở chỗ cần kiểu number",
		"n = 'x'":                                "'x' thuộc kiểu string ở chỗ cần kiểu number",
		"name LIKE name":                         "name không phải là mẫu so khớp: mẫu phải là chuỗi",
		"geom = geom":                            "geom thuộc kiểu geometry, không so sánh được",
		"{":                                      "không phải JSON: ",
		"{}":                                     "một đối tượng phải có op",
		`{"op":"=","args":[1]}`:                  "= có 1 tham số, số đó không hợp",
		`{"op":"=","args":[1,null]}`:             "không dùng null",
		`{"op":"in","args":[1,2]}`:               "in nhận một giá trị",
		`{"type":"Circle"}`:                      `"Circle" không phải là kiểu hình học`,
		`{"type":"Point"}`:                       "hình học không có coordinates",
		`{"type":"Point","coordinates":[1]}`:     "một vị trí gồm hai hoặc ba số",
		`{"type":"Polygon","coordinates":[1]}`:   "coordinates phải là các danh sách số lồng nhau",
		`{"type":"MultiPoint","coordinates":[]}`: "MultiPoint phải có các phần",
		`{"type":"LineString","coordinates":[[1,2],[1,2,3]]}`: "có vị trí có độ cao, có vị trí không",
		`{"type":"GeometryCollection","geometries":[1]}`:      "tập hợp hình học phải gồm các hình học",
		`{"date":"x"}`:                          `"x" không phải là thời điểm như 2006-01-02`,
		`{"interval":["2024-01-01"]}`:           "một khoảng thời gian có hai đầu",
		strings.Repeat("NOT ", 200) + "n = 1":   "ở ký tự thứ ",
		strings.Repeat(" ", cql.MaxBytes) + "n": "dài hơn 65536 byte",
	} {
		node, err := cql.Parse(filter)
		if err == nil {
			err = cql.Check(node, queryables)
		}
		e, ok := errors.AsType[*spatial.Error](err)
		if !ok || len(e.Fields) != 1 {
			t.Errorf("%.60s: got %v", filter, err)
			continue
		}
		english := e.Fields[0].Reason
		got := problem.Say(english, "vi")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%.60s: got %q, want %q", filter, got, want)
		}
		if _, rest, at := strings.Cut(english, ": "); at && strings.HasPrefix(english, "at character") && strings.HasSuffix(got, ": "+rest) {
			t.Errorf("%.60s: %q is told in English", filter, rest)
		}
		if message := problem.Say(e.Message, "vi"); !strings.HasPrefix(message, "Bộ lọc không ") || !strings.HasSuffix(message, got) {
			t.Errorf("%.60s: the message is %q", filter, message)
		}
	}
}

func TestSayJoinedFaults(t *testing.T) {
	t.Parallel()
	got := problem.Say(`the filter does not fit the collection: there is no property "a"; there is no property "b"; nobody knows`, "vi")
	if want := `Bộ lọc không hợp với lớp dữ liệu: không có thuộc tính "a"; không có thuộc tính "b"; nobody knows`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
