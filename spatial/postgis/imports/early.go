package imports

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"gisd/spatial/postgis"
)

// mostEarly bounds the connections that are open before they are needed.
const mostEarly = 4

// dialled is the outcome of opening a session.
type dialled struct {
	conn *pgx.Conn
	err  error
}

// openEarly opens a session for loading while its import looks at the source:
// signing in, the first look at the catalogue and PostGIS's library take a
// backend some tens of milliseconds. The next session that is asked for is this
// one; drop closes it where none was.
func (s *Sink) openEarly(ctx context.Context) (drop func()) {
	opening := make(chan dialled, 1)
	select {
	case s.early <- opening:
	default:
		return func() {}
	}
	go func() {
		conn, err := s.connect(ctx)
		if err == nil {
			if _, err = conn.Exec(ctx, queryWarm); err != nil {
				err = errors.Join(postgis.Wrap(ctx, "postgis: import session", err), conn.Close(context.WithoutCancel(ctx)))
			}
		}
		opening <- dialled{conn, err}
	}()
	return func() {
		select {
		case opening := <-s.early:
			if d := <-opening; d.err == nil {
				_ = d.conn.Close(context.WithoutCancel(ctx))
			}
		default:
		}
	}
}

// open takes a session that was opened early, or opens one.
func (s *Sink) open(ctx context.Context) (*pgx.Conn, error) {
	select {
	case opening := <-s.early:
		if d := <-opening; d.err == nil { // which ends with the context that it was opened in
			return d.conn, nil
		}
	default:
	}
	return s.connect(ctx)
}
