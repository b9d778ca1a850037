package incidents

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live/incident"
	"gisd/spatial/postgis"
)

// Follower hears of incidents within the transaction that changes them.
type Follower interface {
	Changed(ctx context.Context, tx pgx.Tx, i *incident.Incident, entries []incident.Entry) error
}

// Store keeps incidents. It is safe for goroutines.
type Store struct {
	db        *postgis.DB
	followers []Follower
}

// NewStore returns the store in the database; what changes in it, followers hear of.
func NewStore(db *postgis.DB, followers ...Follower) *Store { return &Store{db, followers} }

const noIncident = "There is no such incident."

// Incident is one of them; not_found without it.
func (s *Store) Incident(ctx context.Context, id int64) (*incident.Incident, error) {
	const op = "postgis: read incident"
	i, err := one(ctx, s.db.Pool, queryOne, id)
	if err != nil {
		return nil, postgis.WrapAbsent(ctx, op, noIncident, err)
	}
	return i, nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func one(ctx context.Context, q querier, statement string, arg any) (*incident.Incident, error) {
	rows, err := q.Query(ctx, statement, arg)
	if err != nil {
		return nil, err
	}
	i, err := pgx.CollectExactlyOneRow(rows, scan)
	return &i, err
}

func scan(row pgx.CollectableRow) (incident.Incident, error) {
	i, err := pgx.RowToStructByPos[incident.Incident](row)
	for _, t := range []*time.Time{&i.OccurredAt, &i.LastAt, &i.OpenedAt, &i.ChangedAt} {
		*t = t.UTC()
	}
	return i, err
}

// Incidents lists incidents, those opened last first.
func (s *Store) Incidents(ctx context.Context, q incident.Query) ([]incident.Incident, error) {
	const op = "postgis: list incidents"
	states, severities := make([]string, len(q.States)), make([]string, len(q.Severities))
	for n, state := range q.States {
		states[n] = string(state)
	}
	for n, severity := range q.Severities {
		severities[n] = string(severity)
	}
	var box []float64
	if b := q.BBox; b != nil {
		box = []float64{b.MinX, b.MinY, b.MaxX, b.MaxY}
	}
	rows, err := s.db.Pool.Query(ctx, queryList, states, severities, q.Assignee, q.Device, q.Rule,
		postgis.OrNil(q.Since, !q.Since.IsZero()), postgis.OrNil(q.Before, !q.Before.IsZero()), box, q.Limit)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, scan)
	return list, postgis.Wrap(ctx, op, err)
}

// Timeline lists entries of an incident behind one of them, 0 being the beginning, the
// oldest first.
func (s *Store) Timeline(ctx context.Context, id, behind int64, limit int) ([]incident.Entry, error) {
	const op = "postgis: read timeline"
	rows, err := s.db.Pool.Query(ctx, queryTimeline, id, behind, limit)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e incident.Entry, err error) {
		var detail []byte
		if err := row.Scan(&e.Seq, &e.At, &e.By, &e.Kind, &detail); err != nil {
			return e, err
		}
		e.At = e.At.UTC()
		return e, json.Unmarshal(detail, &e.Detail)
	})
	return list, postgis.Wrap(ctx, op, err)
}

// Open keeps what a person reports, in a new incident or folded into the active one of
// that name, and says which. Errors: invalid.
func (s *Store) Open(ctx context.Context, r *incident.Report, a spatial.Access) (i *incident.Incident, opened bool, err error) {
	const op = "postgis: open incident"
	if err := r.Validate(); err != nil {
		return nil, false, err
	}
	err = s.change(ctx, op, func(tx pgx.Tx) error {
		if err := mayHave(ctx, tx, r.Assignee); err != nil {
			return err
		}
		first, entry := incident.Reported(r, a.Subject, now())
		i, opened, err = insert(ctx, tx, first)
		if err != nil {
			return err
		}
		if !opened {
			entry = i.ReportAgain(r, a.Subject, now())
			if err := save(ctx, tx, i); err != nil {
				return err
			}
		}
		if err := s.write(ctx, tx, i, entry); err != nil {
			return err
		}
		return audit(ctx, tx, a, "incident.open", i.ID, map[string]any{"title": r.Title, "folded": !opened})
	})
	return i, opened, err
}

// now has the microseconds that the database has.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// insert opens an incident, or returns the active one of its key, held for the
// transaction.
func insert(ctx context.Context, tx pgx.Tx, i incident.Incident) (*incident.Incident, bool, error) {
	for {
		err := tx.QueryRow(ctx, queryOpen, postgis.OrNil(i.Key, i.Key != ""), i.Title, i.Description, i.Severity, i.Certainty, i.Events, i.Rule, i.Collection,
			i.Fence, i.Device, i.Other, i.Lon, i.Lat, i.Assignee, i.OccurredAt, i.LastAt, i.OpenedBy, i.OpenedAt).Scan(&i.ID)
		if err == nil {
			return &i, true, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return nil, false, err
		}
		active, err := one(ctx, tx, queryActive, i.Key)
		if !errors.Is(err, pgx.ErrNoRows) {
			return active, false, err
		}
		// It was resolved between the two statements.
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
	}
}

// Change changes an incident that has this revision, and returns it. Errors: not_found,
// stale for another revision, invalid, conflict.
func (s *Store) Change(ctx context.Context, id, revision int64, c incident.Change, a spatial.Access) (i *incident.Incident, err error) {
	const op = "postgis: change incident"
	err = s.change(ctx, op, func(tx pgx.Tx) error {
		if i, err = one(ctx, tx, queryHold, id); err != nil {
			return postgis.WrapAbsent(ctx, op, noIncident, err)
		}
		if i.Revision != revision {
			return &spatial.Error{Code: spatial.CodeStale, Op: op,
				Message: fmt.Sprintf("The incident is not as you know it: %s changed it. Read it again.", i.ChangedBy)}
		}
		before := i.State
		entries, err := i.Apply(c, a.Subject, now())
		if err != nil || len(entries) == 0 {
			return err
		}
		if c.Assignee != nil {
			if err := mayHave(ctx, tx, *c.Assignee); err != nil {
				return err
			}
		}
		if err := alone(ctx, tx, i, before); err != nil {
			return err
		}
		if err := save(ctx, tx, i); err != nil {
			return err
		}
		if err := s.write(ctx, tx, i, entries...); err != nil {
			return err
		}
		kinds := make([]incident.EntryKind, len(entries))
		for n := range entries {
			kinds[n] = entries[n].Kind
		}
		return audit(ctx, tx, a, "incident.change", id, map[string]any{"what": kinds, "state": i.State})
	})
	return i, err
}

// alone fails where the incident becomes active again beside another one of its key.
func alone(ctx context.Context, tx pgx.Tx, i *incident.Incident, before incident.State) error {
	if i.Key == "" || before.Active() || !i.State.Active() {
		return nil
	}
	other, err := one(ctx, tx, queryActive, i.Key)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return &spatial.Error{Code: spatial.CodeConflict, Op: "postgis: change incident",
		Message: fmt.Sprintf("The same was reported since and is incident %d; go on with that one.", other.ID)}
}

// Comment writes into the timeline of an incident, whatever its state.
func (s *Store) Comment(ctx context.Context, id int64, text string, a spatial.Access) (i *incident.Incident, err error) {
	const op = "postgis: comment on incident"
	err = s.change(ctx, op, func(tx pgx.Tx) error {
		if i, err = one(ctx, tx, queryHold, id); err != nil {
			return postgis.WrapAbsent(ctx, op, noIncident, err)
		}
		entries, err := i.Apply(incident.Change{Comment: text}, a.Subject, now())
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := save(ctx, tx, i); err != nil {
			return err
		}
		if err := s.write(ctx, tx, i, entries...); err != nil {
			return err
		}
		return audit(ctx, tx, a, "incident.comment", id, map[string]any{})
	})
	return i, err
}

// mayHave fails for a name that incidents are not given to.
func mayHave(ctx context.Context, tx pgx.Tx, name string) error {
	if name == "" {
		return nil
	}
	var is bool
	if err := tx.QueryRow(ctx, queryOperator, name).Scan(&is); err != nil {
		return err
	}
	if !is {
		return spatial.Invalid("postgis: change incident", "The incident is not valid.",
			spatial.FieldError{Name: "assignee", Reason: "names nobody with the role operator or admin"})
	}
	return nil
}

func save(ctx context.Context, tx pgx.Tx, i *incident.Incident) error {
	_, err := tx.Exec(ctx, querySave, i.ID, i.Revision, i.Title, i.Description, i.Severity, i.State, i.Certainty, i.Events, i.Lon, i.Lat, i.Assignee,
		i.LastAt, i.ChangedBy, i.ChangedAt)
	return err
}

// write keeps what became of an incident, which is kept already, and tells of it.
func (s *Store) write(ctx context.Context, tx pgx.Tx, i *incident.Incident, entries ...incident.Entry) error {
	for n := range entries {
		e := &entries[n]
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return fmt.Errorf("postgis: entry of a timeline: %w", err)
		}
		if err := tx.QueryRow(ctx, queryEntry, i.ID, e.At, e.By, e.Kind, detail).Scan(&e.Seq); err != nil {
			return err
		}
	}
	for _, f := range s.followers {
		if err := f.Changed(ctx, tx, i, entries); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) change(ctx context.Context, op string, do func(pgx.Tx) error) error {
	return postgis.Wrap(ctx, op, pgx.BeginFunc(ctx, s.db.Pool, do))
}

func audit(ctx context.Context, tx pgx.Tx, a spatial.Access, action string, id int64, detail map[string]any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("postgis: audit: %w", err)
	}
	_, err = tx.Exec(ctx, queryAudit, a.Subject, action, "incident:"+strconv.FormatInt(id, 10), text)
	return err
}
