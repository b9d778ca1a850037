package generalise_test

import (
	"fmt"
	"testing"

	"gisd/tiles/generalise"
)

// BenchmarkRun makes passes over the parcels of a commune, laid beside each
// other as `make bench` lays them over a province.
func BenchmarkRun(b *testing.B) {
	for _, bench := range []struct {
		name     string
		perMetre float64
		o        generalise.Options
	}{
		{"z12-13", 1.68, generalise.Options{Tolerance: 4}},
		{"z10-11 dissolved", 0.42, generalise.Options{Tolerance: 4, Dissolve: true}},
		{"z10-11 dust", 0.42, generalise.Options{Tolerance: 4, Dissolve: true, MinArea: 256, DustCell: 32}},
	} {
		src := &generalise.Shapes{}
		for i := range int32(4) {
			s := parcels(b, "chauhoa", bench.perMetre, pt{100 + i%2*int32(6860*bench.perMetre), 100 + i/2*int32(5380*bench.perMetre)})
			for k, f := range s.Features {
				from, to := s.PartRange(k)
				for p := from; p < to; p++ {
					src.Points = append(src.Points, s.Ring(p)...)
					src.EndPart(s.Parts[p].Kind)
				}
				src.EndFeature(f)
			}
		}
		bench.o.Cell = generalise.Cell{Side: 32768, Margin: 128}
		b.Run(fmt.Sprintf("%s/%d parcels", bench.name, len(src.Features)), func(b *testing.B) {
			b.ReportAllocs()
			g, dst := generalise.New(), &generalise.Shapes{}
			for b.Loop() {
				if _, err := g.Run(dst, src, bench.o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(src.Features))/b.Elapsed().Seconds(), "features/s")
		})
	}
}
