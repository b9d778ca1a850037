package geojson_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
)

// A feature that cannot be read is handed on as it stands, up to a bound.
func TestRejectedFeaturesAreWhole(t *testing.T) {
	t.Parallel()
	const good = `{"type":"Feature","properties":{"a":1,"tên":"x"},"geometry":{"type":"Point","coordinates":[1,2]}},`
	long := `{"type":"Feature","properties":{"a":2},"geometry":{"type":"LineString","coordinates":[["` + strings.Repeat("đ", 40_000) + `"]]}}`
	for _, tc := range []struct{ bad, want string }{
		{`{"type":"Feature", "properties":{"a":2,"tên":"Chợ"},"geometry":{"type":"Point","coordinates":["a"]}}`,
			`{"type":"Feature","properties":{"a":2,"tên":"Chợ"},"geometry":{"type":"Point","coordinates":["a"]}}`},
		{`{"type":"Feature","properties":{"a":2},"geometry":{"type":"Circle"}}`, `{"type":"Feature","properties":{"a":2},"geometry":{"type":"Circle"}}`},
		{long, ""},
	} {
		src, err := openText(t.Context(), t, `{"type":"FeatureCollection","features":[`+good+tc.bad+`]}`)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := src.Read(t.Context(), func(r *importers.Record) error {
			if r.Err != nil {
				got = append(got, string(r.Err.Whole.Values))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 {
			t.Errorf("%.80s: %d rejected", tc.bad, len(got))
			continue
		}
		if tc.want == "" {
			if n := len(got[0]); n < 65_536 || n > 66_000 || !strings.HasPrefix(got[0], `"{\"type\":\"Feature\"`) {
				t.Errorf("%d bytes: %.80s", n, got[0])
			}
			continue
		}
		if diff := cmp.Diff(tc.want, got[0]); diff != "" {
			t.Error(diff)
		}
	}
}
