package fence_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

// BenchmarkApply is the price of one fix of 2,000 devices that report in turn, among
// fences of so many corners over a city, of one rule and of as many rules.
func BenchmarkApply(b *testing.B) {
	for _, bench := range []struct{ fences, corners, rules int }{{0, 0, 1}, {1000, 32, 1}, {1000, 32, 1000}, {1000, 1000, 1}, {10000, 32, 1}} {
		for _, late := range []bool{false, true} {
			b.Run(fmt.Sprintf("fences=%d/corners=%d/rules=%d/late=%v", bench.fences, bench.corners, bench.rules, late), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				e := fence.NewEngine(fence.Config{Device: device})
				e.SetRules(cityRules(r, bench.fences, bench.corners, bench.rules))
				const devices = 2000
				fixes := make([]live.Position, devices)
				for i := range fixes {
					fixes[i] = live.Position{Device: fmt.Sprintf("d%d", i), Lon: 106.6 + 0.1*r.Float64(), Lat: 10.9 + 0.1*r.Float64()}
				}
				start, events, n := at(0), 0, 0
				b.ReportAllocs()
				for b.Loop() {
					p := &fixes[n%devices]
					round := n / devices
					p.Time = start.Add(time.Duration(round*10) * time.Second)
					if late && round%10 == 9 {
						p.Time = p.Time.Add(-25 * time.Second)
					}
					angle := float64(n%devices) + float64(round)/20
					p.Lon, p.Lat = p.Lon+0.0007*math.Cos(angle), p.Lat+0.0007*math.Sin(angle)
					events += len(e.Apply(fixes[n%devices:n%devices+1], p.Time))
					n++
				}
				b.ReportMetric(float64(events)/float64(n), "events/op")
			})
		}
	}
}

func cityRules(r *rand.Rand, fences, corners, rules int) []*fence.Rule {
	list := make([]*fence.Rule, rules)
	for i := range list {
		list[i] = &fence.Rule{ID: fmt.Sprintf("r%d", i), Subject: fence.OnFence, Kinds: []fence.Kind{fence.Enter, fence.Exit, fence.Cross, fence.Dwell},
			Stay: time.Minute, HysteresisMeters: 20}
	}
	for i := range fences {
		c := orb.Point{106.6 + 0.1*r.Float64(), 10.9 + 0.1*r.Float64()}
		rule := list[i%rules]
		rule.Fences = append(rule.Fences, fence.Fence{ID: fmt.Sprint(i), Shape: fence.NewShape(orb.Polygon{star(r, c, 0.003, corners)})})
	}
	return list
}
