package imports

import (
	"bufio"
	"context"
	"io"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"gisd/spatial/postgis/sql"
)

// keep makes the version's table and fills it with what stays as it is: by COPY out
// of the merge's session into one that makes the table, which leaves the rows
// frozen. Rows of an INSERT are marked by whoever reads them next, and with
// checksums the first mark of a page writes all of it to the WAL: the indexes
// waited for that longer than the rows took. Frozen rows are seen by the
// merge's snapshot, too.
func (m *merger) keep(ctx context.Context) (kept int64, err error) {
	writer, err := m.g.sink.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = writer.Close(context.WithoutCancel(ctx)) }()
	rows, out := io.Pipe()
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		kept, err = m.receive(ctx, writer, rows)
		_ = rows.CloseWithError(err)
		return err
	})
	work.Go(func() error {
		buffered := bufio.NewWriterSize(out, 256<<10)
		text, _ := sql.Concat(sql.Lit("copy (select "), sql.List(m.heldRow()...), sql.Lit("\nfrom "), m.base, sql.Lit(" c"), m.unlessChanged(),
			sql.Lit(") to stdout with (format binary)")).Build()
		_, err := m.tx.Conn().PgConn().CopyTo(ctx, buffered, text)
		if err == nil {
			err = buffered.Flush()
		}
		_ = out.CloseWithError(err)
		return err
	})
	return kept, work.Wait()
}

func (m *merger) receive(ctx context.Context, conn *pgx.Conn, rows io.Reader) (n int64, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("create table "), m.next, sql.Lit(" ("),
			tableColumns(m.p.Version, m.p.Base.IDKind, m.p.Dimensions, m.g.srid),
			sql.Lit(",\n  revision bigint not null default 1,\n  recorded_at timestamptz not null default now(),\n  changed_by text not null"), unwatched))
		if err != nil {
			return err
		}
		text, _ := sql.Concat(sql.Lit("copy "), m.next, m.rowColumns(), sql.Lit(" from stdin with (format binary, freeze)")).Build()
		tag, err := conn.PgConn().CopyFrom(ctx, rows, text)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}
