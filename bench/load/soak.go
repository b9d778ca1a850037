package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/tiles"
)

// Soak describes visitors who look at tiles of a collection while editors
// change it in SQL. Places are those of features, so that what is edited is
// also looked at.
type Soak struct {
	Address    string // host:port of the server
	Pool       *pgxpool.Pool
	Collection string // with integer ids, read without a key
	Property   string // of text, which every edit sets to a value of its own

	Visitors          int     // connections
	RequestsPerSecond float64 // of all visitors together, unless the server is slower
	EditsPerSecond    float64
	WarmUp, Duration  time.Duration // visits count after the former, for the latter
	Within            time.Duration // an edit has to show by then
	Towns             int           // around which people look and edit
}

// zooms says how often visitors look at each.
var zooms = []struct {
	zoom   uint32
	weight int
}{{8, 2}, {9, 2}, {10, 4}, {11, 4}, {12, 10}, {13, 15}, {14, 25}, {15, 20}, {16, 13}, {17, 5}}

// checked are the zooms whose tiles have to show an edit's value: those at
// which each feature is there itself with all of its properties.
var checked = []uint32{14, 15, 17}

// soak is one at work.
type soak struct {
	Soak
	towns  []place
	warmth *warmth
	edits  edits

	mu       sync.Mutex
	samples  []sample
	statuses map[int]int
}

// Run soaks the server until the time is over or the context ends, and then
// looks once more whether every edit is there.
func (s Soak) Run(ctx context.Context) (Report, error) {
	all := make([]uint32, 0, len(zooms))
	for _, z := range zooms {
		all = append(all, z.zoom)
	}
	run := &soak{Soak: s, warmth: newWarmth(all), statuses: map[int]int{}}
	run.edits.last = map[int64]edit{}
	if err := run.settleTowns(ctx); err != nil {
		return Report{}, err
	}
	begin := time.Now()
	until, cancel := context.WithDeadline(ctx, begin.Add(s.WarmUp+s.Duration))
	defer cancel()
	var group sync.WaitGroup
	for i := range s.Visitors {
		group.Go(func() { run.visit(until, uint64(i), begin.Add(s.WarmUp)) })
	}
	group.Go(func() { run.editors(ctx, until) })
	group.Wait()
	if err := ctx.Err(); err != nil {
		return Report{}, err
	}
	report := Report{Statuses: run.statuses}
	report.visits(run.samples)
	run.edits.report(&report)
	err := run.verify(ctx, &report)
	return report, err
}

// settleTowns picks the places from the features.
func (s *soak) settleTowns(ctx context.Context) error {
	view := pgx.Identifier{"layers", s.Collection}.Sanitize()
	rng := rand.New(rand.NewPCG(1, 1))
	for range s.Towns {
		var at place
		err := s.Pool.QueryRow(ctx, `with ends as (select min(id) as first, max(id) as last from `+view+`)
			select st_x(p), st_y(p)
			from (
				select st_transform(st_pointonsurface(geom), 4326) as p
				from `+view+`
				where id >= (select first + floor((last - first) * $1)::bigint from ends)
				order by id
				limit 1
			) q`, rng.Float64()).Scan(&at.lon, &at.lat)
		if err != nil {
			return fmt.Errorf("load: places of %s: %w", s.Collection, err)
		}
		s.towns = append(s.towns, at)
	}
	return nil
}

// somewhere is a place around a town, most within a kilometre.
func (s *soak) somewhere(rng *rand.Rand) place {
	const kilometre = 0.009 // degrees
	town := s.towns[rng.IntN(len(s.towns))]
	return place{town.lon + rng.NormFloat64()*kilometre, town.lat + rng.NormFloat64()*kilometre}
}

func someZoom(rng *rand.Rand) uint32 {
	total := 0
	for _, z := range zooms {
		total += z.weight
	}
	at := rng.IntN(total)
	for _, z := range zooms {
		if at -= z.weight; at < 0 {
			return z.zoom
		}
	}
	return 0
}

// visit is one person who looks at one tile after the other, with the
// encodings of a browser.
func (s *soak) visit(ctx context.Context, seed uint64, from time.Time) {
	rng := rand.New(rand.NewPCG(2, seed))
	client := Client{Address: s.Address, Header: "Accept-Encoding: gzip, deflate, br, zstd\r\n"}
	defer client.Close()
	pause := time.Duration(float64(s.Visitors) / s.RequestsPerSecond * float64(time.Second))
	var samples []sample
	statuses := map[int]int{}
	for next := time.Now().Add(rand.N(pause)); sleepUntil(ctx, next); next = maxTime(next.Add(pause), time.Now()) {
		at := s.somewhere(rng).tile(someZoom(rng))
		warm, began := s.warmth.has(at), time.Now()
		status, _, err := client.Get(ctx, s.path(at))
		if ctx.Err() != nil {
			break
		}
		took := time.Since(began)
		if err != nil {
			status = 0
		}
		statuses[status]++
		if status == 200 || status == 204 {
			s.warmth.fetch(at, began)
		}
		// An edit that came meanwhile may have taken the tile away.
		if began.After(from) {
			samples = append(samples, sample{at.Z, warm && s.warmth.has(at), took})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.samples = append(s.samples, samples...)
	for status, n := range statuses {
		s.statuses[status] += n
	}
}

func (s *soak) path(at tiles.Coord) string {
	return "/tiles/" + s.Collection + "/" + at.String() + ".mvt"
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wait.C:
		return ctx.Err() == nil
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
