package fence_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/encoding/wkb"

	"gisd/internal/testdb"
	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

// oracle computes events by PostGIS, from tables of fixes and fences.
type oracle struct {
	t      *testing.T
	tx     pgx.Tx
	events string // testdata/events.sql
}

func newOracle(t *testing.T) *oracle {
	tx, err := testdb.DB(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(t.Context()) })
	text, err := os.ReadFile("testdata/events.sql")
	if err != nil {
		t.Fatal(err)
	}
	o := &oracle{t: t, tx: tx, events: string(text)}
	o.exec(`create temp table fix (device text, at bigint, geom geometry, speed float8, reading float8, primary key (device, at))`)
	o.exec(`create temp table fence (id text primary key, geom geometry, speed_limit float8)`)
	return o
}

func (o *oracle) exec(query string, args ...any) {
	o.t.Helper()
	if _, err := o.tx.Exec(o.t.Context(), query, args...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *oracle) fences(list []area) {
	o.t.Helper()
	o.exec("delete from fence")
	for _, f := range list {
		o.exec("insert into fence values ($1, st_geomfromwkb($2, 4326), $3)", f.id, wkb.MustMarshal(f.geometry), f.limit)
	}
	o.exec("create index if not exists fence_geom on fence using gist (geom)")
	o.exec("analyze fence")
}

func (o *oracle) fixes(list []live.Position) {
	o.t.Helper()
	o.exec("delete from fix")
	rows := make([][]any, len(list))
	for i, p := range list {
		rows[i] = []any{p.Device, p.Time.UnixMicro(), p.Lon, p.Lat, nullable(p.SpeedKMH), nullable(reading(p))}
	}
	o.exec("create temp table if not exists loaded (device text, at bigint, lon float8, lat float8, speed float8, reading float8)")
	o.exec("delete from loaded")
	if _, err := o.tx.CopyFrom(o.t.Context(), pgx.Identifier{"loaded"}, []string{"device", "at", "lon", "lat", "speed", "reading"},
		pgx.CopyFromRows(rows)); err != nil {
		o.t.Fatal(err)
	}
	o.exec("insert into fix select device, at, st_setsrid(st_makepoint(lon, lat), 4326), speed, reading from loaded")
	o.exec("analyze fix")
}

func nullable(m live.Measure) *float64 {
	if !m.Known {
		return nil
	}
	return &m.Value
}

// onPlane is a distance in metres on the plane that touches WGS 84 at a point.
const onPlane = `
create function pg_temp.on_plane(place geometry, shape geometry) returns float8 language sql immutable as $$
  select st_distance(
    st_scale(st_translate(shape, -st_x(place), -st_y(place)),
      6378137.0 / sqrt(1 - 0.00669437999014132 * sin(radians(st_y(place))) ^ 2) * cos(radians(st_y(place))) * pi() / 180,
      6378137.0 * (1 - 0.00669437999014132) / (1 - 0.00669437999014132 * sin(radians(st_y(place))) ^ 2) ^ 1.5 * pi() / 180),
    st_setsrid(st_makepoint(0, 0), 4326))
$$`

// each: where the fixes stand to each fence that they come into.
const each = `
create temp table seen as
select device || ' ' || id as part, at, prev as since_fix,
  case when st_covers(f.geom, p.geom) then 1
    when $1::float8 > 0 and st_dwithin(f.geom, p.geom, $1 / 80000) and pg_temp.on_plane(p.geom, f.geom) <= $1 then null
    else 0 end as stand
from (select *, lag(at) over (partition by device order by at) as prev from fix) p
join (
  select fence.*, device as visitor
  from (select distinct id, device from fence join fix on st_covers(fence.geom, fix.geom)) visits join fence using (id)
) f on f.visitor = p.device`

// together: where the fixes stand to all fences as one.
const together = `
create temp table seen as
select device || ' ' as part, at, lag(at) over (partition by device order by at) as since_fix,
  case when exists (select from fence where st_covers(fence.geom, fix.geom)) then 1
    when $1::float8 > 0 and exists (
      select from fence where st_dwithin(fence.geom, fix.geom, $1 / 80000) and pg_temp.on_plane(fix.geom, fence.geom) <= $1) then null
    else 0 end as stand
from fix`

// judged: where values stand to a limit. $1 limit, $2 release, $3 below.
const judged = `
create temp table seen as
select device || ' ' as part, at, lag(at) over (partition by device order by at) as since_fix,
  case when $3::boolean then case when value < bound then 1 when value >= bound + $2::float8 then 0 end
    else case when value > bound then 1 when value <= bound - $2 then 0 end end as stand
from (%s) valued`

// couples: where two devices stand to each other. $1 near, $2 far, $3 gap.
const couples = `
create temp table seen as
select a || ' ' || b as part, at, lag(at) over (partition by a, b order by at) as since_fix,
  case when meters <= $1::float8 then 1 when meters > $2::float8 then 0 end as stand
from (
  select pair.a, pair.b, pair.at, st_distance(p.geom::geography, q.geom::geography) as meters
  from (
    select distinct a.device as a, b.device as b, t.at
    from (select distinct device from fix) a
    join (select distinct device from fix) b on a.device < b.device
    join fix t on t.device in (a.device, b.device)
  ) pair
  cross join lateral (select * from fix where device = a and fix.at <= pair.at order by fix.at desc limit 1) p
  cross join lateral (select * from fix where device = b and fix.at <= pair.at order by fix.at desc limit 1) q
  where $3::bigint = 0 or pair.at - p.at <= $3 and pair.at - q.at <= $3
) apart`

const crossing = `
select device || ' ' || id as part, 'cross' as kind, at, before_at as since
from (
  select *, lag(at) over track as before_at, lag(geom) over track as before
  from fix
  window track as (partition by device order by at)
) way
join fence on st_intersects(fence.geom, st_makeline(way.before, way.geom))
where not st_covers(fence.geom, way.geom) and not st_covers(fence.geom, way.before)
  and ($1::bigint = 0 or at - before_at <= $1)`

// expect lists the events of a rule by what the tables hold.
func (o *oracle) expect(r *fence.Rule) []fact {
	o.t.Helper()
	o.exec("drop table if exists seen")
	o.exec("drop function if exists pg_temp.on_plane(geometry, geometry)")
	o.exec(onPlane)
	turns := []string{"enter", "exit"}
	switch {
	case r.Subject == fence.OnFence && r.Together:
		o.exec(together, r.HysteresisMeters)
	case r.Subject == fence.OnFence:
		o.exec(each, r.HysteresisMeters)
	case r.Subject == fence.OnProximity:
		turns = []string{"begin", "end"}
		o.exec(couples, r.WithinMeters, r.WithinMeters+r.HysteresisMeters, r.Gap.Microseconds())
	default:
		turns = []string{"begin", "end"}
		o.judge(r)
	}
	facts := o.read(o.events, r.Confirm.Microseconds(), r.Stay.Microseconds(), r.Every.Microseconds(), r.Gap.Microseconds(),
		r.Subject == fence.OnFence, r.Together, turns)
	if slices.Contains(r.Kinds, fence.Cross) {
		facts = append(facts, o.read(crossing, r.Gap.Microseconds())...)
	}
	facts = slices.DeleteFunc(facts, func(f fact) bool { return !slices.Contains(r.Kinds, f.Kind) })
	for i := range facts {
		facts[i].Rule = r.ID
	}
	if r.Schedule != nil {
		facts = o.scheduled(r, facts)
	}
	sortFacts(facts)
	return facts
}

func (o *oracle) judge(r *fence.Rule) {
	o.t.Helper()
	values := ""
	switch r.Subject {
	case fence.OnSpeed:
		values = "select device, at, speed as value, $1::float8 as bound from fix where speed is not null"
		if len(r.Fences) > 0 {
			values = fmt.Sprintf(`
			select device, at, speed as value, coalesce(speed_limit + $1::float8, 'infinity') as bound
			from fix left join lateral (
				select speed_limit from fence
				where st_dwithin(fence.geom, fix.geom, %[1]f / 80000) and pg_temp.on_plane(fix.geom, fence.geom) <= %[1]f
				order by pg_temp.on_plane(fix.geom, fence.geom), speed_limit limit 1
			) road on true
			where speed is not null`, r.WithinMeters)
		}
	case fence.OnReading:
		values = "select device, at, reading as value, $1::float8 as bound from fix where reading is not null"
	case fence.OnRate:
		values = fmt.Sprintf(`
			select device, at, (reading - before) / ((at - before_at) / 3600e6::float8) as value, $1::float8 as bound
			from (
				select *, lag(reading) over track as before, lag(at) over track as before_at
				from fix where reading is not null
				window track as (partition by device order by at)
			) pair
			where before is not null and (%[1]d = 0 or at - before_at <= %[1]d)`, r.Gap.Microseconds())
	}
	o.exec(fmt.Sprintf(judged, values), r.Limit, r.Release, r.Below)
}

func (o *oracle) read(query string, args ...any) []fact {
	o.t.Helper()
	rows, err := o.tx.Query(o.t.Context(), query, args...)
	if err != nil {
		o.t.Fatal(err)
	}
	facts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f fact, err error) {
		var part string
		err = row.Scan(&part, &f.Kind, &f.At, &f.Since)
		for i := range part {
			if part[i] == ' ' {
				f.Device, f.Fence = part[:i], part[i+1:]
			}
		}
		return f, err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return facts
}

// scheduled keeps what PostgreSQL's calendar finds within the windows.
func (o *oracle) scheduled(r *fence.Rule, facts []fact) []fact {
	o.t.Helper()
	var kept []fact
	for _, f := range facts {
		local := `(to_timestamp($1::float8 / 1e6) at time zone $2)`
		var day, minute int
		err := o.tx.QueryRow(o.t.Context(), `select extract(dow from `+local+`)::int, floor(extract(epoch from `+local+`::time) / 60)::int`,
			float64(f.At), r.Schedule.Zone.String()).Scan(&day, &minute)
		if err != nil {
			o.t.Fatal(err)
		}
		if slices.ContainsFunc(r.Schedule.Windows, func(w fence.Window) bool {
			if w.From < w.To {
				return w.Days[day] && minute >= w.From && minute < w.To
			}
			return w.Days[day] && minute >= w.From || w.Days[(day+6)%7] && minute < w.To
		}) {
			kept = append(kept, f)
		}
	}
	return kept
}

func at(seconds float64) time.Time {
	return time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration(math.Round(seconds*1e6)) * time.Microsecond)
}
