package crs_test

import (
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

func BenchmarkTransform(b *testing.B) {
	for _, pair := range [][2]spatial.SRID{{9210, 3857}, {9210, 4326}, {4326, 9210}, {4326, 3857}, {3857, 4326}, {9210, 5897}} {
		b.Run(pair[0].String()+"-"+pair[1].String(), func(b *testing.B) {
			tr := mustTransform(b, pair[0], pair[1])
			x, y, err := mustTransform(b, 4326, pair[0]).Point(106.65, 11.05)
			if err != nil {
				b.Fatal(err)
			}
			const n = 1000
			xy := make([]float64, 2*n)
			b.ReportAllocs()
			for b.Loop() {
				for i := 0; i < len(xy); i += 2 {
					xy[i], xy[i+1] = x, y
				}
				if err := tr.Flat(xy, 2); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/position")
		})
	}
}

func BenchmarkFit(b *testing.B) {
	exact := mustTransform(b, 9210, 3857)
	back := exact.Inverse()
	box, maxErr := tileBox(b, 12, 106.65, 11.05)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := crs.FitTransform(exact, back, box, maxErr); !ok {
			b.Fatal("no fit")
		}
	}
}

func BenchmarkApproximation(b *testing.B) {
	for _, z := range []int{8, 12, 16} {
		box, maxErr := tileBox(b, z, 106.65, 11.05)
		a, ok := crs.Fit(9210, 3857, box, maxErr)
		if !ok {
			b.Fatal("no fit")
		}
		b.Run([]string{"", "affine", "quadratic", "cubic"}[a.Degree], func(b *testing.B) {
			const n = 1000
			xy := make([]float64, 2*n)
			for b.Loop() {
				for i := 0; i < len(xy); i += 2 {
					xy[i], xy[i+1] = a.Domain.MinX+1, a.Domain.MinY+1
				}
				if a.Flat(xy, 2) >= 0 {
					b.Fatal("a position was refused")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/position")
		})
	}
}
