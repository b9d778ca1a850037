package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/sql"
)

// Sink makes versions of collections in the database. It is safe for use
// by many goroutines; each import has connections of its own.
type Sink struct {
	db     *postgis.DB
	log    *slog.Logger
	packer Packer
	early  chan chan dialled // sessions that are being opened
}

// Packer prepares a version that is complete and about to be published, so that
// its tiles are quick from the first one on. What it does not get to is no fault
// of the import: an error ends it, so only the end of ctx is one.
type Packer interface {
	Pack(ctx context.Context, c *spatial.Collection) error
}

// NewSink returns the sink of imports into db.
func NewSink(db *postgis.DB, log *slog.Logger) *Sink {
	return &Sink{db: db, log: log, early: make(chan chan dialled, mostEarly)}
}

// Packing has versions prepared by p before they are published.
func (s *Sink) Packing(p Packer) *Sink {
	with := *s
	with.packer = p
	return &with
}

// session is the connection that holds the advisory locks of one import, or of
// several that share their fate: who finds a running import whose lock is free
// knows that it died.
type session struct {
	conn  *pgx.Conn
	users int // stagings that are not closed
}

// staging is one import under way.
type staging struct {
	sink       *Sink
	session    *session
	conn       *pgx.Conn
	id         int64
	version    int
	table      string
	source     spatial.SRID    // of what is loaded
	srid       spatial.SRID    // of the version
	base       string          // table of the version that is there, "" without one
	seen       importers.Edits // of that version, when this import looked
	past       bool            // temp table past goes into history
	carried    bool            // temp table carried holds the edits of the version
	measured   bool            // bare is known
	bare       int64           // features without geometry
	published  bool
	collection string        // once published
	search     spatial.Field // its names get an index
	finished   bool          // or it was left
}

// Begin implements importers.Sink.
func (s *Sink) Begin(ctx context.Context, p *importers.Plan, beside importers.Staging) (importers.Staging, error) {
	shared, err := s.session(ctx, beside)
	if err != nil {
		return nil, err
	}
	g := &staging{sink: s, session: shared, conn: shared.conn}
	op := "postgis: begin import into " + p.Options.Collection
	if beside == nil {
		if err = cleanInterrupted(ctx, g.conn, s.log); err != nil {
			return nil, errors.Join(err, shared.leave(context.WithoutCancel(ctx)))
		}
	}
	if g.source, err = ensureSRID(ctx, g.conn, p); err == nil {
		g.srid = g.source
		if p.Merge != nil && p.Base.Geometry != spatial.GeometryNone {
			g.srid = p.Base.SRID
		}
		err = pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error { return g.claim(ctx, tx, p) })
	}
	if err != nil {
		return nil, errors.Join(postgis.Wrap(ctx, op, err), shared.leave(context.WithoutCancel(ctx)))
	}
	return g, nil
}

// session opens a session, or joins the one of another import.
func (s *Sink) session(ctx context.Context, beside importers.Staging) (*session, error) {
	if beside != nil {
		g, ok := beside.(*staging)
		if !ok {
			return nil, fmt.Errorf("postgis: begin import: beside a staging of another sink, %T", beside)
		}
		g.session.users++
		return g.session, nil
	}
	conn, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn, 1}, nil
}

// leave closes the connection after its last user.
func (s *session) leave(ctx context.Context) error {
	if s.users--; s.users > 0 {
		return nil
	}
	return s.conn.Close(ctx)
}

// connect opens a session set up for loading.
func (s *Sink) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := s.db.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, querySession); err != nil {
		return nil, errors.Join(postgis.Wrap(ctx, "postgis: import session", err), conn.Close(context.WithoutCancel(ctx)))
	}
	return conn, nil
}

// claim takes the next version and the lock that says this import lives. The
// lock is there before others can see the row.
func (g *staging) claim(ctx context.Context, tx pgx.Tx, p *importers.Plan) error {
	o := &p.Options
	if err := collections.SerializeImports(ctx, tx); err != nil {
		return err
	}
	var current, last int
	var running bool
	if err := tx.QueryRow(ctx, queryCollection, o.Collection).Scan(&current, &last, &running); err != nil {
		return err
	}
	const op = "postgis: begin import"
	switch {
	case running:
		return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "another import into " + o.Collection + " is running"}
	case o.Mode == importers.ModeCreate && current > 0:
		return errExists(op, o.Collection)
	}
	if err := g.buildOn(ctx, tx, p, current); err != nil {
		return err
	}
	g.version = last + 1
	g.table = tableName(o.Collection, g.version)
	crsName := ""
	if g.srid != 0 {
		crsName = g.srid.String()
	}
	err := tx.QueryRow(ctx, queryBegin, o.Collection, g.version, string(o.Mode), orElse(o.Source.Name, p.Schema.Format), p.Schema.Layer,
		o.Source.Bytes, p.Schema.Format, p.Schema.Encoding, crsName, p.CRSReason, o.ChangedBy).Scan(&g.id)
	if err != nil {
		return err
	}
	kind, source, field := p.VersionIDs()
	_, err = tx.Exec(ctx, queryVersion, o.Collection, g.version, g.table, string(p.Geometry), string(p.Dimensions),
		int32(g.srid), string(kind), string(source), field, g.id)
	if err != nil {
		return err
	}
	var locked bool
	if err := tx.QueryRow(ctx, queryTryLock, g.id).Scan(&locked); err != nil {
		return err
	}
	if !locked {
		return fmt.Errorf("import %d is held by another session", g.id)
	}
	return nil
}

// buildOn holds the plan to the version that it was made for.
func (g *staging) buildOn(ctx context.Context, tx pgx.Tx, p *importers.Plan, current int) error {
	planned := 0
	if p.Base != nil {
		planned = p.Base.Version
	}
	if planned != max(current, 0) {
		return &spatial.Error{Code: spatial.CodeConflict, Op: "postgis: begin import",
			Message: "the current version of " + p.Options.Collection + " has changed while the import was prepared: import again"}
	}
	if p.Base == nil {
		return nil
	}
	g.seen = p.Base.Edits
	var err error
	g.base, err = collections.CurrentTable(ctx, tx, p.Options.Collection)
	return err
}

// loadName is the table that a source is loaded into before it is merged.
func loadName(table string) string { return sql.DerivedName("load", table) }

// tableName keeps within PostgreSQL's 63 bytes.
func tableName(collection string, version int) string {
	suffix := "_v" + strconv.Itoa(version)
	if len(collection)+len(suffix) <= 63 {
		return collection + suffix
	}
	return sql.DerivedName(collection[:24], collection) + suffix
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Target implements importers.Staging.
func (g *staging) Target() (spatial.SRID, int) { return g.source, g.version }

// Close implements importers.Staging.
func (g *staging) Close(ctx context.Context, r *importers.Report, failed error) error {
	if g.published {
		if !g.finished {
			g.Finish(ctx)
		}
		_ = g.session.leave(ctx)
		return nil
	}
	// The session may be broken or inside a failed transaction: a new one tidies
	// up. Imports that share it fail with this one.
	if err := g.conn.Close(ctx); err != nil && g.sink.log != nil {
		g.sink.log.DebugContext(ctx, "import session", "error", err)
	}
	conn, err := g.sink.connect(ctx)
	if err != nil {
		return fmt.Errorf("postgis: drop the staging of import %d (the next start does it): %w", g.id, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	end := ending{state: "failed", report: r}
	if failed == nil { // a dry run
		end.state = "done"
	} else {
		end.reason = messageOf(failed)
	}
	return postgis.Wrap(ctx, fmt.Sprintf("postgis: drop the staging of import %d", g.id), discard(ctx, conn, g.id, end))
}

// messageOf is what may be kept of a failure: the part that is safe to show.
func messageOf(err error) string {
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return e.Message
	}
	return "internal error"
}

// ending is what remains of an import that published nothing.
type ending struct {
	state  string
	report *importers.Report
	reason string
}

// discard drops what an import staged and closes its record.
func discard(ctx context.Context, conn *pgx.Conn, id int64, e ending) error {
	body := map[string]any{}
	var read, rejected int64
	if e.report != nil {
		body["report"], read, rejected = e.report, e.report.Read, e.report.Rejected
	}
	if e.reason != "" {
		body["error"] = strings.ToValidUTF8(strings.ReplaceAll(e.reason, "\x00", ""), "")
	}
	report, err := json.Marshal(body)
	if err != nil { // a figure that JSON cannot hold must not keep the staging
		report = []byte("{}")
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, queryStagedTables, id)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, t := range tables {
			if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("drop table if exists "), sql.List(sql.Ident("data", t), sql.Ident("data", loadName(t))))); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, queryForgetStaging, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, queryEnd, id, e.state, report, read, rejected)
		return err
	})
}
