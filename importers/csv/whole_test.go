package csv_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
)

// What is refused keeps all that was read of it.
func TestRejectedRecordsAreWhole(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("1,2,n\n", 20)
	for _, tc := range []struct {
		name, text string
		want       []string // place and values of each refused record
	}{
		{"more values than columns", "x,y,name\n" + filler + "3,4,Chợ, \"Bến\",Thành\n5,6,<&>\n", []string{`22 ["3","4","Chợ"," \"Bến\"","Thành"]`}},
		{"a text that is no geometry", "id,wkt,name\n1,POINT(1 2),a\n2,POINT(1 x),Bờ\n3,POINT(3 4),c\n", []string{`3 {"id":2,"name":"Bờ","wkt":"POINT(1 x)"}`}},
		{"a quote that is never closed", "x,y,name\n" + filler + "3,4,\"open\n5,6,b\n", []string{`22 ["3","4","open\n5,6,b\n"]`}},
		{"corners", "Số tờ,Số thửa,Số hiệu điểm,X (m),Y (m),corners\n" +
			"7,12,1,1222000,599000,An\n7,12,2,1222010,599000,\n7,12,3,1222010,599010,\n" +
			"7,13,1,1222000.5,599000,Bình\n7,13,2,1222010,599000,\n" +
			"7,14,1,1222000,599000,Chi\n7,14,2,12x,599000,\n7,14,3,1222010,599010,\n7,14,4,1222020,599010,\n", []string{
			`5 {"Số tờ":7,"Số thửa":13,"corners":"Bình","corners_":[["1222000.5","599000"],["1222010","599000"]]}`,
			`7 {"Số tờ":7,"Số thửa":14,"corners":"Chi","corners_":[["1222000","599000"],["12x","599000"],["1222010","599010"],["1222020","599010"]]}`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			err := openText(t, tc.text, importers.SourceOptions{}).Read(t.Context(), func(r *importers.Record) error {
				if r.Err != nil && r.Err.Whole != nil {
					got = append(got, strconv.FormatInt(r.Number, 10)+" "+string(r.Err.Whole.Values))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// However long it is, no more than 64 KiB of it.
func TestRejectedRecordsAreBounded(t *testing.T) {
	t.Parallel()
	text := "x,y,name\n" + strings.Repeat("1,2,n\n", 100) + "3,4," + strings.Repeat("đ", 100_000) + "," + strings.Repeat("e,", 2000) + "\n"
	rejected := 0
	err := openText(t, text, importers.SourceOptions{}).Read(t.Context(), func(r *importers.Record) error {
		if r.Err == nil {
			return nil
		}
		rejected++
		if v := r.Err.Whole.Values; len(v) < 60_000 || len(v) > 80_000 || !json.Valid(v) {
			t.Errorf("%d bytes, ending in %s", len(v), v[len(v)-10:])
		}
		return nil
	})
	if err != nil || rejected != 1 {
		t.Error(rejected, err)
	}
}
