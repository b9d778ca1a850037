package arcgis

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"sync"

	"gisd/spatial"
	"gisd/tiles/mvt"
)

// objectIDs remembers which text has which object id, as this node gave them out.
// A text always has the same, so that what is remembered stays true. Safe for
// concurrent use.
type objectIDs struct {
	mu       sync.Mutex
	known    map[int64]string // of all collections: a text is hashed alike in each
	scanning chan struct{}    // full when as many ids are looked for as may
}

// Bounds of what is remembered, and of the walks over all ids at once.
const (
	knownMost = 200_000
	scansMost = 2
)

func newObjectIDs() *objectIDs {
	return &objectIDs{known: map[int64]string{}, scanning: make(chan struct{}, scansMost)}
}

// objectID is the number of a feature; see the package documentation.
func objectID(c *spatial.Collection, id string) int64 {
	if c.IDKind == spatial.IDText {
		return int64(mvt.TextID([]byte(id)))
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// give is objectID, remembered.
func (o *objectIDs) give(c *spatial.Collection, id string) int64 {
	n := objectID(c, id)
	if c.IDKind != spatial.IDText {
		return n
	}
	o.keep(n, id)
	return n
}

func (o *objectIDs) keep(n int64, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.known) >= knownMost {
		clear(o.known)
	}
	o.known[n] = id
}

// texts finds the ids that have these numbers, those that are there at all. What
// this node did not give out is looked for among all of them.
func (h *Handlers) texts(ctx context.Context, c *spatial.Collection, a spatial.Access, wanted []int64) ([]string, error) {
	missing := map[int64]bool{}
	var found []string
	h.ids.mu.Lock()
	for _, n := range wanted {
		if id, ok := h.ids.known[n]; ok {
			found = append(found, id)
		} else {
			missing[n] = true
		}
	}
	h.ids.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	select {
	case h.ids.scanning <- struct{}{}:
		defer func() { <-h.ids.scanning }()
	default:
		return nil, &spatial.Error{Code: spatial.CodeUnavailable, Op: "arcgis: object ids", Message: "Too many object ids are being looked up at the moment; try again in a moment."}
	}
	done := errors.New("all are found")
	q := spatial.Query{Access: a, Limit: math.MaxInt32, Fields: []string{}, WithoutGeometry: true}
	_, err := h.Features.Each(ctx, c, q, func(f *spatial.Feature) error {
		n := objectID(c, f.ID)
		if !missing[n] {
			return nil
		}
		h.ids.keep(n, f.ID)
		found = append(found, f.ID)
		if delete(missing, n); len(missing) == 0 {
			return done
		}
		return nil
	})
	if err != nil && !errors.Is(err, done) {
		return nil, err
	}
	slices.Sort(found)
	return found, nil
}
