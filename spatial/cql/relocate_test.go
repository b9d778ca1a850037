package cql_test

import (
	"errors"
	"testing"

	"gisd/spatial/cql"
)

func TestRelocate(t *testing.T) {
	t.Parallel()
	swap := cql.Relocation{
		Position: func(x, y float64) (float64, float64, error) { return y, x, nil },
		Box: func(minX, minY, maxX, maxY float64) ([4]float64, error) {
			return [4]float64{minY, minX, maxY, maxX}, nil
		},
	}
	for _, test := range []struct{ from, want string }{
		{"a = 1", "a = 1"},
		{"a IN (1, 2) AND NOT S_WITHIN(geom, POINT(11 106))", "a IN (1, 2) AND NOT S_WITHIN(geom, POINT(106 11))"},
		{"S_INTERSECTS(geom, BBOX(10, 105, 11, 107))", "S_INTERSECTS(geom, BBOX(105, 10, 107, 11))"},
		{"S_INTERSECTS(geom, BBOX(10, 105, 1, 11, 107, 2))", "S_INTERSECTS(geom, BBOX(105, 10, 1, 107, 11, 2))"},
		{"S_INTERSECTS(geom, MULTIPOLYGON(((1 5, 2 5, 2 6, 1 5))))", "S_INTERSECTS(geom, MULTIPOLYGON(((5 1, 5 2, 6 2, 5 1))))"},
	} {
		from, err := cql.Parse(test.from)
		if err != nil {
			t.Fatal(err)
		}
		want, err := cql.Parse(test.want)
		if err != nil {
			t.Fatal(err)
		}
		before := from.String()
		got, err := swap.Relocate(from)
		if err != nil || got.String() != want.String() {
			t.Errorf("%s: got %s, %v; want %s", test.from, got, err, want)
		}
		if from.String() != before {
			t.Errorf("%s changed to %s", before, from)
		}
	}
}

func TestRelocateFails(t *testing.T) {
	t.Parallel()
	far := errors.New("far away")
	n, err := cql.Parse("a = 1 OR S_WITHIN(geom, LINESTRING(1 2, 3 4))")
	if err != nil {
		t.Fatal(err)
	}
	r := cql.Relocation{Position: func(float64, float64) (float64, float64, error) { return 0, 0, far }}
	if _, err := r.Relocate(n); !errors.Is(err, far) {
		t.Errorf("got %v", err)
	}
}
