package live

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gisd/spatial"
)

// TestTopics: every place of a viewport is in one of its topics, and they are
// few.
func TestTopics(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	between := func(low, high float64) float64 { return low + random.Float64()*(high-low) }
	for range 2000 {
		e := spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: between(-180, 180), MinY: between(-90, 89)}
		e.MaxX, e.MaxY = between(-180, 180), between(e.MinY, 90)
		if random.IntN(2) == 0 { // a viewport of a city
			e.MaxX, e.MaxY = min(e.MinX+0.2, 180), min(e.MinY+0.1, 90)
		}
		topics := topicsOf(e)
		if len(topics) == 0 || len(topics) > maxTopics {
			t.Fatalf("%v: %d topics", e, len(topics))
		}
		sorted := slices.Clone(topics)
		slices.SortFunc(sorted, func(a, b topic) int {
			return int(a.cell.x)<<16 + int(a.cell.y) - int(b.cell.x)<<16 - int(b.cell.y)
		})
		if len(slices.Compact(sorted)) != len(topics) {
			t.Fatalf("%v: a topic twice", e)
		}
		width := e.MaxX - e.MinX
		if width < 0 {
			width += 360
		}
		for _, fx := range []float64{0, 0.3, 1} {
			for _, fy := range []float64{0, 0.7, 1} {
				lon, lat := e.MinX+fx*width, e.MinY+fy*(e.MaxY-e.MinY)
				if fx == 1 {
					lon = e.MaxX
				}
				if lon > 180 {
					lon -= 360
				}
				if fy == 1 {
					lat = e.MaxY
				}
				if !contains(e, lon, lat) {
					t.Fatalf("%v does not contain %v %v", e, lon, lat)
				}
				if !slices.Contains(topics, cellOf(lon, lat).at(topics[0].level)) {
					t.Fatalf("%v: %v %v is in none of %v", e, lon, lat, topics)
				}
			}
		}
	}
	if got := topicsOf(world()); len(got) != 1 {
		t.Errorf("the world has topics %v", got)
	}
	if got := topicsOf(spatial.Envelope{MinX: 106.6, MinY: 10.9, MaxX: 106.8, MaxY: 11.1}); levelOf(got[0].level) != finestLevel {
		t.Errorf("a city is watched at level %d", levelOf(got[0].level))
	}
}

func TestBitset(t *testing.T) {
	t.Parallel()
	var b bitset
	if b.has(5) || !b.empty() {
		t.Error("the zero value holds something")
	}
	want := []int{0, 63, 64, 200}
	for _, i := range want {
		b.set(i)
	}
	var got []int
	b.each(func(i int) { got = append(got, i) })
	if !slices.Equal(got, want) || !b.has(63) || b.has(62) || b.has(1000) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, i := range append(want, 5000) {
		b.clear(i)
	}
	if !b.empty() {
		t.Error("not empty after clearing")
	}
}
