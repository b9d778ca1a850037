package imports

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
)

// CleanInterrupted drops what imports left behind whose process died: those
// marked running whose advisory lock nobody holds. Of those that died once they
// had published it points the views at what is current. The server calls it at
// each start, every import before it begins. Living imports are not touched.
func CleanInterrupted(ctx context.Context, db *postgis.DB, log *slog.Logger) error {
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return cleanInterrupted(ctx, conn, log)
}

// cleanInterrupted needs a session without locks: it would take imports for dead
// that live in it.
func cleanInterrupted(ctx context.Context, conn *pgx.Conn, log *slog.Logger) error {
	const op = "postgis: clean interrupted imports"
	rows, err := conn.Query(ctx, queryInterrupted)
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	for _, id := range ids {
		var free bool
		if err := conn.QueryRow(ctx, queryTryLock, id).Scan(&free); err != nil {
			return postgis.Wrap(ctx, op, err)
		}
		if !free {
			continue
		}
		if err := discard(ctx, conn, id, ending{state: "interrupted", reason: "the import was interrupted"}); err != nil {
			return postgis.Wrap(ctx, op, err)
		}
		if _, err := conn.Exec(ctx, queryUnlock, id); err != nil {
			return postgis.Wrap(ctx, op, err)
		}
		if log != nil {
			log.WarnContext(ctx, "dropped what an interrupted import left", "import", id)
		}
	}
	if err := collections.TidyAll(ctx, conn); err != nil && log != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "old versions remain", "error", err) // a reader keeps them, until the next import or start
	}
	return postgis.Wrap(ctx, op, ctx.Err())
}
