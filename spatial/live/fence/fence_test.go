package fence_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gisd/internal/testdata"
	"gisd/spatial/live/fence"
)

var saigon = orb.Bound{Min: orb.Point{106.60, 10.90}, Max: orb.Point{106.70, 11.00}}

func mustZone(t *testing.T, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

var (
	fenceKinds = []fence.Kind{fence.Enter, fence.Exit, fence.Inside, fence.Dwell, fence.Cross}
	unionKinds = []fence.Kind{fence.Enter, fence.Exit, fence.Inside, fence.Outside, fence.Dwell}
	turnKinds  = []fence.Kind{fence.Begin, fence.End, fence.Dwell}
)

// rules are one of each subject, with what a random draw gives them.
func rules(t *testing.T, r *rand.Rand, fences, roads []fence.Fence) []*fence.Rule {
	seconds := func(n int) time.Duration { return time.Duration(r.IntN(n)) * time.Second }
	list := []*fence.Rule{
		{ID: "plain", Subject: fence.OnFence, Kinds: fenceKinds, Fences: fences, Stay: time.Minute, Every: time.Minute},
		{ID: "fences", Subject: fence.OnFence, Kinds: fenceKinds, Fences: fences, HysteresisMeters: float64(r.IntN(120)),
			Confirm: seconds(60), Stay: seconds(300), Every: seconds(200), Gap: seconds(300)},
		{ID: "together", Subject: fence.OnFence, Kinds: unionKinds, Fences: fences, Together: true, HysteresisMeters: float64(r.IntN(120)),
			Confirm: seconds(60), Stay: seconds(300), Every: seconds(200), Gap: seconds(300)},
		{ID: "speed", Subject: fence.OnSpeed, Kinds: turnKinds, Limit: 20 + 20*r.Float64(), Release: 5, Confirm: seconds(30), Stay: seconds(60)},
		{ID: "roads", Subject: fence.OnSpeed, Kinds: turnKinds, Fences: roads, WithinMeters: 150, Limit: 5, Release: 3, Stay: seconds(60)},
		{ID: "level", Subject: fence.OnReading, Attribute: "level", Kinds: turnKinds, Limit: 55, Release: 4, Confirm: seconds(90), Stay: seconds(600)},
		{ID: "low", Subject: fence.OnReading, Attribute: "level", Kinds: turnKinds, Limit: 45, Release: 2, Below: true, Gap: seconds(200)},
		{ID: "rate", Subject: fence.OnRate, Attribute: "level", Kinds: turnKinds, Limit: 400, Release: 100, Gap: time.Minute + seconds(200)},
		{ID: "near", Subject: fence.OnProximity, Kinds: turnKinds, WithinMeters: 900, HysteresisMeters: float64(r.IntN(200)),
			Confirm: seconds(30), Stay: seconds(100), Gap: 100*time.Second + seconds(300)},
		{ID: "night", Subject: fence.OnFence, Kinds: fenceKinds, Fences: fences, Schedule: &fence.Schedule{
			Zone: mustZone(t, "Asia/Ho_Chi_Minh"), Windows: []fence.Window{{Days: [7]bool{1: true, 2: true}, From: 7*60 + 20, To: 7*60 + 50}}}},
	}
	for _, rule := range list {
		if err := rule.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// lines scatters roads with limits over a box.
func lines(r *rand.Rand, n int, over orb.Bound) []area {
	list := make([]area, n)
	for i := range list {
		x, y := over.Min[0]+r.Float64()*(over.Max[0]-over.Min[0]), over.Min[1]+r.Float64()*(over.Max[1]-over.Min[1])
		var line orb.LineString
		for range 2 + r.IntN(20) {
			line = append(line, orb.Point{x, y})
			x, y = x+0.003*r.NormFloat64(), y+0.003*r.NormFloat64()
		}
		list[i] = area{id: fmt.Sprintf("r%d", i), geometry: line, limit: float64(10 * (1 + r.IntN(6)))}
	}
	return list
}

// Whatever the order in which fixes arrive, the events told and not withdrawn are at
// any moment those that PostGIS computes of the fixes that have arrived, and in the
// end all are final.
func TestEventsAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			o := newOracle(t)
			fences, roads := areas(r, 40, saigon, 0.012), lines(r, 60, saigon)
			list := rules(t, r, shapes(t, fences), shapes(t, roads))
			sent := arrivals(r, walk(r, 7, 200, saigon), time.Duration(seed)*8*time.Minute)
			e := fence.NewEngine(fence.Config{Device: device, Horizon: 2 * time.Hour, MaxFixes: 1000})
			e.SetRules(list)
			l := newLedger(t)
			for part := range 2 {
				run(e, l, sent[part*len(sent)/2:(part+1)*len(sent)/2], r)
				if part == 1 {
					l.take(e.Advance(sent[len(sent)-1].ReceivedAt.Add(time.Hour)))
					l.settled()
				}
				o.fixes(distinct(sent[:(part+1)*len(sent)/2]))
				o.agree(l, list, fences, roads, 0)
			}
			if seed > 0 && (l.fixed == 0 || l.counts[fence.Withdrawn] == 0) {
				t.Errorf("nothing was corrected: %v", l.counts)
			}
			if e.TooLate() > 0 {
				t.Errorf("%d fixes came too late", e.TooLate())
			}
		})
	}
}

// agree holds what was told against the tables, rule by rule; rules together are on
// the fences from that one on.
func (o *oracle) agree(l *ledger, list []*fence.Rule, fences, roads []area, together int) {
	o.t.Helper()
	byRule := map[string][]fact{}
	for name, e := range l.known {
		name.Since = e.Since.UnixMicro()
		byRule[e.Rule] = append(byRule[e.Rule], name)
	}
	for _, rule := range list {
		switch {
		case rule.ID == "roads":
			o.fences(roads)
		case rule.Together:
			o.fences(fences[together:])
		default:
			o.fences(fences)
		}
		got := byRule[rule.ID]
		sortFacts(got)
		want := o.expect(rule)
		agree(o.t, rule.ID, want, got)
		if len(want) == 0 {
			o.t.Errorf("%s: no events", rule.ID)
		}
	}
}
