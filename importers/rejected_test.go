package importers_test

import (
	"strings"
	"testing"

	"gisd/importers"
	"gisd/spatial"
)

// What a source has kept of a record that it could not take apart goes into the
// reject file in place of values that are not there.
func TestRejectsWhatTheSourceHasKept(t *testing.T) {
	t.Parallel()
	src := nameless([2]float64{106, 11}, [2]float64{107, 12})
	src.schema.CRS = importers.CRS{SRID: 4326}
	src.records[1].Err = &importers.RecordError{Reason: spatial.Text{EN: "too many values"}, Whole: importers.WholeText([]byte(`["1", "Chợ"]`))}
	src.records[1].Geometry = nil
	var got collector
	if _, err := importers.Run(t.Context(), src, &memory{}, importers.Options{Collection: "a", MaxErrors: -1, Rejects: &got}); err != nil {
		t.Fatal(err)
	}
	if want := `2 false too many values ["1","Chợ"] 0 bytes in EPSG:4326`; strings.Join(got.entries, "\n") != want {
		t.Errorf("want\n%s\ngot\n%s", want, strings.Join(got.entries, "\n"))
	}
}

func TestWholeText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ raw, want string }{
		{`{"a": [1, 2]}`, `{"a":[1,2]}`},
		{"1;\"Chợ\n", `"1;\"Chợ\n"`},
		{"\xff<", `"\ufffd\u003c"`},
		{"", `""`},
	} {
		if got := string(importers.WholeText([]byte(test.raw)).Values); got != strings.ReplaceAll(test.want, `\ufffd`, "\ufffd") {
			t.Errorf("%q: got %s, want %s", test.raw, got, test.want)
		}
	}
	long := importers.WholeText([]byte(`[` + strings.Repeat("1,", 50_000) + `1]`)).Values
	if len(long) != 64<<10+2 || long[0] != '"' {
		t.Errorf("%d bytes: %.20s", len(long), long)
	}
}
