package devices

import (
	"context"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

var _ live.Tracks = (*Store)(nil)

// pageOfTrack is how many fixes are read at once.
const pageOfTrack = 2000

// Track implements live.Tracks: page by page, so that a caller who takes their time
// holds no connection.
func (d *Store) Track(ctx context.Context, q live.TrackQuery) iter.Seq2[live.Position, error] {
	return func(yield func(live.Position, error) bool) {
		after, last := q.First.Add(-time.Microsecond), q.Last
		if last.IsZero() {
			last = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
		}
		for {
			page, err := d.pageOfTrack(ctx, q, after, last)
			if err != nil {
				yield(live.Position{}, err)
				return
			}
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
			}
			if len(page) < pageOfTrack {
				return
			}
			after = page[len(page)-1].Time
		}
	}
}

func (d *Store) pageOfTrack(ctx context.Context, q live.TrackQuery, after, last time.Time) ([]live.Position, error) {
	const op = "postgis: read track"
	rows, err := d.db.Pool.Query(ctx, queryTrack, q.Device, after, last, q.Held, q.Attributes, pageOfTrack)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	page, err := pgx.CollectRows(rows, scanPosition)
	return page, postgis.Wrap(ctx, op, err)
}

// TrackRules returns the rules by kind.
func (d *Store) TrackRules(ctx context.Context) ([]live.TrackRule, error) {
	return d.trackRules(ctx, nil)
}

// TrackRule implements live.Tracks.
func (d *Store) TrackRule(ctx context.Context, kind live.Kind) (live.TrackRule, error) {
	found, err := d.trackRules(ctx, &kind)
	if err != nil || len(found) == 0 {
		return live.TrackRule{Kind: kind}, err
	}
	return found[0], nil
}

func (d *Store) trackRules(ctx context.Context, kind *live.Kind) ([]live.TrackRule, error) {
	const op = "postgis: read rules of tracks"
	rows, err := d.db.Pool.Query(ctx, queryTrackRules, kind)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[live.TrackRule])
	return found, postgis.Wrap(ctx, op, err)
}

// SetTrackRule makes or changes the rule of a kind; invalid names every fault. The next
// reader is held to it.
func (d *Store) SetTrackRule(ctx context.Context, r live.TrackRule, by string) error {
	if err := r.Validate(); err != nil {
		return err
	}
	_, err := d.db.Pool.Exec(ctx, queryTrackRulePut, r.Kind, append([]string{}, r.Purposes...), append([]spatial.Role{}, r.Readers...), by)
	return postgis.Wrap(ctx, "postgis: set rule of tracks", err)
}

// RemoveTrackRule takes the rule of a kind away; not_found without one.
func (d *Store) RemoveTrackRule(ctx context.Context, kind live.Kind) error {
	const op = "postgis: remove rule of tracks"
	tag, err := d.db.Pool.Exec(ctx, queryTrackRuleRemove, kind)
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound(op, "This kind has no rule.")
	}
	return postgis.Wrap(ctx, op, err)
}

// TrackRead is that somebody read a track.
type TrackRead struct {
	At            time.Time
	Actor         string // spatial.Access.Subject
	Purpose       string
	What          string // "track", "trips", "replay"
	Datetime      string // what was asked for, as on the wire
	RemoteAddress string
}

// TrackReads returns who read tracks of a device, the newest first.
func (d *Store) TrackReads(ctx context.Context, device string, since time.Time, limit int) ([]TrackRead, error) {
	const op = "postgis: read readers of tracks"
	rows, err := d.db.Pool.Query(ctx, queryTrackReads, "device:"+device, since, limit)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TrackRead])
	return found, postgis.Wrap(ctx, op, err)
}
