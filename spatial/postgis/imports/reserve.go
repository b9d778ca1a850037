package imports

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
)

// Reserve implements importers.Sink with advisory locks on a connection of their
// own, which go with it should this process die.
func (s *Sink) Reserve(ctx context.Context, claims []importers.Claim) (func(), error) {
	const op = "postgis: reserve collections"
	conn, err := s.db.Connect(ctx)
	if err != nil {
		return nil, err
	}
	drop := func() {}
	release := func() {
		drop()
		// Closing alone would leave the locks to whenever the other side notices.
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, err := conn.Exec(limited, queryReserveEnd)
		if err = errors.Join(err, conn.Close(limited)); err != nil && s.log != nil && ctx.Err() == nil {
			s.log.DebugContext(ctx, "the reservation of an import ended with its connection", "error", err)
		}
	}
	if err := reserve(ctx, conn, claims); err != nil {
		release()
		return nil, postgis.Wrap(ctx, op, err)
	}
	drop = s.openEarly(ctx)
	return release, nil
}

// reserve tries for a second: the session of a process that was killed may live
// on for a moment.
func reserve(ctx context.Context, conn *pgx.Conn, claims []importers.Claim) error {
	var all, created []string
	for _, c := range claims {
		all = append(all, c.Collection)
		if c.Mode == importers.ModeCreate {
			created = append(created, c.Collection)
		}
	}
	const op, tries = "postgis: begin import", 6
	for try := range tries {
		taken, err := collectionIDs(ctx, conn, queryReserve, all)
		if err != nil {
			return err
		}
		if len(taken) == 0 {
			break
		}
		if try == tries-1 {
			return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "another import into " + taken[0] + " is running"}
		}
		if _, err := conn.Exec(ctx, queryReserveEnd); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	there, err := collectionIDs(ctx, conn, queryExisting, created)
	if err == nil && len(there) > 0 {
		err = errExists(op, there[0])
	}
	return err
}

// errExists says that a collection cannot be created.
func errExists(op, collection string) error {
	return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "the collection " + collection + " exists; use --mode replace for a new version of it"}
}

func collectionIDs(ctx context.Context, conn *pgx.Conn, query string, of []string) ([]string, error) {
	if len(of) == 0 {
		return nil, nil
	}
	rows, err := conn.Query(ctx, query, of)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
