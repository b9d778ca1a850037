package changes_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/changes"
)

func centimetres(boxes []spatial.Envelope) []spatial.Envelope {
	out := slices.Clone(boxes)
	for i := range out {
		for _, v := range []*float64{&out[i].MinX, &out[i].MinY, &out[i].MaxX, &out[i].MaxY} {
			*v = math.Round(*v*1e4) / 1e4
		}
	}
	slices.SortFunc(out, func(a, b spatial.Envelope) int {
		return cmp.Or(cmp.Compare(a.MinX, b.MinX), cmp.Compare(a.MinY, b.MinY))
	})
	return out
}

func TestDirtyBoxes(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := watched(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(20)})
	box := func(minX, minY, maxX, maxY float64) spatial.Envelope {
		return spatial.Envelope{SRID: 4326, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
	}
	point := func(x, y float64) spatial.Envelope { return box(x, y, x, y) }
	tests := []struct {
		name, sql string
		want      []spatial.Envelope
		whole     bool
	}{
		{"insert", `insert into layers.p (geom) values (st_setsrid(st_point(106.5, 11), 4326))`, []spatial.Envelope{point(106.5, 11)}, false},
		{"move", `update layers.p set geom = st_setsrid(st_point(106.4, 11.1), 4326) where id = 21`, []spatial.Envelope{point(106.4, 11.1), point(106.5, 11)}, false},
		{"attribute", `update layers.p set name = 'x' where id = 21`, []spatial.Envelope{point(106.4, 11.1)}, false},
		{"some as they were", `update layers.p set name = case when id = 3 then 'y' else name end`, []spatial.Envelope{point(106.62, 10.9)}, false},
		{"another id", `update layers.p set id = 30 where id = 21`, []spatial.Envelope{point(106.4, 11.1)}, false},
		{"delete", `delete from layers.p where id in (1, 30)`, []spatial.Envelope{point(106.4, 11.1), point(106.6, 10.9)}, false},
		{"no geometry", `insert into layers.p (id, name) values (31, 'bare')`, nil, false},
		{"nothing", `update layers.p set name = 'z' where id = -1`, nil, false},
		{"as it was", `update layers.p set name = name`, nil, false},
		{"a diagonal", `insert into layers.p (id, geom) values (32, st_geomfromtext('LINESTRING(106 11, 106.16 11.16)', 4326))`, diagonal(106, 11, 0.01, 16), false},
		{"not to be cut", `insert into layers.p (id, geom) values (33, st_geomfromtext('POLYGON((106 11, 106.1 11.1, 106.1 11, 106 11.1, 106 11))', 4326))`, nil, false},
		{"truncate", `truncate data.` + c.Table, nil, true},
	}
	f := follow(t, pool, changes.Config{})
	before := 0
	for i, test := range tests {
		run(t, pool, test.sql)
		mark(t, pool, i+1)
		got := f.upTo(t, i+1)
		got, before = got[before:], len(got)
		switch {
		case test.name == "not to be cut": // an invalid polygon: its parts cover it, or its box does
			if len(got) != 1 || len(got[0].Boxes) == 0 {
				t.Errorf("%s: %+v", test.name, got)
			}
		case test.want == nil && !test.whole:
			if len(got) != 0 {
				t.Errorf("%s: %+v", test.name, got)
			}
		case len(got) != 1:
			t.Errorf("%s: %d changes %+v", test.name, len(got), got)
		default:
			if diff := gocmp.Diff(centimetres(test.want), centimetres(got[0].Boxes)); diff != "" && test.name != "a diagonal" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			if got[0].Whole != test.whole || got[0].Version != c.Version || got[0].Derived {
				t.Errorf("%s: %+v", test.name, got[0])
			}
			if test.name == "a diagonal" {
				sum := 0.0
				for _, b := range got[0].Boxes {
					sum += (b.MaxX - b.MinX) * (b.MaxY - b.MinY)
				}
				if n := len(got[0].Boxes); n < 16 || n > 48 || sum > 0.16*0.16/8 {
					t.Errorf("%s: %d boxes of %g square degrees: %+v", test.name, n, sum, got[0].Boxes)
				}
			}
		}
	}
}

func diagonal(x, y, step float64, n int) []spatial.Envelope {
	boxes := make([]spatial.Envelope, n)
	for i := range boxes {
		at := float64(i) * step
		boxes[i] = spatial.Envelope{SRID: 4326, MinX: x + at, MinY: y + at, MaxX: x + at + step, MaxY: y + at + step}
	}
	return boxes
}

// TestDirtyBulk: however many features a statement changes, its boxes are few
// and hold all of them.
func TestDirtyBulk(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	watched(t, pool, fixture.Spec{ID: "p", SRID: 9210, Features: fixture.Points(1)})
	run(t, pool, `alter table data.p_v1 disable trigger record_edit`) // history of so many takes long
	run(t, pool, `alter table data.p_v1 disable trigger stamp_edit`)
	run(t, pool, `insert into layers.p (id, revision, recorded_at, changed_by, geom)
		select n, 1, now(), 'test', st_setsrid(st_point(500000 + (n * 7919) % 60000, 1200000 + (n::bigint * 104729) % 50000), 9210)
		from generate_series(2, 30000) n`)
	run(t, pool, `update layers.p set name = 'x' where id <= 1000`)
	mark(t, pool, 2)
	got := follow(t, pool, changes.Config{}).upTo(t, 2)
	if len(got) != 2 {
		t.Fatalf("%d changes", len(got))
	}
	if n := len(got[0].Boxes); n < 500 || n > 1024 {
		t.Errorf("30000 features gave %d boxes", n)
	}
	if n := len(got[1].Boxes); n < 990 || n > 1000 {
		t.Errorf("1000 features gave %d boxes", n)
	}
	for n := 2; n <= 30000; n += 97 {
		x, y := 500000+float64(n*7919%60000), 1200000+float64(n*104729%50000)
		if !slices.ContainsFunc(got[0].Boxes, func(b spatial.Envelope) bool {
			return b.SRID == 9210 && x >= b.MinX && x <= b.MaxX && y >= b.MinY && y <= b.MaxY
		}) {
			t.Errorf("no box holds feature %d at %g %g", n, x, y)
		}
	}
}
