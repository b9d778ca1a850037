package generalise_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/tiles/generalise"
)

func TestRankOf(t *testing.T) {
	t.Parallel()
	last := generalise.Rank(0)
	for e := -30.0; e < 50; e += 0.25 {
		r := generalise.RankOf(math.Exp2(e), 12)
		if r < last || e > -20 && e < 44 && r == last {
			t.Fatalf("2^%g ranks %d behind %d", e, r, last)
		}
		last = r
	}
	unmeasured := map[generalise.Rank]bool{}
	for id := range uint64(2000) {
		for _, m := range []float64{0, -1, math.NaN()} {
			r := generalise.RankOf(m, id)
			if r >= generalise.RankOf(1e-12, id) {
				t.Fatalf("measure %g ranks %d", m, r)
			}
			unmeasured[r] = true
		}
	}
	if len(unmeasured) < 800 {
		t.Errorf("features without measure share %d ranks", len(unmeasured))
	}
	if generalise.RankOf(math.Inf(1), 0) < generalise.RankOf(1e12, 0) {
		t.Error("infinity ranks low")
	}
}

// loaded is a zoom with two tiles, the second with n features of 10 vertices.
func loaded(n int, o generalise.LoadOptions) *generalise.Load {
	l := generalise.NewLoad(9, o)
	for i := range n {
		rank := generalise.RankOf(math.Exp2(float64(i%8)), uint64(i))
		l.Count(rank)
		l.Add(1, generalise.LoadFeature{Points: 10, StyledBytes: 4, OtherBytes: 60, Rank: rank, Value: uint32(i % 10)})
	}
	l.Add(0, generalise.LoadFeature{Points: 4})
	return l
}

func TestChoose(t *testing.T) {
	t.Parallel()
	dissolve := generalise.LoadOptions{Dissolve: true}
	for _, test := range []struct {
		name    string
		n       int
		options generalise.LoadOptions
		want    generalise.Step
	}{
		{"all fits", 4000, dissolve, generalise.StepNone},
		{"without what nobody draws", 8000, dissolve, generalise.StepAttributes},
		{"coarser", 13000, dissolve, generalise.StepVertices},
		{"dissolved", 30000, dissolve, generalise.StepDissolve},
		{"nothing to dissolve by", 30000, generalise.LoadOptions{}, generalise.StepRank},
		{"too many even so", 100000, dissolve, generalise.StepRank},
	} {
		got := loaded(test.n, test.options).Choose(0)
		if got.Step != test.want || got.LargestBytes > generalise.DefaultBudget || got.Over || got.Zoom != 9 {
			t.Errorf("%s: %+v, want step %v", test.name, got, test.want)
		}
		if dropped := got.Kept < got.Features; dropped != (test.want == generalise.StepRank) || got.Kept <= 0 || dropped != (got.MinRank > 0) {
			t.Errorf("%s: %d of %d kept from rank %d", test.name, got.Kept, got.Features, got.MinRank)
		}
		if (got.Tolerance > 0) != (test.want >= generalise.StepVertices) {
			t.Errorf("%s: tolerance %g", test.name, got.Tolerance)
		}
	}
}

func TestChooseGoesByWhatWasMeasured(t *testing.T) {
	t.Parallel()
	l := loaded(8000, generalise.LoadOptions{})
	l.Measured(generalise.StepNone, 1, 300_000)
	if got := l.Choose(0); got.Step != generalise.StepNone || got.LargestBytes != 300_000 {
		t.Errorf("%+v", got)
	}
	l.Measured(generalise.StepNone, 1, 600_000)
	if got := l.Choose(0); got.Step != generalise.StepAttributes {
		t.Errorf("%+v", got)
	}
	if got := l.Choose(10); got.Step != generalise.StepRank || !got.Over {
		t.Errorf("ten bytes: %+v", got)
	}
}

func TestMergedLoadsAreOne(t *testing.T) {
	t.Parallel()
	o := generalise.LoadOptions{Dissolve: true}
	whole, half := loaded(20000, o), loaded(10000, o)
	half.Merge(loaded(10000, o))
	if diff := cmp.Diff(whole.Choose(0), half.Choose(0)); diff != "" {
		t.Error(diff)
	}
}

func TestChoiceAsJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(generalise.Choice{Zoom: 8, Step: generalise.StepDissolve, Tolerance: 2, LargestBytes: 400, Features: 9, Kept: 9})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"zoom":8,"step":"dissolve","tolerance":2,"largest_bytes":400,"features":9,"kept":9}`
	if string(b) != want {
		t.Errorf("got %s", b)
	}
	var back generalise.Choice
	if err := json.Unmarshal(b, &back); err != nil || back.Step != generalise.StepDissolve {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"step":"guess"}`), &back); err == nil {
		t.Error("an unknown step was taken")
	}
}
