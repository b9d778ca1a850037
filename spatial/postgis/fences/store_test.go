package fences_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb/encoding/wkb"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/fences"
)

// catalogue has one collection.
type catalogue struct{ c *spatial.Collection }

func (k catalogue) Collection(id string, _ spatial.Access) (*spatial.Collection, error) {
	if k.c == nil || k.c.ID != id {
		return nil, spatial.NotFound("test", "There is no such collection.")
	}
	return k.c, nil
}

func (catalogue) Changed() <-chan struct{} { return nil }

const triangle = `{"type":"Polygon","coordinates":[[[106.65,10.97],[106.66,10.97],[106.66,10.98],[106.65,10.97]]]}`

func TestGeofences(t *testing.T) {
	t.Parallel()
	s := fences.NewStore(postgis.NewDB(testdb.DB(t), nil), catalogue{})
	ctx := t.Context()
	for _, test := range []struct {
		name, geometry string
		want           spatial.Code
	}{
		{"no JSON", `{`, spatial.CodeInvalid},
		{"a line", `{"type":"LineString","coordinates":[[0,0],[1,1]]}`, spatial.CodeInvalid},
		{"a bow tie", `{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`, spatial.CodeInvalid},
		{"a triangle", triangle, ""},
	} {
		if err := s.PutGeofence(ctx, fence.Drawn{ID: "depot", Name: "Bến xe", Geometry: json.RawMessage(test.geometry)}, "test"); spatial.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	got, err := s.Geofence(ctx, "depot")
	if err != nil || got.Name != "Bến xe" || string(got.Geometry) != triangle {
		t.Errorf("%+v, %v", got, err)
	}
	rule := fence.Definition{ID: "leave", Subject: fence.OnFence, Events: []fence.Kind{fence.Exit}, Geofences: []string{"depot"}, Dwell: fence.Duration(time.Minute)}
	if err := s.PutRule(ctx, &rule, "test"); err != nil {
		t.Fatal(err)
	}
	if kept, err := s.Definition(ctx, "leave"); err != nil || !cmp.Equal(*kept, rule) {
		t.Errorf("%+v, %v", kept, err)
	}
	if err := s.DeleteGeofence(ctx, "depot"); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("a rule names it: %v", err)
	}
	stored, err := s.Rules(ctx)
	if err != nil || len(stored) != 1 || len(stored[0].Outlines) != 1 {
		t.Fatalf("%+v, %v", stored, err)
	}
	if g, err := wkb.Unmarshal(stored[0].Outlines[0].WKB); err != nil || fence.NewShape(g) == nil || !fence.NewShape(g).Covers(106.655, 10.971) {
		t.Errorf("%v, %v", g, err)
	}
	for _, gone := range []func() error{
		func() error { return s.DeleteRule(ctx, "leave") }, func() error { return s.DeleteGeofence(ctx, "depot") },
	} {
		if err := gone(); err != nil {
			t.Error(err)
		}
		if err := gone(); spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("twice: %v", err)
		}
	}
}

// Fences of a collection come in degrees, those without a limit left out.
func TestOutlinesOfACollection(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	for _, statement := range []string{
		`create table data.roads_v1 (id bigint primary key, geom geometry(Geometry, 9210), "maxSpeed" bigint)`,
		`insert into data.roads_v1
		select n, st_transform(st_setsrid(st_makeline(st_makepoint(106.65, 10.97), st_makepoint(106.65, 10.98)), 4326), 9210), nullif(n * 10, 20)
		from generate_series(1, 3) n`,
		`insert into data.roads_v1 values (4, null, 40)`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s := fences.NewStore(postgis.NewDB(pool, nil), catalogue{&spatial.Collection{ID: "roads", Version: 1, Table: "roads_v1", SRID: 9210,
		GeometryType: spatial.GeometryLineString, Fields: []spatial.Field{{Name: "limit", Column: "maxSpeed", Type: spatial.FieldInteger}}}})
	for _, rule := range []fence.Definition{
		{ID: "a", Subject: fence.OnSpeed, Events: []fence.Kind{fence.Begin}, Collection: "roads", LimitField: "limit"},
		{ID: "b", Subject: fence.OnFence, Events: []fence.Kind{fence.Enter}, Collection: "gone"},
	} {
		if err := s.PutRule(t.Context(), &rule, "test"); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := s.Rules(t.Context())
	if err != nil || len(stored) != 2 || len(stored[1].Outlines) != 0 {
		t.Fatalf("%+v, %v", stored, err)
	}
	var got []fence.Outline
	for _, o := range stored[0].Outlines {
		g, err := wkb.Unmarshal(o.WKB)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := fence.NewShape(g).DistanceMeters(106.65, 10.975, 1); !ok || d > 0.01 {
			t.Errorf("%s is %v m off, %v", o.ID, d, ok)
		}
		got = append(got, fence.Outline{ID: o.ID, Limit: o.Limit})
	}
	if diff := cmp.Diff([]fence.Outline{{ID: "1", Limit: 10}, {ID: "3", Limit: 30}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := fences.NewStore(postgis.NewDB(testdb.DB(t), nil), catalogue{})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	event := func(seconds int, kind fence.Kind, status fence.Status) fence.Event {
		return fence.Event{Rule: "r", Device: "bus", Fence: "f", Kind: kind, At: at.Add(time.Duration(seconds) * time.Second), Since: at,
			Lon: 106.65, Lat: 10.97, Value: 3, HasValue: true, Status: status}
	}
	gone := event(2, fence.Enter, fence.Withdrawn)
	gone.Correction = true
	for _, lot := range [][]fence.Event{
		{event(1, fence.Enter, fence.Provisional), event(2, fence.Enter, fence.Provisional), event(1, fence.Enter, fence.Final)},
		{event(3, fence.Exit, fence.Provisional), gone},
		{event(1, fence.Enter, fence.Provisional)}, // as after a restart
	} {
		if err := s.Record(t.Context(), lot); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name  string
		query fence.EventQuery
		want  []fence.Event
	}{
		{"all", fence.EventQuery{Limit: 10}, []fence.Event{event(3, fence.Exit, fence.Provisional), gone, event(1, fence.Enter, fence.Final)}},
		{"the newest", fence.EventQuery{Limit: 1}, []fence.Event{event(3, fence.Exit, fence.Provisional)}},
		{"a time", fence.EventQuery{Limit: 10, Since: at.Add(2 * time.Second), Before: at.Add(3 * time.Second)}, []fence.Event{gone}},
		{"another rule", fence.EventQuery{Limit: 10, Rule: "x"}, nil},
		{"a device", fence.EventQuery{Limit: 10, Rule: "r", Device: "tram"}, nil},
	} {
		got, err := s.Events(t.Context(), test.query)
		if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", test.name, err, diff)
		}
	}
}
