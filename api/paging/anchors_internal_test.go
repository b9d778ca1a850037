package paging

import (
	"strings"
	"testing"

	"gisd/spatial"
)

// What is remembered of offsets stays within its bounds, the latest among it.
func TestAnchorsAreBounded(t *testing.T) {
	t.Parallel()
	a := NewAnchors()
	for i := range int64(3 * anchorsMost) {
		a.Remember("long", 10*i, &spatial.Position{})
		if _, at := a.Nearest("long", 10*i+5); at != 10*i {
			t.Fatalf("the place that was remembered last is gone: %d of %d", at, 10*i)
		}
	}
	if n := len(a.walks["long"].at); n > anchorsMost {
		t.Errorf("%d places of one walk", n)
	}
	for i := range 2 * walksMost {
		a.Remember(strings.Repeat("x", i+1), 1, &spatial.Position{})
		a.Nearest("long", 1)
	}
	if n := len(a.walks); n > walksMost || a.walks["long"] == nil {
		t.Errorf("%d walks", n)
	}
}

// The same question by somebody else, of another version or in another order is
// another walk.
func TestKey(t *testing.T) {
	t.Parallel()
	c, next := spatial.Collection{ID: "a", Version: 1}, spatial.Collection{ID: "a", Version: 2}
	viewer := spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}
	keys := map[string]bool{}
	for _, key := range []string{
		Key(&c, viewer, "where=1"), Key(&next, viewer, "where=1"), Key(&c, spatial.Access{}, "where=1"), Key(&c, viewer, "where=2"),
	} {
		keys[key] = true
	}
	if len(keys) != 4 || !keys[Key(&c, viewer, "where=1")] {
		t.Errorf("%d keys of 4 walks", len(keys))
	}
}
