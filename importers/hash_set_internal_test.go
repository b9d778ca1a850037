package importers

import (
	"math/rand/v2"
	"testing"

	"gisd/spatial"
)

func TestHashSet(t *testing.T) {
	t.Parallel()
	const spread = 0x9e3779b97f4a7c15
	for _, tt := range []struct {
		name string
		n    int
		hash func(r *rand.Rand) uint64
	}{
		{"spread over the shards", 300_000, func(r *rand.Rand) uint64 {
			if r.IntN(3) == 0 {
				return uint64(r.IntN(50_000)) * spread // some come again, zero too
			}
			return r.Uint64()
		}},
		{"crowded into one", 20_000, func(r *rand.Rand) uint64 {
			if r.IntN(3) == 0 {
				return uint64(r.IntN(5_000)) << 32
			}
			return r.Uint64() &^ 0xffff
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s hashSet
			seen := map[uint64]bool{}
			r := rand.New(rand.NewPCG(1, 2))
			for range tt.n {
				h := tt.hash(r)
				if got, want := s.add(h), !seen[h]; got != want {
					t.Fatalf("add(%x) = %v, want %v", h, got, want)
				}
				seen[h] = true
			}
			if s.n != len(seen) {
				t.Errorf("%d hashes, want %d", s.n, len(seen))
			}
		})
	}
}

func TestIntegerIDsInAnyOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		spread int64 // distance of neighbouring ids
	}{{"dense", 1}, {"sparse", 1 << 30}, {"negative", -3}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newIDCheck(spatial.IDInteger)
			order := rand.New(rand.NewPCG(3, 4)).Perm(3 * maxIDWords)
			for round, repeated := range []bool{false, true} {
				for _, n := range order {
					if _, got := c.add(&Value{Valid: true, Int: int64(n) * tt.spread}); got != repeated {
						t.Fatalf("round %d: id %d repeated: %v", round, int64(n)*tt.spread, got)
					}
				}
			}
			if len(c.words) > maxIDWords {
				t.Errorf("%d words", len(c.words))
			}
		})
	}
}

func BenchmarkHashSet(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	for b.Loop() {
		var s hashSet
		for range 1_000_000 {
			s.add(r.Uint64())
		}
	}
}
