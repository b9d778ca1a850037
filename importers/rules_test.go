package importers_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/spatial"
)

// collector keeps what a reject file is told.
type collector struct{ entries []string }

func (c *collector) Reject(record int64, e importers.RecordError, lost bool) error {
	text := fmt.Sprintf("%d %v %s", record, lost, e.Reason.EN)
	if e.Whole != nil {
		text += fmt.Sprintf(" %s %d bytes in %v", e.Whole.Values, len(e.Whole.Geometry), e.Whole.SRID)
	}
	c.entries = append(c.entries, text)
	return nil
}

func TestRejectedRecordsAreWhole(t *testing.T) {
	t.Parallel()
	src := nameless([2]float64{106, 11}, [2]float64{math.NaN(), 11}, [2]float64{10, 95}, [2]float64{500, 11}, [2]float64{107, math.Inf(1)})
	src.schema.CRS = importers.CRS{SRID: 4326}
	src.schema.Fields = append(src.schema.Fields, importers.FieldInfo{Name: `tên "x"`, Type: spatial.FieldString})
	for i := range src.records {
		src.records[i].Values = append(src.records[i].Values, importers.Value{Valid: i != 2, Bytes: []byte("Đất")})
	}
	src.records[0].Lost = []importers.RecordError{{Field: "id", Reason: spatial.Text{EN: "lost"}}}
	var got collector
	if _, err := importers.Run(t.Context(), src, &memory{}, importers.Options{Collection: "a", MaxErrors: -1, Rejects: &got}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`1 true lost {"id":0,"tên \"x\"":"Đất"} 21 bytes in EPSG:4326`,
		`2 false a coordinate is infinite or not a number {"id":1,"tên \"x\"":"Đất"} 0 bytes in EPSG:4326`,
		`3 false coordinates lie outside the range of EPSG:4326 (x 10 to 10, y 95 to 95) {"id":2,"tên \"x\"":null} 21 bytes in EPSG:4326`,
		`4 false coordinates lie outside the range of EPSG:4326 (x 500 to 500, y 11 to 11) {"id":3,"tên \"x\"":"Đất"} 21 bytes in EPSG:4326`,
		`5 false a coordinate is infinite or not a number {"id":4,"tên \"x\"":"Đất"} 0 bytes in EPSG:4326`,
	}
	if a, b := strings.Join(want, "\n"), strings.Join(got.entries, "\n"); a != b {
		t.Errorf("want\n%s\ngot\n%s", a, b)
	}
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	src := nameless()
	src.schema.CRS = importers.CRS{SRID: 2056}
	const n = 30_000
	for i := range n { // each twice, every third time with another value
		for j := range 2 {
			v := int64(i)
			if j == 1 && i%3 == 0 {
				v = -1
			}
			src.records = append(src.records, importers.Record{Geometry: point(float64(i), 1), Values: []importers.Value{{Valid: true, Int: v}}})
		}
	}
	in, err := importers.Inspect(t.Context(), src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := (importers.Repeats{Geometry: n, Whole: n * 2 / 3}); in.Repeats != want {
		t.Errorf("%+v, want %+v", in.Repeats, want)
	}
}

// A source of one place costs no more than any other; a hash of 20 bits may take
// one of a million records for the first.
func TestRepeatsOfOnePlace(t *testing.T) {
	t.Parallel()
	src := nameless()
	src.schema.CRS = importers.CRS{SRID: 2056}
	for i := range 100_000 {
		src.records = append(src.records, importers.Record{Geometry: point(1, 1), Values: []importers.Value{{Valid: true, Int: int64(i)}}})
	}
	in, err := importers.Inspect(t.Context(), src, 0)
	if err != nil || in.Repeats.Geometry != 99_999 || in.Repeats.Whole > 3 {
		t.Errorf("%+v, %v", in.Repeats, err)
	}
}

var errDamaged = errors.New("damaged")

// An error of the source comes out as it is, from the look at its coordinates too.
func TestSettleCRSOfDamagedSource(t *testing.T) {
	t.Parallel()
	src := nameless([2]float64{1, 2})
	src.err = errDamaged
	if _, _, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{}); !errors.Is(err, errDamaged) {
		t.Error(err)
	}
}
