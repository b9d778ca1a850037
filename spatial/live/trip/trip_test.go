package trip_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial/live"
	"gisd/spatial/live/livetest"
	"gisd/spatial/live/trip"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

// buses is a day of real buses, of every tenth.
func buses(t *testing.T) []live.Position {
	t.Helper()
	list := livetest.Buses(t, "2017-03-21")
	return inOrder(slices.DeleteFunc(list, func(p live.Position) bool { return !strings.HasSuffix(p.Device, "5") }))
}

func inOrder(list []live.Position) []live.Position {
	slices.SortStableFunc(list, func(a, b live.Position) int { return cmp.Or(cmp.Compare(a.Device, b.Device), a.Time.Compare(b.Time)) })
	return slices.CompactFunc(list, func(a, b live.Position) bool { return a.Device == b.Device && a.Time.Equal(b.Time) })
}

// wanderers walk, wait, jump and fall silent.
func wanderers(r *rand.Rand, devices, n int) []live.Position {
	var list []live.Position
	for d := range devices {
		p := live.Position{Device: fmt.Sprint("w", d), Lon: 106.6, Lat: 11, Time: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
		step := 0.0
		for range n {
			p.Time = p.Time.Add(time.Duration(1+r.IntN(60)) * time.Second)
			switch r.IntN(20) {
			case 0:
				step = 0.005 * r.Float64() // 500 m
			case 1, 2:
				step = 0.0003 * r.Float64() // 30 m: about the spot
			case 3:
				p.Time = p.Time.Add(time.Duration(r.IntN(1200)) * time.Second)
			}
			p.SpeedKMH = live.Measure{}
			if r.IntN(3) > 0 {
				p.SpeedKMH = live.Known(float64(r.IntN(80)))
			}
			p.Lon += (r.Float64() - 0.5) * step
			p.Lat += (r.Float64() - 0.5) * step
			list = append(list, p)
		}
	}
	return list
}

// fact is a stop or a trip of a device.
type fact struct {
	What, Device          string
	Begin, End            time.Time
	Fixes                 int
	Meters                float64
	Speed                 *float64
	AfterStop, BeforeStop bool
}

func given(list []live.Position, err error) iter.Seq2[live.Position, error] {
	return func(yield func(live.Position, error) bool) {
		for _, p := range list {
			if !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield(live.Position{}, err)
		}
	}
}

// found is what Find says of each device.
func found(t *testing.T, fixes []live.Position, o trip.Options) []fact {
	t.Helper()
	var facts []fact
	for len(fixes) > 0 {
		device := fixes[0].Device
		n := slices.IndexFunc(fixes, func(p live.Position) bool { return p.Device != device })
		if n < 0 {
			n = len(fixes)
		}
		for e, err := range trip.Find(given(fixes[:n], nil), o) {
			if err != nil {
				t.Fatal(err)
			}
			if s := e.Stop; s != nil {
				facts = append(facts, fact{What: "stop", Device: device, Begin: s.Begin.Time, End: s.End.Time, Fixes: s.Fixes})
				continue
			}
			w := e.Trip
			f := fact{What: "trip", Device: device, Begin: w.Begin.Time, End: w.End.Time, Fixes: w.Fixes, Meters: w.Meters, AfterStop: w.AfterStop, BeforeStop: w.BeforeStop}
			if w.MaxSpeedKMH.Known {
				f.Speed = &w.MaxSpeedKMH.Value
			}
			facts = append(facts, f)
		}
		fixes = fixes[n:]
	}
	return facts
}

func file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// computed is what PostGIS says.
func computed(t *testing.T, fixes []live.Position, o trip.Options) []fact {
	t.Helper()
	tx, err := testdb.DB(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := tx.Exec(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`create temp table raw (device text, at timestamptz, lon float8, lat float8, speed float8)`)
	_, err = tx.CopyFrom(t.Context(), pgx.Identifier{"raw"}, []string{"device", "at", "lon", "lat", "speed"},
		pgx.CopyFromSlice(len(fixes), func(i int) ([]any, error) {
			var speed *float64
			if m := fixes[i].SpeedKMH; m.Known {
				speed = &m.Value
			}
			return []any{fixes[i].Device, fixes[i].Time, fixes[i].Lon, fixes[i].Lat, speed}, nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	exec(`create temp table fix as select device, at, st_makepoint(lon, lat)::geography as geog, speed from raw`)
	exec(`create temp table asked (radius float8, min_stop interval, gap interval, min_trip float8)`)
	exec(`insert into asked values ($1, $2, $3, $4)`, o.RadiusMeters, o.MinStop, o.Gap, o.MinTripMeters)
	exec(file(t, "legs.sql"))
	rows, err := tx.Query(t.Context(), file(t, "trips.sql"))
	if err != nil {
		t.Fatal(err)
	}
	facts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[fact])
	if err != nil {
		t.Fatal(err)
	}
	for i := range facts {
		facts[i].Begin, facts[i].End = facts[i].Begin.UTC(), facts[i].End.UTC()
	}
	return facts
}

func agree(t *testing.T, fixes []live.Position, o trip.Options, atLeast int) {
	t.Helper()
	want, got := computed(t, fixes, o), found(t, fixes, o)
	order := func(a, b fact) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), a.Begin.Compare(b.Begin), a.End.Compare(b.End), cmp.Compare(a.What, b.What))
	}
	slices.SortFunc(want, order)
	slices.SortFunc(got, order)
	if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 0.01)); diff != "" {
		t.Errorf("(-PostGIS +ours):\n%.3000s", diff)
	}
	counts := map[string]int{}
	for _, f := range got {
		counts[f.What]++
	}
	t.Logf("%d fixes: %v", len(fixes), counts)
	if counts["stop"] < atLeast || counts["trip"] < atLeast {
		t.Errorf("%v of %d fixes prove little", counts, len(fixes))
	}
}

func TestBusesAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	fixes := buses(t)
	agree(t, fixes, trip.Options{RadiusMeters: 50, MinStop: 3 * time.Minute, Gap: 10 * time.Minute}, 50)
}

func TestWanderersAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	r := rand.New(rand.NewPCG(3, 3))
	for _, o := range []trip.Options{
		{RadiusMeters: 40, MinStop: 2 * time.Minute, Gap: 10 * time.Minute},
		{RadiusMeters: 100, MinStop: 30 * time.Second, Gap: time.Minute, MinTripMeters: 200},
		{RadiusMeters: 10, MinStop: 10 * time.Minute, Gap: time.Hour},
	} {
		agree(t, wanderers(r, 6, 200), o, 15)
	}
}

// An error ends it, and who has enough may leave.
func TestFindEnds(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fixes := wanderers(rand.New(rand.NewPCG(5, 5)), 1, 300)
	o := trip.Options{MinStop: time.Minute}
	all := 0
	for e, err := range trip.Find(given(fixes, broken), o) {
		if err != nil {
			if !errors.Is(err, broken) || e.Stop != nil || e.Trip != nil {
				t.Errorf("%+v, %v", e, err)
			}
			continue
		}
		all++
	}
	if all < 5 {
		t.Errorf("%d before the error", all)
	}
	for enough := 1; enough <= all; enough++ {
		n := 0
		for range trip.Find(given(fixes, nil), o) {
			if n++; n == enough {
				break
			}
		}
	}
	for e := range trip.Find(given(nil, nil), o) {
		t.Errorf("%+v of nothing", e)
	}
}
