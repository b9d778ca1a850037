package search

import (
	"strings"
	"testing"

	"gisd/spatial"
)

// A collection with many names shows three, then others have their turn.
func TestSpread(t *testing.T) {
	t.Parallel()
	hit := func(id string, rank int) rankedHit {
		return rankedHit{SearchHit: spatial.SearchHit{Collection: id[:1], Name: id}, rank: rank}
	}
	hits := []rankedHit{hit("a1", 0), hit("a2", 0), hit("a3", 0), hit("a4", 0), hit("b1", 0), hit("a5", 1), hit("b2", 1)}
	spread(hits)
	var names []string
	for _, h := range hits {
		names = append(names, h.Name)
	}
	if got, want := strings.Join(names, " "), "a1 a2 a3 b1 a4 a5 b2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
