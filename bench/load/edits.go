package load

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
)

// look is how long whoever looks for an edit waits between two looks.
const look = 20 * time.Millisecond

// edit is one that was committed.
type edit struct {
	id    int64
	value []byte
	at    place // on the feature
}

// edits are all of a soak.
type edits struct {
	mu       sync.Mutex
	last     map[int64]edit
	seen     []time.Duration
	n        int
	stale    int
	examples []string
	err      error
}

// take reserves a feature; false where another edit of it is looked for.
func (e *edits) take(busy map[int64]bool, id int64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if busy[id] {
		return false
	}
	busy[id] = true
	return true
}

func (e *edits) free(busy map[int64]bool, id int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(busy, id)
}

func (e *edits) failed(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.err = err
}

func (e *edits) report(r *Report) {
	r.Edits, r.Stale, r.Seen = e.n, e.stale, sum(e.seen)
	r.Examples = e.examples
}

// editors begin edits at the pace that is asked for until the time is over,
// and look for each.
func (s *soak) editors(ctx, until context.Context) {
	pause := time.Duration(float64(time.Second) / s.EditsPerSecond)
	rng := rand.New(rand.NewPCG(3, 3))
	busy := map[int64]bool{}
	var group sync.WaitGroup
	defer group.Wait()
	begin := time.Now()
	for n := 1; sleepUntil(until, begin.Add(time.Duration(n)*pause)); n++ {
		at, value := s.somewhere(rng), fmt.Sprintf("edit %08d.", n)
		group.Go(func() {
			one, box, err := s.feature(ctx, at)
			if err != nil {
				s.edits.failed(err)
				return
			}
			if !s.edits.take(busy, one.id) {
				return
			}
			defer s.edits.free(busy, one.id)
			one.value = []byte(value)
			if err := s.edit(ctx, one, box); err != nil {
				s.edits.failed(err)
			}
		})
	}
}

// feature is the one that is nearest to a place, and its box in SRID 3857.
func (s *soak) feature(ctx context.Context, near place) (one edit, box spatial.Envelope, err error) {
	view := pgx.Identifier{"layers", s.Collection}.Sanitize()
	box.SRID = spatial.SRIDWebMercator
	err = s.Pool.QueryRow(ctx, `select id, st_x(p), st_y(p), st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)
		from (
			select id, st_transform(st_pointonsurface(geom), 4326) as p, st_envelope(st_transform(geom, 3857)) as box
			from `+view+`
			order by geom <-> st_transform(st_setsrid(st_makepoint($1, $2), 4326), (select st_srid(geom) from `+view+` limit 1))
			limit 1
		) q`, near.lon, near.lat).
		Scan(&one.id, &one.at.lon, &one.at.lat, &box.MinX, &box.MinY, &box.MaxX, &box.MaxY)
	return one, box, err
}

// edit sets the value and looks for it at every zoom until its time is over.
func (s *soak) edit(ctx context.Context, one edit, box spatial.Envelope) error {
	view, column := pgx.Identifier{"layers", s.Collection}.Sanitize(), pgx.Identifier{s.Property}.Sanitize()
	s.warmth.touch(box, time.Now())
	if _, err := s.Pool.Exec(ctx, `update `+view+` set `+column+` = $1 where id = $2`, string(one.value), one.id); err != nil {
		return fmt.Errorf("load: edit: %w", err)
	}
	committed := time.Now()
	s.warmth.touch(box, committed)
	client := Client{Address: s.Address}
	defer client.Close()
	statuses := map[int]int{}
	due, missing := committed.Add(s.Within), slices.Clone(checked)
	for {
		last := time.Now().After(due)
		missing = slices.DeleteFunc(missing, func(z uint32) bool { return s.shows(ctx, &client, one, z, statuses) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if last || len(missing) == 0 {
			break
		}
		sleepUntil(ctx, time.Now().Add(look))
	}
	s.note(one, time.Since(committed), missing, statuses)
	return nil
}

func (s *soak) note(one edit, took time.Duration, stale []uint32, statuses map[int]int) {
	s.edits.mu.Lock()
	s.edits.n++
	s.edits.last[one.id] = one
	if len(stale) == 0 {
		s.edits.seen = append(s.edits.seen, took)
	}
	s.edits.stale += len(stale)
	if len(stale) > 0 && len(s.edits.examples) < 5 {
		s.edits.examples = append(s.edits.examples, fmt.Sprintf("%q of feature %d is not on tile %v, nor at all of zooms %v, %v after its commit",
			one.value, one.id, one.at.tile(stale[0]), stale, took))
	}
	s.edits.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for status, n := range statuses {
		s.statuses[status] += n
	}
}

// shows reports whether the tile has the value. A server that refuses for now
// is asked again.
func (s *soak) shows(ctx context.Context, client *Client, one edit, z uint32, statuses map[int]int) bool {
	for {
		status, tile, err := client.Get(ctx, s.path(one.at.tile(z)))
		if err != nil {
			status = 0
		}
		if ctx.Err() != nil {
			return false
		}
		statuses[status]++
		if status != 503 {
			return status == 200 && bytes.Contains(tile, one.value)
		}
		if !sleepUntil(ctx, time.Now().Add(10*look)) {
			return false
		}
	}
}

// verify looks for the last edit of every feature, once nobody edits any more.
func (s *soak) verify(ctx context.Context, r *Report) error {
	if s.edits.err != nil {
		return s.edits.err
	}
	client := Client{Address: s.Address}
	defer client.Close()
	statuses := map[int]int{}
	for _, id := range slices.Sorted(maps.Keys(s.edits.last)) {
		one := s.edits.last[id]
		for _, z := range checked {
			if s.shows(ctx, &client, one, z, statuses) {
				continue
			}
			r.Lost++
			if len(r.Examples) < 10 {
				r.Examples = append(r.Examples, fmt.Sprintf("%q of feature %d is not on %v in the end", one.value, id, one.at.tile(z)))
			}
		}
	}
	for status, n := range statuses {
		r.Statuses[status] += n
	}
	return ctx.Err()
}
