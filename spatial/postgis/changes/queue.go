package changes

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// Queue is the queue of what statements changed, whoever made them: triggers of
// the tables write it (migration 0007). Every follower gets every committed
// change once, in the order of positions. It is safe for goroutines.
type Queue struct {
	db   *postgis.DB
	cfg  Config
	wake chan struct{} // to the reader of the cluster
}

// Config sizes a Queue; zero values are defaults.
type Config struct {
	Poll time.Duration // looks without being told, in case an announcement is lost; 0 is 2 s
	Keep time.Duration // how long changes are kept; 0 is 1 h
}

// Announcements come together within this pause, which is shorter than that of
// the catalogue: somebody looks at the features.
const changedPause, changedLongest = 5 * time.Millisecond, 50 * time.Millisecond

// rowsAtOnce is how many changes are read at a time.
const rowsAtOnce = 2000

// NewQueue returns the queue in the database.
func NewQueue(db *postgis.DB, c Config) *Queue {
	if c.Poll <= 0 {
		c.Poll = 2 * time.Second
	}
	if c.Keep <= 0 {
		c.Keep = time.Hour
	}
	return &Queue{db: db, cfg: c, wake: make(chan struct{}, 1)}
}

// Follow calls take, from this goroutine, with what was committed since the last
// call: first with all that the queue still holds, then at each announcement
// and each poll, also when there is nothing. An error of take ends the
// connection; it is then called with the same changes again. Follow reconnects
// by itself and returns nil at the end of the context.
//
// Boxes are in the storage CRS of their version; a change whose version is gone
// is left out.
func (d *Queue) Follow(ctx context.Context, take func(context.Context, spatial.Changes) error) error {
	var position uint64
	d.db.KeepTrying(ctx, "changes of features are not heard of", func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, queryListen); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, queryOpen); err != nil {
			return err
		}
		var trimmed time.Time
		for {
			for more := true; more; {
				changes, full, err := d.read(ctx, conn, position)
				if err != nil {
					return err
				}
				if err := take(ctx, changes); err != nil {
					return err
				}
				position, more = changes.Position, full
			}
			d.nudge()
			if time.Since(trimmed) > d.cfg.Keep/16 {
				trimmed = time.Now()
				if _, err := d.trim(ctx, conn); err != nil {
					return err
				}
			}
			if err := postgis.AwaitAnnouncements(ctx, conn, d.cfg.Poll, changedPause, changedLongest); err != nil {
				return err
			}
		}
	})
	return nil
}

// read returns what lies behind the position; full says that there may be more.
func (d *Queue) read(ctx context.Context, conn *pgx.Conn, position uint64) (c spatial.Changes, full bool, err error) {
	if _, err := conn.Exec(ctx, queryNumber); err != nil {
		return c, false, err
	}
	if err := conn.QueryRow(ctx, queryState).Scan(&c.Position, &c.Forgotten, &c.Rebuilt); err != nil {
		return c, false, err
	}
	if position == c.Position {
		return c, false, nil
	}
	rows, err := conn.Query(ctx, queryRead, position, c.Position, rowsAtOnce)
	if err != nil {
		return c, false, err
	}
	var (
		one   spatial.Change
		srid  spatial.SRID
		boxes []float64
		last  uint64
		count int
	)
	_, err = pgx.ForEachRow(rows, []any{&one.Position, &one.Collection, &one.Version, &srid, &boxes, &one.Whole, &one.Derived}, func() error {
		count, last = count+1, one.Position
		if srid == 0 {
			return nil
		}
		change := one
		change.Boxes = envelopes(boxes, srid)
		c.List = append(c.List, change)
		return nil
	})
	if full = count == rowsAtOnce; full {
		c.Position = last
	}
	return c, full, err
}

// envelopes reads minx, miny, maxx, maxy of each box.
func envelopes(flat []float64, srid spatial.SRID) []spatial.Envelope {
	if len(flat) == 0 {
		return nil
	}
	boxes := make([]spatial.Envelope, 0, len(flat)/4)
	for i := 0; i+3 < len(flat); i += 4 {
		boxes = append(boxes, spatial.Envelope{SRID: srid, MinX: flat[i], MinY: flat[i+1], MaxX: flat[i+2], MaxY: flat[i+3]})
	}
	return boxes
}

func (d *Queue) trim(ctx context.Context, conn *pgx.Conn) (gone int64, err error) {
	err = conn.QueryRow(ctx, queryTrim, d.cfg.Keep).Scan(&gone)
	return gone, err
}

func (d *Queue) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}
