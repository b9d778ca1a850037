package table_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/table"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for give, want := range map[string]string{
		"Tọa độ X (m)": "toa_do_x", "Số thửa": "so_thua", "ĐIỂM": "diem", "  Kinh   độ ": "kinh_do", "(1)": "1", "": "", "X(m)": "x", "Đ/c": "d_c",
	} {
		if got := table.Fold(give); got != want {
			t.Errorf("%q is %q, want %q", give, got, want)
		}
	}
}

// grid makes cells of lines whose values are parted by bars.
func grid(lines ...string) (rows [][]table.Cell) {
	for _, line := range lines {
		var row []table.Cell
		for v := range strings.SplitSeq(line, "|") {
			row = append(row, table.Cell{Text: []byte(v)})
		}
		rows = append(rows, row)
	}
	return rows
}

func TestFindHeading(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		rows [][]table.Cell
		want table.Heading
	}{
		{"plain", grid("a|b", "1|2"), table.Heading{Rows: 1, Names: []string{"a", "b"}}},
		{"none", grid("1|b", "2|c"), table.Heading{Names: []string{"", ""}}},
		{"words alone", grid("a|b", "c|d"), table.Heading{Rows: 1, Names: []string{"a", "b"}}},
		{"titles", grid("BẢNG KÊ||", "", "a|b|c", "5|6|7"), table.Heading{First: 2, Rows: 1, Names: []string{"a", "b", "c"}}},
		{"a title with a year", grid("Năm|2024|||", "a|b|c|d|e", "1|2|2|4|5"), table.Heading{First: 1, Rows: 1, Names: []string{"a", "b", "c", "d", "e"}}},
		{"two rows", grid("a|b||c", "|x|y|", "1|2|9|4"), table.Heading{Rows: 2, Names: []string{"a", "x", "y", "c"}}},
		{"the same name below two parents", grid("a|b||c|", "|x|y|x|y", "1|2|9|4|5"), table.Heading{Rows: 2, Names: []string{"a", "b x", "b y", "c x", "c y"}}},
		{"numbered columns", grid("a|b|c", "(1)|(2)|(3)=(1)-(2)", "5|6|7"), table.Heading{Rows: 1, Skip: 1, Names: []string{"a", "b", "c"}}},
		{"a record like 1, 2, 3", grid("a|b|c", "1|2|3", "5|6|7"), table.Heading{Rows: 1, Names: []string{"a", "b", "c"}}},
		{"words below a gap in the names", grid("a||c", "x|y|z", "1|2|3"), table.Heading{Rows: 1, Names: []string{"a", "", "c"}}},
		{"nothing", nil, table.Heading{Names: []string{}}},
	} {
		if diff := cmp.Diff(tc.want, table.FindHeading(tc.rows, true)); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// FuzzSurvey offers rows of any text: nothing may panic, and the records must be
// as many as the layout says.
func FuzzSurvey(f *testing.F) {
	f.Add("so_thua|diem|x|y\n1|1|1222000,5|599200,5\n|2|1222010|599200\n|3|1222010|599220\n2|1|x|y")
	f.Add("a|wkt\n1|POINT(1 2)\n2|SRID=1;POINT EMPTY")
	f.Add("lat|lon|z\n11.05|106.6|1.234.567,8")
	f.Add("d|e\n31/12/2024 10:00 PM|+84\n1.234|1 234 567")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 16<<10 {
			t.Skip()
		}
		rows := grid(strings.Split(text, "\n")...)
		h := table.FindHeading(rows, true)
		rows = rows[h.First+h.Rows+h.Skip:]
		s := table.NewSurvey(h.Names, table.Hints{}, true)
		for _, r := range rows {
			if !s.Row(r) {
				t.Skip()
			}
		}
		l := s.Settle(table.Settings{})
		n := int64(0)
		b := l.Builder(func(r *importers.Record) error {
			if n++; len(r.Values) != len(l.Fields) {
				t.Errorf("%d values for %d fields", len(r.Values), len(l.Fields))
			}
			return nil
		})
		for i, r := range rows {
			if err := b.Row(int64(i)+1, r); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if n != l.Records {
			t.Errorf("%d records, the layout says %d", n, l.Records)
		}
	})
}

func ExampleSurvey() {
	rows := grid("1222000,5|599200,25|00123", "1222010,5|599210,75|00124")
	s := table.NewSurvey([]string{"X (m)", "Y (m)", "Mã xã"}, table.Hints{}, false)
	for _, r := range rows {
		s.Row(r)
	}
	l := s.Settle(table.Settings{})
	for _, f := range l.Fields {
		fmt.Println(f.Name, f.Type)
	}
	fmt.Println(l.Geometry, l.CRS.Reason)
	// Output:
	// X (m) number
	// Y (m) number
	// Mã xã string
	// Point column "X (m)" holds northings and "Y (m)" eastings, as surveys in Viet Nam write them; read as easting = "Y (m)", northing = "X (m)"
}
