package incidents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

// Recorded opens incidents for events that are new or changed, within the transaction
// that records them: an event that is recorded has its incident.
func (s *Store) Recorded(ctx context.Context, tx pgx.Tx, events []fence.Event) error {
	rules, err := calls(ctx, tx, events)
	if err != nil {
		return fmt.Errorf("postgis: read rules of incidents: %w", err)
	}
	known, err := known(ctx, tx, events)
	if err != nil {
		return fmt.Errorf("postgis: read incidents of events: %w", err)
	}
	for n := range events {
		e := &events[n]
		var err error
		switch id, rule := known[n], rules[e.Rule]; {
		case id != 0:
			err = s.retell(ctx, tx, id, e)
		case rule != nil && e.Status != fence.Withdrawn:
			err = s.take(ctx, tx, rule, e)
		}
		if err != nil {
			return fmt.Errorf("postgis: incident of an event: %w", err)
		}
	}
	return nil
}

// calls are the rules of these events that open incidents.
func calls(ctx context.Context, tx pgx.Tx, events []fence.Event) (map[string]*fence.Definition, error) {
	var ids []string
	for n := range events {
		ids = append(ids, events[n].Rule)
	}
	rows, err := tx.Query(ctx, queryCalls, ids)
	if err != nil {
		return nil, err
	}
	rules := map[string]*fence.Definition{}
	var id string
	var text []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &text}, func() error {
		d := &fence.Definition{}
		if err := json.Unmarshal(text, d); err != nil {
			return err
		}
		d.ID = id
		rules[id] = d
		return nil
	})
	return rules, err
}

// known are the incidents that know these events, 0 for none.
func known(ctx context.Context, tx pgx.Tx, events []fence.Event) ([]int64, error) {
	n := len(events)
	rules, devices, fences, others, kinds, at := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]time.Time, n)
	for i := range events {
		e := &events[i]
		rules[i], devices[i], fences[i], others[i], kinds[i], at[i] = e.Rule, e.Device, e.Fence, e.Other, string(e.Kind), e.At
	}
	rows, err := tx.Query(ctx, queryKnown, rules, devices, fences, others, kinds, at)
	if err != nil {
		return nil, err
	}
	incidents := make([]int64, n)
	var number, id int64
	_, err = pgx.ForEachRow(rows, []any{&number, &id}, func() error {
		incidents[number-1] = id
		return nil
	})
	return incidents, err
}

// take opens an incident for an event that none knows, or folds it into the active
// one. What opens none and finds none leaves no trace.
func (s *Store) take(ctx context.Context, tx pgx.Tx, d *fence.Definition, e *fence.Event) error {
	opens := d.Opens(e.Kind)
	first, entry, err := incident.Opened(d, e, now())
	if err != nil {
		return err
	}
	var i *incident.Incident
	opened := false
	if opens {
		i, opened, err = insert(ctx, tx, first)
	} else {
		i, err = one(ctx, tx, queryActive, first.Key)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	if !opened {
		entry = i.Fold(d, e, now())
	}
	if err := link(ctx, tx, i.ID, e, opens); err != nil {
		return err
	}
	return s.settle(ctx, tx, i, entry)
}

// retell takes in what is told anew of an event.
func (s *Store) retell(ctx context.Context, tx pgx.Tx, id int64, e *fence.Event) error {
	i, err := one(ctx, tx, queryHold, id)
	if err != nil {
		return err
	}
	if err := link(ctx, tx, id, e, false); err != nil { // whether it opens stays as it is
		return err
	}
	return s.settle(ctx, tx, i, i.Retold(e, now()))
}

func link(ctx context.Context, tx pgx.Tx, id int64, e *fence.Event, opens bool) error {
	_, err := tx.Exec(ctx, queryLink, e.Rule, e.Device, e.Fence, e.Other, e.Kind, e.At, id, opens, e.Status)
	return err
}

// settle counts the events that stand, and keeps the incident with a further entry.
func (s *Store) settle(ctx context.Context, tx pgx.Tx, i *incident.Incident, entry incident.Entry) error {
	var standing incident.Standing
	if err := tx.QueryRow(ctx, queryStanding, i.ID).Scan(&standing.Provisional, &standing.Final); err != nil {
		return err
	}
	if i.Rule != "" {
		i.Weigh(standing)
	}
	if err := save(ctx, tx, i); err != nil {
		return err
	}
	return s.write(ctx, tx, i, entry)
}
