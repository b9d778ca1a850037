package table_test

import (
	"testing"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/table"
)

func TestIsPosition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"106.651 11.051": true, "11.051, 106.651": true, "11,051;106,651": true, "(598123.4 1222600.5)": true, "[106.651,11.051]": true,
		`11°03'00"N 106°39'00"E`: true, "-122.419 37.774": true,
		"": false, "1": false, "106.65 11.05": false, "12, 45": false, "598123,4": false, "1 222 600": false, "2024-01-02 10:00": false,
		"200.001 95.001": false, "11.051; 106.651; 5.001": false, "a b": false, "NaN NaN": false, "106.651 ": false, ";": false, "( )": false,
	} {
		if got := table.IsPosition([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Coordinates that a spreadsheet holds as text, with a decimal comma, are numbers.
func TestCoordinatesAsText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, x, y, want string
	}{
		{"decimal commas", "106,651|106,652", "11,051|11,052", "POINT (106.651 11.051)"},
		{"and groups", "598.123,4|598.124,4", "1.222.600,5|1.222.601,5", "POINT (598123.4 1222600.5)"},
		{"and blanks", "598 123,4|598 124,4", "1 222 600,5|1 222 601,5", "POINT (598123.4 1222600.5)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			names := []string{"x", "y"}
			if tc.x[:3] == "106" {
				names = []string{"Kinh độ", "Vĩ độ"}
			}
			xs, ys := grid(tc.x)[0], grid(tc.y)[0]
			s := table.NewSurvey(names, table.Hints{}, true)
			var rows [][]table.Cell
			for i := range xs {
				xs[i].Quoted, ys[i].Quoted = true, true
				rows = append(rows, []table.Cell{xs[i], ys[i]})
				s.Row(rows[i])
			}
			var got []string
			b := s.Settle(table.Settings{MarkedIsText: true}).Builder(func(r *importers.Record) error {
				got = append(got, importertest.ShapeText(t, r.Geometry))
				return nil
			})
			for i, r := range rows {
				if err := b.Row(int64(i+1), r); err != nil {
					t.Fatal(err)
				}
			}
			if got[0] != tc.want {
				t.Errorf("got %v, want %s first", got, tc.want)
			}
		})
	}
}
