package features_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/cql"
)

// A name is found whatever its diacritics, and one term of several suffices.
func TestNames(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	var features []fixture.Feature
	for i, name := range []any{"Đường Nguyễn Trãi", "Đường Lê Lợi", "Chợ Nguyễn", nil, "đại lộ Bình Dương"} {
		features = append(features, fixture.Feature{ID: strconv.Itoa(i + 1), Properties: []any{name}})
	}
	c := fixture.Collection(t, s.Pool, fixture.Spec{ID: "names", Features: features})
	for _, tt := range []struct {
		terms []string
		want  string
	}{
		{[]string{"nguyen"}, "1 3"}, {[]string{"Nguyễn trãi"}, "1"}, {[]string{"trai nguyen"}, "1"},
		{[]string{"cho", "le loi"}, "2 3"}, {[]string{"DAI LO"}, "5"}, {[]string{"xyz"}, ""},
	} {
		if got := strings.Join(s.walk(t, c, spatial.Query{Limit: 1, Names: tt.terms}), " "); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.terms, got, tt.want)
		}
	}
	if _, err := s.features.Query(t.Context(), c, spatial.Query{Limit: 1, Names: []string{"…"}}); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("marks alone: %v", err)
	}
}

// Functions of filters, and geometries that are simplified or left out.
func TestFunctionsAndGeometry(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := newStore(t)
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, srid := range []spatial.SRID{4326, 9210} {
		c := fixture.Collection(t, s.Pool, fixture.Spec{ID: fmt.Sprintf("shapes%d", srid), SRID: srid, Features: []fixture.Feature{
			{ID: "1", WKT: "POLYGON((106.6 11, 106.601 11, 106.601 11.001, 106.6005 11.00100001, 106.6 11.001, 106.6 11))", Properties: []any{"Ấp Một", -5, 2.5, nil, day, day.Add(time.Hour)}},
			{ID: "2", WKT: "LINESTRING(106.6 11, 106.6 11.01)", Properties: []any{"ấp hai", 7, -2.4, nil, day.AddDate(1, 1, 0), nil}},
		}})
		for filter, want := range map[string]string{
			"abs(count) = 5":                                   "1",
			"round(area) = -2 AND floor(area) = -3":            "2",
			"ceil(area) = 3":                                   "1",
			"upper(name) = 'ẤP HAI'":                           "2",
			"lower(name) = 'ấp một'":                           "1",
			"char_length(name) = 6":                            "1 2",
			"year(built) = 2026 AND month(built) = 8":          "2",
			"month(seen) = 7":                                  "1",
			"now() > TIMESTAMP('2020-01-01T00:00:00Z')":        "1 2",
			"area(geometry) BETWEEN 12000 AND 12200":           "1",
			"length(geometry) BETWEEN 1105 AND 1107":           "2",
			"dwithin(geometry, POINT(106.602 11), 150)":        "1",
			"distance(geometry, POINT(106.602 11)) > 150":      "2",
			"NOT DWITHIN(geometry, POINT(106.602 11), 150)":    "2",
			"Year(TIMESTAMP('2024-12-31T23:59:59Z')) = 2024.0": "1 2",
		} {
			n, err := cql.Parse(filter)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.walk(t, c, spatial.Query{Limit: 5, Filter: n}), " "); got != want {
				t.Errorf("%s in %d: %s, want %s", filter, srid, got, want)
			}
		}
		for _, tt := range []struct {
			q     spatial.Query
			bytes int
		}{
			{spatial.Query{Limit: 1}, 9 + 4 + 4 + 6*16}, {spatial.Query{Limit: 1, ToleranceMeters: 0.5}, 9 + 4 + 4 + 5*16}, {spatial.Query{Limit: 1, WithoutGeometry: true}, 0},
		} {
			page, err := s.features.Query(t.Context(), c, tt.q)
			if err != nil || len(page.Features[0].Geometry.EWKB) != tt.bytes {
				t.Errorf("%d: %d bytes of geometry, want %d, %v", srid, len(page.Features[0].Geometry.EWKB), tt.bytes, err)
			}
		}
	}
}
