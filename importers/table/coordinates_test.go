package table_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/table"
)

// read surveys and builds: a line of names, types and geometry, then one for each
// record with what was lost.
func read(t *testing.T, names string, rows [][]table.Cell) ([]string, *table.Layout) {
	t.Helper()
	s := table.NewSurvey(strings.Split(names, "|"), table.Hints{}, false)
	for _, r := range rows {
		s.Row(r)
	}
	l := s.Settle(table.Settings{})
	head := ""
	for _, f := range l.Fields {
		head += f.Name + " " + string(f.Type) + "|"
	}
	lines := []string{head + string(l.Geometry)}
	b := l.Builder(func(r *importers.Record) error {
		line := fmt.Sprintf("%d", r.Number)
		if len(r.Geometry) > 0 {
			line += " placed"
		}
		if r.Err != nil {
			line += " ! " + r.Err.Reason.EN
		}
		for _, e := range r.Lost {
			line += fmt.Sprintf(" lost %s=%s: %s", e.Field, e.Raw, e.Reason.EN)
		}
		lines = append(lines, line)
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
	return lines, l
}

func TestCoordinateColumns(t *testing.T) {
	t.Parallel()
	const gone = "the value is no number, so the record has no geometry"
	for _, tc := range []struct {
		name, names string
		rows        []string
		want        []string
	}{
		{"one bad cell of four", "x|y", []string{"598140,4|1222134,6", "598150,4|1222144,6", "598160,4|", "không rõ|1222134"},
			[]string{"x number|y number|Point", "1 placed", "2 placed", "3", "4 lost x=không rõ: " + gone}},
		{"one of two", "lon|lat", []string{"106.65|11.05", "abc|11"}, []string{"lon number|lat integer|Point"}[:0]},
		{"most are words", "x|y", []string{"a|1", "b|2", "3|4"}, []string{"x string|y integer|none", "1", "2", "3"}},
		{"a word in one, words in the other", "x|y", []string{"1|a", "2|b", "c|c"}, []string{"x string|y string|none", "1", "2", "3"}},
		{"minutes and seconds", "Kinh độ|Vĩ độ", []string{"106.65|11.05", `106°39'00"E|11°03'00"N`, "?|11"},
			[]string{"Kinh độ number|Vĩ độ number|Point", "1 placed", "2 placed", "3 lost Kinh độ=?: " + gone}},
		{"minutes and seconds in columns of other names", "a|b", []string{`106°39'|11°03'`}, []string{"a string|b string|none", "1"}},
		{"minutes and seconds of longitude alone", "lon|lat", []string{`106°39'|x`, `106°39'|y`}, []string{"lon string|lat string|none", "1", "2"}},
		{"a heading alone", "a|lon|lat", nil, []string{"a string|lon number|lat number|Point"}},
		{"a heading of x and y alone", "a|x|y", nil, []string{"a string|x string|y string|none"}},
	} {
		got, l := read(t, tc.names, grid(tc.rows...))
		if len(tc.want) == 0 {
			if l.Geometry != "Point" {
				t.Errorf("%s: %v", tc.name, got)
			}
			continue
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// What a spreadsheet calls an error is named so, and refuses a parcel.
func TestFaults(t *testing.T) {
	t.Parallel()
	fault := func(text string) table.Cell { return table.Cell{Text: []byte(text), Fault: true} }
	corners := grid("1|1|1222000.5|599200.5", "1|2|1222010.5|599200.5", "1|3|1222010.5|599220.5", "1|4|1222000.5|599220.5",
		"2|1|1222100.5|599200.5", "2|2|1222110.5|599200.5", "2|3|1222110.5|599220.5", "2|4|1222100.5|599220.5",
		"1|1|1222200.5|599200.5", "1|2|1222210.5|599200.5", "1|3|1222210.5|599220.5", "1|4|1222200.5|599220.5", "6|1||")
	corners[12][2], corners[12][3] = table.Cell{Void: true}, fault("#REF!")
	got, l := read(t, "Số thửa|Điểm|X|Y", corners)
	want := []string{"Số thửa integer|Polygon", "1 placed", "5 placed", "9 placed",
		"13 ! the corner in row 13 has no two numbers for coordinates: a formula without a stored value, Excel error #REF!"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var notes []string
	for _, n := range l.Notes {
		if n.VI == "" {
			t.Errorf("%q in one language", n.EN)
		}
		notes = append(notes, n.EN[:strings.IndexByte(n.EN, ';')])
	}
	if diff := cmp.Diff([]string{"blocks of rows under the parcel number of an earlier block: 1, the first under 1", "formulas without a stored value, left empty: 1"}, notes); diff != "" {
		t.Error(diff)
	}

	points := grid("a|106.65|11.05", "b|106.66|11.05", "c|106.66|11.05")
	points[1][0], points[2][1] = fault("#N/A"), fault("#DIV/0!")
	got, _ = read(t, "tên|lon|lat", points)
	want = []string{"tên string|lon number|lat number|Point", "1 placed", "2 placed lost tên=#N/A: Excel error #N/A; left empty",
		"3 lost lon=#DIV/0!: Excel error #DIV/0!, so the record has no geometry"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
