package freshness_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/tiles/freshness"
)

// failing brings no cells of the collection broken up to date, of late only the
// first time.
type failing struct {
	cells
	discards error
}

func (f failing) Rebuild(ctx context.Context, of *spatial.Collection, boxes []spatial.Envelope) (int, error) {
	_, _ = f.cells.Rebuild(ctx, of, boxes)
	if of.ID == "broken" || of.ID == "late" && slices.Index(*f.log, "rebuild late") == len(*f.log)-1 {
		return 0, errors.New("no room on disk")
	}
	return 1, nil
}

func (f failing) Discard(ctx context.Context, of *spatial.Collection) error {
	_ = f.cells.Discard(ctx, of)
	return f.discards
}

// TestOneFails: a collection whose cells cannot follow is tried a few times, after
// the others, and then does without cells; it is told of twice.
func TestOneFails(t *testing.T) {
	t.Parallel()
	for _, full := range []error{nil, errors.New("the database is gone")} {
		q, calls := newQueue(), &log{}
		var known catalogue
		for i, id := range []string{"broken", "late", "roads", "unknown"} {
			c := roads()
			c.ID = id
			change := spatial.Change{Position: uint64(7 + i), Collection: id, Version: 3, Boxes: []spatial.Envelope{box4326(106.5, 11, 106.6, 11.1)}}
			if id == "unknown" {
				change.Version = 4
			}
			known, q.apply = append(known, c), append(q.apply, change)
		}
		var told bytes.Buffer
		start(t, freshness.Config{
			Queue: q, Catalogue: known, Journal: freshness.NewJournal(nil), Rebuilder: failing{cells{calls}, full},
			Retry: time.Microsecond, Log: slog.New(slog.NewTextHandler(&told, nil)),
		})
		if err := <-q.applied; !errors.Is(err, full) {
			t.Errorf("%v, want %v", err, full)
		}
		want := log{"rebuild broken", "rebuild late", "rebuild roads", "rebuild broken", "rebuild late",
			"rebuild broken", "rebuild broken", "rebuild broken", "discard broken"}
		lines := 1
		if full == nil {
			want, lines = append(want, "discard unknown"), 3
		}
		if d := cmp.Diff(want, *calls); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if n := strings.Count(told.String(), "\n"); n != lines {
			t.Errorf("%d lines, want %d:\n%s", n, lines, told.String())
		}
	}
}
