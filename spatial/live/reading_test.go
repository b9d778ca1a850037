package live_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
)

func TestReadings(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 101)
	var many []string
	for i := range 150 {
		many = append(many, fmt.Sprintf(`"n%03d":%d`, i, i))
	}
	for _, test := range []struct {
		name, attributes string
		want             []string // name value unit quality
	}{
		{"none", ``, nil},
		{"numbers, by name", `{"b": -1.5e3, "a": 2}`, []string{"a 2  ", "b -1500  "}},
		{"unit and quality", `{"level": {"value": 1.83, "unit": "m", "quality": "good", "more": 1}}`, []string{"level 1.83 m good"}},
		{"no numbers", `{"a": "1", "b": true, "c": null, "d": [1], "e": {"v": 1}, "f": {"value": "1"}, "g": {"value": null}}`, nil},
		{"too long", `{"` + long + `": 1, "u": {"value": 1, "unit": "` + long + `"}, "": 2}`, nil},
		{"many", "{" + strings.Join(many, ",") + "}", func() (want []string) {
			for i := range 100 {
				want = append(want, fmt.Sprintf("n%03d %d  ", i, i))
			}
			return want
		}()},
		{"no object", `[1]`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := live.Position{Device: "d", Time: noon, ReceivedAt: noon, Attributes: json.RawMessage(test.attributes)}
			var got []string
			for _, r := range p.Readings() {
				if r.Device != "d" || !r.Time.Equal(noon) || !r.ReceivedAt.Equal(noon) {
					t.Errorf("%+v", r)
				}
				got = append(got, fmt.Sprint(r.Name, " ", r.Value, " ", r.Unit, " ", r.Quality))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
