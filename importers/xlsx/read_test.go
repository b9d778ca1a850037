package xlsx_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
)

// book writes a workbook with a sheet of rows, then lets change alter it.
func book(t testing.TB, rows [][]any, change func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", cell, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		rows   [][]any
		change func(t *testing.T, f *excelize.File)
		want   []string
	}{
		{name: "cell types", rows: [][]any{
			{"Mã", "Số", "Thực", "Đúng", "Ngày", "Lúc"},
			{"00123", 1, 0.1, true, day, day.Add(36 * time.Hour)},
			{"00124", -2, 1e-7, false, nil, nil},
		}, want: []string{"Mã string|Số integer|Thực number|Đúng boolean|Ngày date|Lúc datetime|none",
			"00123|1|0.1|true|2024-02-29|2024-03-01T12:00:00Z|", "00124|-2|1e-07|false|||"}},
		{name: "formats", rows: [][]any{{"ngày", "mã", "giờ", "tiền", "%"}, {45351, 123, 0.5, 45351, 0.25}, {45352, 25747, 0.75, 2.5, 1}}, change: func(t *testing.T, f *excelize.File) {
			for cell, format := range map[string]string{"A": `dd/mm/yyyy`, "B": "00000", "C": "hh:mm", "D": `#,##0.00 "đồng"`, "E": "0%"} {
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
				must(t, err, f.SetCellStyle("Sheet1", cell+"2", cell+"3", style))
			}
		}, want: []string{"ngày date|mã string|giờ string|tiền number|% number|none", "2024-02-29|00123|12:00:00|45351|0.25|", "2024-03-01|25747|18:00:00|2.5|1|"}},
		{name: "the 1904 system", rows: [][]any{{"n", "ngày"}, {1, 43889}}, change: func(t *testing.T, f *excelize.File) {
			yes := true
			style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			must(t, err, f.SetCellStyle("Sheet1", "B2", "B2", style), f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		}, want: []string{"n integer|ngày date|none", "1|2024-02-29|"}},
		{name: "errors and formulas", rows: [][]any{{"a", "b"}, {1, 2}, {3, nil}}, change: func(t *testing.T, f *excelize.File) {
			must(t, f.SetCellFormula("Sheet1", "B3", "A2+A3"), f.SetCellValue("Sheet1", "A4", 5), f.SetCellFormula("Sheet1", "B4", "NA()"))
		}, want: []string{"a integer|b integer|none", "1|2|", "3||", "5||"}},
		{name: "an office's table", rows: [][]any{
			{"UBND HUYỆN BẾN CÁT", nil, nil, nil, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"},
			{"BẢNG KÊ THỬA ĐẤT"},
			{},
			{"STT", "Chủ sử dụng", "Diện tích", nil, "Ghi chú"},
			{nil, nil, "Đất ở", "Đất vườn"},
			{"(1)", "(2)", "(3)", "(4)", "(5)"},
			{1, "Nguyễn Văn An", 120.5, 30},
			{2, "Trần Thị Bình", 80, 20.25, "góc đường"},
			{},
			{3, "Lê Văn Chi", 60, 0},
			{"Tổng cộng", nil, 260.5, 50.25},
			{},
			{nil, nil, nil, "Ngày 12 tháng 3 năm 2024"},
			{nil, "Người lập", nil, "Thủ trưởng đơn vị"},
		}, change: func(t *testing.T, f *excelize.File) {
			must(t, f.MergeCell("Sheet1", "A2", "E2"), f.MergeCell("Sheet1", "C4", "D4"), f.MergeCell("Sheet1", "A4", "A5"))
		}, want: []string{"STT integer|Chủ sử dụng string|Đất ở number|Đất vườn number|Ghi chú string|none",
			"1|Nguyễn Văn An|120.5|30||", "2|Trần Thị Bình|80|20.25|góc đường|", "3|Lê Văn Chi|60|0||"}},
		{name: "parcel corners under merged cells", rows: [][]any{
			{"BẢNG KÊ TỌA ĐỘ GÓC THỬA"},
			{"Tờ bản đồ", "Số thửa", "Số hiệu điểm", "Tọa độ VN-2000", nil, "Cạnh (m)"},
			{nil, nil, nil, "X (m)", "Y (m)"},
			{12, 45, 1, 1222000.12, 599200.25, 10},
			{nil, nil, 2, 1222010.12, 599200.25, 20},
			{nil, nil, 3, 1222010.12, 599220.25, 10},
			{nil, nil, 1, 1222000.12, 599200.25},
			{nil, 46, 1, 1222100.5, 599200.5, 10},
			{nil, nil, 2, 1222110.5, 599200.5, 20},
			{nil, 47, 1, 1222200.5, 599200.5, 10},
			{nil, nil, 2, 1222210.5, 599200.5, 20},
			{nil, nil, 3, 1222210.5, "#", 20},
			{nil, 48, "M1", 1222300.5, 599200.5, 10},
			{nil, nil, "M2", 1222310.5, 599200.5, 20},
			{nil, nil, "M3", 1222310.5, 599220.5, 20},
			{nil, nil, "M4", 1222300.5, 599220.5, 20},
		}, want: []string{"Tờ bản đồ integer|Số thửa integer|Cạnh (m) integer|Polygon",
			"12|45|10|POLYGON ((599200.25 1222000.12, 599200.25 1222010.12, 599220.25 1222010.12, 599200.25 1222000.12))",
			"! the parcel has 2 corners; at least 3 are needed",
			"! the corner in row 12 has no two numbers for coordinates",
			"12|48|10|POLYGON ((599200.5 1222300.5, 599200.5 1222310.5, 599220.5 1222310.5, 599220.5 1222300.5, 599200.5 1222300.5))"}},
		{name: "points", rows: [][]any{{"Tên", "Kinh độ", "Vĩ độ"}, {"A", 106.68, 11.05}, {"B", "106.7", "x"}}, want: []string{
			"Tên string|Kinh độ number|Vĩ độ string|none"}[:0]},
		{name: "numbers as text with a comma", rows: [][]any{{"Điểm", "X", "Y"}, {"1", "1222000,5", "599200,25"}, {"2", "1222010,5", "599210,25"}}, want: []string{
			"Điểm string|X number|Y number|Point", "1|1222000.5|599200.25|POINT (599200.25 1222000.5)", "2|1222010.5|599210.25|POINT (599210.25 1222010.5)"}},
		{name: "heading far to the right", rows: [][]any{{}, {nil, nil, "a", "b"}, {nil, nil, 1, "x"}}, want: []string{"a integer|b string|none", "1|x|"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := book(t, tc.rows, func(f *excelize.File) {
				if tc.change != nil {
					tc.change(t, f)
				}
			})
			got := table(t, openSheet(t, path, ""))
			if len(tc.want) == 0 {
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Formulas that nobody has computed are counted, and rows of nothing else are none.
func TestFormulasWithoutValues(t *testing.T) {
	t.Parallel()
	path := book(t, [][]any{{"a", "b"}, {1, 2}, {3, nil}}, func(f *excelize.File) {
		must(t, f.SetCellFormula("Sheet1", "B3", "A2+A3"), f.SetCellFormula("Sheet1", "B4", "A4*2"), f.SetCellFormula("Sheet1", "B5", "A5*2"))
	})
	src := openSheet(t, path, "")
	if diff := cmp.Diff([]string{"a integer|b integer|none", "1|2|", "3||"}, table(t, src)); diff != "" {
		t.Error(diff)
	}
	notes := src.Schema().Notes
	if len(notes) != 1 || !strings.HasPrefix(notes[0].EN, "formulas without a stored value, left empty: 1;") || notes[0].VI == "" {
		t.Errorf("%+v", notes)
	}
}

func TestSheets(t *testing.T) {
	t.Parallel()
	path := book(t, [][]any{{"a", "b"}, {1, 2}}, func(f *excelize.File) {
		for _, n := range []string{"Trống", "Điểm"} {
			if _, err := f.NewSheet(n); err != nil {
				t.Fatal(err)
			}
		}
		must(t, f.SetSheetRow("Điểm", "A1", &[]any{"x", "y"}), f.SetSheetRow("Điểm", "A2", &[]any{1.5, 2.5}))
	})
	var got []string
	for _, l := range layersOf(t, path) {
		kind := " table"
		if l.Spatial {
			kind = " spatial"
		}
		got = append(got, l.Name+kind)
	}
	if diff := cmp.Diff([]string{"Sheet1 table", "Điểm spatial"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, path, sheet string }{
		{"timetable", testdata.Shared(t, "data/vietnam/bus/kaze_timetable.xlsx"), "Route66"},
		{"foreign", testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/xlsx/inlineStr.xlsx"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			importertest.Source(t, func(t *testing.T) importers.Source {
				for _, l := range layersOf(t, tc.path) {
					if tc.sheet == "" || l.Name == tc.sheet {
						src, err := l.Open(t.Context(), importers.SourceOptions{})
						if err != nil {
							t.Fatal(err)
						}
						return src
					}
				}
				t.Fatal("no such sheet")
				return nil
			})
		})
	}
}
