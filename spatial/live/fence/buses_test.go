package fence_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"gisd/internal/testdata"
	"gisd/spatial/live"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/livetest"
)

// buses is a day of real buses, of every tenth unless all are asked for.
func buses(t *testing.T, day string) []live.Position {
	t.Helper()
	list := distinct(livetest.Buses(t, day))
	if !*full {
		list = slices.DeleteFunc(list, func(p live.Position) bool { return !strings.HasSuffix(p.Device, "5") })
	}
	return list
}

// full has all buses drive among more fences, which takes PostGIS some minutes.
var full = flag.Bool("full", false, "replay all buses of a day")

// districts are real borders, moved to where the buses are.
func districts(t *testing.T, to orb.Point) []area {
	t.Helper()
	text, err := os.ReadFile(testdata.Shared(t, "data/vietnam/admin_before_2025/binh_duong.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := geojson.UnmarshalFeatureCollection(text)
	if err != nil {
		t.Fatal(err)
	}
	var list []area
	for _, f := range read.Features {
		polygons, ok := f.Geometry.(orb.MultiPolygon)
		if !ok {
			polygons = orb.MultiPolygon{f.Geometry.(orb.Polygon)}
		}
		for _, polygon := range polygons {
			for _, ring := range polygon {
				for i := range ring {
					ring[i] = orb.Point{ring[i][0] - 106.65 + to[0], ring[i][1] - 11.1 + to[1]}
				}
			}
		}
		list = append(list, area{id: "district-" + f.Properties.MustString("code"), geometry: polygons})
	}
	return list
}

var austin = orb.Bound{Min: orb.Point{-97.85, 30.18}, Max: orb.Point{-97.65, 30.48}}

// A day of real buses, among real borders and made-up fences: with -full more than
// ten thousand events of each kind, else of every tenth bus.
func TestBusesAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	r := rand.New(rand.NewPCG(1, 1))
	fixes, many := buses(t, "2017-03-21"), 60
	if *full {
		many = 500
	}
	fences := append(districts(t, austin.Center()), areas(r, many, austin, 0.006)...)
	o := newOracle(t)
	prepared := shapes(t, fences)
	list := []*fence.Rule{
		{ID: "each", Subject: fence.OnFence, Kinds: fenceKinds, Fences: prepared, Stay: 2 * time.Minute, Gap: time.Hour},
		{ID: "held", Subject: fence.OnFence, Kinds: fenceKinds, Fences: prepared, HysteresisMeters: 100, Confirm: 2 * time.Minute,
			Stay: 5 * time.Minute, Every: 5 * time.Minute, Gap: 20 * time.Minute},
		{ID: "together", Subject: fence.OnFence, Kinds: unionKinds, Fences: prepared[10:], Together: true, Gap: time.Hour},
		{ID: "speed", Subject: fence.OnSpeed, Kinds: turnKinds, Limit: 25, Release: 1},
		{ID: "slow", Subject: fence.OnSpeed, Kinds: turnKinds, Limit: 12, Below: true},
	}
	sent := arrivals(r, fixes, 30*time.Minute)
	e := fence.NewEngine(fence.Config{Device: device})
	e.SetRules(list)
	l := newLedger(t)
	run(e, l, sent, r)
	l.take(e.Advance(sent[len(sent)-1].ReceivedAt.Add(time.Hour)))
	l.settled()
	if e.TooLate() > 0 {
		t.Errorf("%d fixes came too late", e.TooLate())
	}
	o.fixes(fixes)
	o.agree(l, list, fences, nil, 10)
	counts := map[fence.Kind]int{}
	for name := range l.known {
		counts[name.Kind]++
	}
	t.Logf("%d fixes, events %v, told %v, %d corrections", len(fixes), counts, l.counts, l.fixed)
	for _, k := range append(unionKinds, fence.Cross, fence.Begin, fence.End) {
		if want := 10_000; *full && counts[k] < want {
			t.Errorf("%d events %s, want %d", counts[k], k, want)
		}
	}
}
