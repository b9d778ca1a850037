package postgis

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/internal/sleep"
)

// KeepTrying works on a connection of its own until the context ends: when the work
// fails, on another one after a pause that grows. The trouble is what the log then
// says.
func (db *DB) KeepTrying(ctx context.Context, trouble string, work func(context.Context, *pgx.Conn) error) {
	const first, last = 100 * time.Millisecond, 5 * time.Second
	wait := first
	for ctx.Err() == nil {
		started := time.Now()
		err := db.connected(ctx, work)
		if ctx.Err() != nil {
			return
		}
		if time.Since(started) > last {
			wait = first
		}
		db.Log.WarnContext(ctx, trouble, "error", err, "retry_ms", wait.Milliseconds())
		if sleep.For(ctx, wait+rand.N(wait)) != nil {
			return
		}
		wait = min(2*wait, last)
	}
}

func (db *DB) connected(ctx context.Context, work func(context.Context, *pgx.Conn) error) error {
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	return work(ctx, conn)
}
