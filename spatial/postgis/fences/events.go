package fences

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/internal/sleep"
	"gisd/spatial/live/fence"
	"gisd/spatial/postgis"
)

// name is what an event is told apart by.
type name struct {
	rule, device, fence, other string
	kind                       fence.Kind
	at                         int64
}

// Record implements fence.Source. Followers hear of what is new in it, in the order of
// the times of the fixes.
func (s *Store) Record(ctx context.Context, events []fence.Event) error {
	const op = "postgis: record events"
	last := make(map[name]int, len(events))
	for i := range events {
		last[nameOf(&events[i])] = i
	}
	n := len(last)
	var rules, devices, collections, fences, others, kinds, roads, states = make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n),
		make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	at, since := make([]time.Time, 0, n), make([]time.Time, 0, n)
	lon, lat, value := make([]float64, 0, n), make([]float64, 0, n), make([]*float64, 0, n)
	corrections := make([]bool, 0, n)
	for i := range events {
		e := &events[i]
		if last[nameOf(e)] != i {
			continue
		}
		rules, devices, collections = append(rules, e.Rule), append(devices, e.Device), append(collections, e.Collection)
		fences, others, kinds, roads = append(fences, e.Fence), append(others, e.Other), append(kinds, string(e.Kind)), append(roads, e.Road)
		at, since, states = append(at, e.At), append(since, e.Since), append(states, string(e.Status))
		lon, lat, corrections = append(lon, e.Lon), append(lat, e.Lat), append(corrections, e.Correction)
		value = append(value, e.Measured())
	}
	args := []any{rules, devices, collections, fences, others, kinds, at, since, lon, lat, value, roads, states, corrections}
	return postgis.Wrap(ctx, op, pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		fresh, err := written(ctx, tx, args)
		if err != nil || len(fresh) == 0 {
			return err
		}
		told := make([]fence.Event, len(fresh))
		for i, n := range fresh {
			told[i] = events[last[n]]
		}
		slices.SortStableFunc(told, func(a, b fence.Event) int { return a.At.Compare(b.At) })
		for _, f := range s.followers {
			if err := f.Recorded(ctx, tx, told); err != nil {
				return err
			}
		}
		return nil
	}))
}

// written writes events and returns the names of those that say something new.
func written(ctx context.Context, tx pgx.Tx, args []any) ([]name, error) {
	rows, err := tx.Query(ctx, queryEventsWrite, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n name, err error) {
		var at time.Time
		err = row.Scan(&n.rule, &n.device, &n.fence, &n.other, &n.kind, &at)
		n.at = at.UnixMicro()
		return n, err
	})
}

func nameOf(e *fence.Event) name {
	return name{e.Rule, e.Device, e.Fence, e.Other, e.Kind, e.At.UnixMicro()}
}

// Events lists events, the newest first.
func (s *Store) Events(ctx context.Context, w fence.EventQuery) ([]fence.Event, error) {
	const op = "postgis: read events"
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	moment := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	rows, err := s.db.Pool.Query(ctx, queryEvents, text(w.Rule), text(w.Device), moment(w.Since), moment(w.Before), w.Limit)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e fence.Event, err error) {
		var value *float64
		err = row.Scan(&e.Rule, &e.Collection, &e.Fence, &e.Device, &e.Other, &e.Kind, &e.At, &e.Since, &e.Lon, &e.Lat, &value, &e.Road, &e.Status, &e.Correction)
		if value != nil {
			e.Value, e.HasValue = *value, true
		}
		e.At, e.Since = e.At.UTC(), e.Since.UTC()
		return e, err
	})
	return list, postgis.Wrap(ctx, op, err)
}

// KeepEvents deletes events that are older, once an hour, until the context ends.
func (s *Store) KeepEvents(ctx context.Context, age time.Duration) error {
	for ctx.Err() == nil {
		if _, err := s.db.Pool.Exec(ctx, queryEventsPrune, time.Now().Add(-age)); err != nil && ctx.Err() == nil {
			s.db.Log.WarnContext(ctx, "old events of devices are not deleted", "error", err)
		}
		_ = sleep.For(ctx, time.Hour)
	}
	return nil
}
