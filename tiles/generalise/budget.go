package generalise

import (
	"fmt"
	"slices"
)

// DefaultBudget is how large a tile may be, in bytes before compression.
const DefaultBudget = 500_000

// Step is how far a zoom's tiles had to be reduced. Each includes those before.
type Step uint8

// The steps, in the order in which they are taken.
const (
	StepNone       Step = iota
	StepAttributes      // only the properties that the style needs
	StepVertices        // coarser vertices
	StepDissolve        // one feature for each owner and value
	StepRank            // the least important left out
	steps
)

var stepNames = [steps]string{"none", "attributes", "vertices", "dissolve", "rank"}

func (s Step) String() string {
	if s >= steps {
		return fmt.Sprintf("step %d", uint8(s))
	}
	return stepNames[s]
}

// MarshalText implements encoding.TextMarshaler.
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Step) UnmarshalText(b []byte) error {
	i := slices.Index(stepNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("generalise: no such step: %q", b)
	}
	*s = Step(i)
	return nil
}

// Choice is what a zoom came to, the same for all of its tiles so that no seams
// show. TileJSON lists one for each zoom under "generalisation".
type Choice struct {
	Zoom      int     `json:"zoom"`
	Step      Step    `json:"step"`
	Tolerance float64 `json:"tolerance,omitempty"` // tile units, from StepVertices on
	MinRank   Rank    `json:"min_rank,omitempty"`  // at StepRank
	// LargestBytes is the largest tile, measured or else estimated; Over says
	// that not even the last step brought it within the budget.
	LargestBytes int   `json:"largest_bytes"`
	Over         bool  `json:"over_budget,omitempty"`
	Features     int64 `json:"features,omitempty"` // 0 where they were not counted
	Kept         int64 `json:"kept,omitempty"`     // of them drawn, or merged into what is
}

// LoadFeature is what a feature brings to a tile.
type LoadFeature struct {
	Points                  int32 // vertices
	StyledBytes, OtherBytes int32 // properties the style needs, and the others, as encoded
	Rank                    Rank
	Owner, Value            uint32
}

// Load is what a collection would put on the tiles of one zoom. It is not safe
// for goroutines: keep one a worker and Merge them.
type Load struct {
	zoom     int
	options  LoadOptions
	tiles    map[uint64]*tileLoad
	features int64
	ranks    [rankClasses]int64
}

// LoadOptions says which steps a collection has.
type LoadOptions struct {
	Tolerance float64 // tile units of StepVertices; 0 is 2
	Dissolve  bool    // a style property and polygons
}

type tileLoad struct {
	classes  [rankClasses]classLoad
	groups   map[group]struct{}
	measured [steps]int
}

type classLoad struct{ features, points, styled, other int32 }

// NewLoad returns an empty load.
func NewLoad(zoom int, o LoadOptions) *Load {
	if o.Tolerance == 0 {
		o.Tolerance = 2
	}
	return &Load{zoom: zoom, options: o, tiles: map[uint64]*tileLoad{}}
}

func (l *Load) tile(t uint64) *tileLoad {
	at := l.tiles[t]
	if at == nil {
		at = &tileLoad{}
		if l.options.Dissolve {
			at.groups = map[group]struct{}{}
		}
		l.tiles[t] = at
	}
	return at
}

// Add notes a feature on a tile, which is any number that tells the zoom's
// tiles apart. A feature on several tiles is added to each, and counted once by
// Count.
func (l *Load) Add(t uint64, f LoadFeature) {
	at := l.tile(t)
	c := &at.classes[f.Rank.class()]
	c.features++
	c.points += f.Points
	c.styled += f.StyledBytes
	c.other += f.OtherBytes
	if at.groups != nil {
		at.groups[group{owner: f.Owner, value: f.Value}] = struct{}{}
	}
}

// Count counts a feature of the collection.
func (l *Load) Count(r Rank) {
	l.features++
	l.ranks[r.class()]++
}

// Measured notes how large a tile came out at a step; it counts instead of the
// estimate.
func (l *Load) Measured(s Step, t uint64, bytes int) {
	at := l.tile(t)
	at.measured[s] = max(at.measured[s], bytes)
}

// Merge adds another worker's load of the same zoom.
func (l *Load) Merge(o *Load) {
	l.features += o.features
	for i, n := range o.ranks {
		l.ranks[i] += n
	}
	for t, from := range o.tiles {
		at := l.tile(t)
		for i, c := range from.classes {
			at.classes[i].features += c.features
			at.classes[i].points += c.points
			at.classes[i].styled += c.styled
			at.classes[i].other += c.other
		}
		for g := range from.groups {
			at.groups[g] = struct{}{}
		}
		for s, n := range from.measured {
			at.measured[s] = max(at.measured[s], n)
		}
	}
}

// What a feature and a vertex take in a tile: the tags, id and lengths of a
// feature, and two zigzag varints at the distances of neighbours that a zoom
// still tells apart. Of the vertices some go when coarsened, and most when
// dissolved.
const (
	featureBytes   = 14
	pointBytes     = 2.8
	coarsePoints   = 0.6
	dissolvePoints = 0.3
)

// size is how large the tile is at a step when only classes from least on are
// drawn.
func (t *tileLoad) size(s Step, least int) int {
	if t.measured[s] > 0 && s != StepRank {
		return t.measured[s]
	}
	var sum classLoad
	for _, c := range t.classes[least:] {
		sum.features += c.features
		sum.points += c.points
		sum.styled += c.styled
		sum.other += c.other
	}
	points, bytes := float64(sum.points), float64(sum.styled)+float64(sum.features)*featureBytes
	switch {
	case s == StepNone:
		bytes += float64(sum.other)
	case s >= StepDissolve && t.groups != nil:
		points *= dissolvePoints
		share := float64(len(t.groups)) / float64(max(sum.features, 1))
		bytes *= min(share, 1)
	case s >= StepVertices:
		points *= coarsePoints
	}
	return int(bytes + points*pointBytes)
}

// Choose returns the first step that keeps every tile within the budget; 0 is
// DefaultBudget. When dropping by rank it keeps as many classes as fit, and the
// highest in any case.
func (l *Load) Choose(budget int) Choice {
	if budget <= 0 {
		budget = DefaultBudget
	}
	c := Choice{Zoom: l.zoom, Features: l.features, Kept: l.features}
	for c.Step = StepNone; c.Step < StepRank; c.Step++ {
		if c.Step == StepDissolve && !l.options.Dissolve {
			continue
		}
		if c.LargestBytes = l.largest(c.Step, 0); c.LargestBytes <= budget {
			break
		}
	}
	if c.Step >= StepVertices {
		c.Tolerance = l.options.Tolerance
	}
	if c.Step < StepRank {
		return c
	}
	top := rankClasses - 1
	for top > 0 && l.ranks[top] == 0 {
		top--
	}
	least := 0
	for ; least < top && l.largest(StepRank, least) > budget; least++ {
	}
	c.LargestBytes = l.largest(StepRank, least)
	c.Over = c.LargestBytes > budget
	c.MinRank = Rank(least << 10)
	for _, n := range l.ranks[:least] {
		c.Kept -= n
	}
	return c
}

func (l *Load) largest(s Step, least int) int {
	largest := 0
	for _, t := range l.tiles {
		largest = max(largest, t.size(s, least))
	}
	return largest
}
