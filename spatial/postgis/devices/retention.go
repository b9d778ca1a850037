package devices

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

// Retention says how many days the history of a kind of device is kept. Nil follows
// the server's settings, 0 keeps all.
type Retention struct {
	Kind         live.Kind
	PositionDays *int
	ReadingDays  *int
}

// Retentions returns the rules by kind.
func (d *Store) Retentions(ctx context.Context) ([]Retention, error) { return retentions(ctx, d.db) }

func retentions(ctx context.Context, db *postgis.DB) ([]Retention, error) {
	const op = "postgis: read retention"
	found, err := db.Pool.Query(ctx, queryRetentionList)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	rules, err := pgx.CollectRows(found, pgx.RowToStructByPos[Retention])
	return rules, postgis.Wrap(ctx, op, err)
}

// SetRetention makes or changes the rule of a kind; invalid for a kind that cannot
// be, and days below 0 or above 36500. Servers follow within an hour.
func (d *Store) SetRetention(ctx context.Context, r Retention, by string) error {
	const op = "postgis: set retention"
	if !live.ValidKind(string(r.Kind)) {
		return spatial.Invalid(op, fmt.Sprintf("%q is no kind of device.", r.Kind))
	}
	_, err := d.db.Pool.Exec(ctx, queryRetentionPut, r.Kind, r.PositionDays, r.ReadingDays, by)
	return postgis.Wrap(ctx, op, err)
}

// RemoveRetention takes the rule of a kind away; not_found without one.
func (d *Store) RemoveRetention(ctx context.Context, kind live.Kind) error {
	const op = "postgis: remove retention"
	tag, err := d.db.Pool.Exec(ctx, queryRetentionRemove, kind)
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound(op, "This kind has no rule.")
	}
	return postgis.Wrap(ctx, op, err)
}

// series is one of the two histories.
type series struct {
	name         string
	drop, forget string // queries
	standard     int    // days where no rule says otherwise, 0 for all
	rule         func(*Retention) *int
}

// Keep makes the partitions of today and tomorrow, so that midnight costs nothing, and
// drops those that no rule keeps any more. Of devices whose kind is kept shorter than
// others what is too old is deleted, once a day and when a rule has changed.
func (h *History) Keep(ctx context.Context) error {
	now := h.cfg.Now().UTC()
	for _, query := range []string{queryPositionDay, queryReadingDay} {
		for _, at := range []time.Time{now, now.Add(24 * time.Hour)} {
			if err := h.ensure(ctx, query, at); err != nil {
				return err
			}
		}
	}
	rules, err := retentions(ctx, h.db)
	if err != nil {
		return err
	}
	today := now.Truncate(24 * time.Hour)
	deeds := fmt.Sprint(today.Unix())
	for i := range rules {
		deeds += fmt.Sprint(" ", rules[i].Kind, days(rules[i].PositionDays, -1), days(rules[i].ReadingDays, -1))
	}
	h.mu.Lock()
	single := h.kept != deeds
	h.mu.Unlock()
	for _, s := range []series{
		{name: "positions", drop: queryPositionsDrop, forget: queryPositionsForget, standard: h.cfg.PositionDays,
			rule: func(r *Retention) *int { return r.PositionDays }},
		{name: "readings", drop: queryReadingsDrop, forget: queryReadingsForget, standard: h.cfg.ReadingDays,
			rule: func(r *Retention) *int { return r.ReadingDays }},
	} {
		if err := h.shorten(ctx, s, rules, today, single); err != nil {
			return err
		}
	}
	h.mu.Lock()
	h.kept = deeds
	h.mu.Unlock()
	return nil
}

func days(rule *int, standard int) int {
	if rule == nil {
		return standard
	}
	return *rule
}

// shorten drops the days of a series that no rule keeps and, where single says so,
// deletes what is too old of kinds that are kept shorter than others.
func (h *History) shorten(ctx context.Context, s series, rules []Retention, today time.Time, single bool) error {
	ofKind := make(map[live.Kind]int, len(rules))
	longest := s.standard
	for i := range rules {
		n := days(s.rule(&rules[i]), s.standard)
		ofKind[rules[i].Kind] = n
		if n == 0 || longest != 0 && n > longest {
			longest = n
		}
	}
	if longest > 0 {
		var dropped int
		if err := h.db.Pool.QueryRow(ctx, s.drop, today.AddDate(0, 0, -longest)).Scan(&dropped); err != nil {
			return postgis.Wrap(ctx, "postgis: drop days", err)
		}
		if dropped > 0 {
			h.forgetDays()
			h.log.InfoContext(ctx, "days of device history are dropped", "series", s.name, "days", dropped)
		}
	}
	if !single || len(rules) == 0 {
		return nil
	}
	devices, err := NewStore(h.db).Devices(ctx)
	if err != nil {
		return err
	}
	var forgotten int64
	for i := range devices {
		n, ruled := ofKind[devices[i].Kind]
		if !ruled {
			n = s.standard
		}
		if n == 0 || n == longest {
			continue
		}
		tag, err := h.db.Pool.Exec(ctx, s.forget, devices[i].ID, today.AddDate(0, 0, -n))
		if err != nil {
			return postgis.Wrap(ctx, "postgis: forget "+s.name, err)
		}
		forgotten += tag.RowsAffected()
	}
	if forgotten > 0 {
		h.log.InfoContext(ctx, "old device history is deleted", "series", s.name, "rows", forgotten)
	}
	return nil
}
