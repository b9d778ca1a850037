package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/search"
)

// Publish implements importers.Sink: one transaction on the session that the
// imports share.
func (s *Sink) Publish(ctx context.Context, all []importers.Staged) error {
	const op = "postgis: publish"
	work := make([]publishing, len(all))
	for i, staged := range all {
		g, ok := staged.Staging.(*staging)
		if !ok || g.session != all[0].Staging.(*staging).session {
			return fmt.Errorf("%s: %s was not begun beside %s", op, staged.Report.Collection, all[0].Report.Collection)
		}
		work[i] = publishing{Staged: staged, g: g}
		if err := work[i].prepare(ctx); err != nil {
			return postgis.Wrap(ctx, op+" "+g.table, err)
		}
	}
	if len(work) == 0 {
		return nil
	}
	err := pgx.BeginFunc(ctx, work[0].g.conn, func(tx pgx.Tx) error {
		for i := range work {
			if err := work[i].publish(ctx, tx); err != nil {
				return postgis.Wrap(ctx, op+" "+work[i].g.table, err)
			}
		}
		return nil
	})
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	for _, w := range work {
		w.g.published, w.g.collection, w.g.search = true, w.Plan.Options.Collection, w.search
	}
	return nil
}

// publishing is one version on its way to be current.
type publishing struct {
	importers.Staged
	g      *staging
	box    [4]*float64
	report []byte
	search spatial.Field
}

// prepare does what needs no transaction.
func (w *publishing) prepare(ctx context.Context) (err error) {
	if w.box, err = w.g.extent(ctx, w.Report); err != nil {
		return err
	}
	w.Report.Geometry = w.Plan.Geometry
	if err := w.pack(ctx); err != nil {
		return err
	}
	w.report, err = json.Marshal(w.Report)
	return err
}

// pack hands the version over as the catalogue will have it.
func (w *publishing) pack(ctx context.Context) error {
	g, p := w.g, w.Plan
	if g.sink.packer == nil {
		return nil
	}
	kind, _, field := p.VersionIDs()
	c := &spatial.Collection{
		ID: p.Options.Collection, Version: g.version, Table: g.table, GeometryType: p.Geometry, Dimensions: p.Dimensions,
		SRID: g.srid, IDKind: kind, IDField: field, Fields: p.Version, FeatureCount: w.Report.Features,
		Extent: spatial.EmptyEnvelope(spatial.SRIDWGS84), Style: p.Options.Style,
	}
	// A collection that is there keeps its own, see queryCollectionUpsert.
	err := g.conn.QueryRow(ctx, queryDrawn, c.ID).Scan(&c.Style, &c.MinZoom)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if b := w.box; b[0] != nil && b[1] != nil && b[2] != nil && b[3] != nil {
		c.Extent.MinX, c.Extent.MinY, c.Extent.MaxX, c.Extent.MaxY = *b[0], *b[1], *b[2], *b[3]
	}
	return g.sink.packer.Pack(ctx, c)
}

func (w *publishing) publish(ctx context.Context, tx pgx.Tx) (err error) {
	g, p, r := w.g, w.Plan, w.Report
	if err := g.overtake(ctx, tx, p); err != nil {
		return err
	}
	if w.search, err = g.describe(ctx, tx, p); err != nil {
		return err
	}
	without, err := g.withoutGeometry(ctx, tx, p, r)
	if err != nil {
		return err
	}
	kind, source, field := p.VersionIDs()
	_, err = tx.Exec(ctx, queryVersionDone, p.Options.Collection, g.version, string(p.Geometry), string(kind), string(source), field,
		r.Features, without, w.box[0], w.box[1], w.box[2], w.box[3])
	if err != nil {
		return err
	}
	if err := collections.PublishVersion(ctx, tx, p.Options.Collection, g.version); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, queryDone, g.id, w.report, w.SHA256, r.Read, r.Loaded, r.Rejected, r.Repair.Invalid, p.Schema.Encoding, g.source.String(),
		r.Inserted, r.Updated, r.Unchanged, r.Deleted, p.Options.Source.Mapping)
	return err
}

// Finish implements importers.Finisher: it tidies, and builds the index of names.
func (g *staging) Finish(ctx context.Context) (left string) {
	g.finished = true
	collection, named, log := g.collection, g.search, g.sink.log
	if err := collections.TidyVersions(ctx, g.conn, collection); err != nil && log != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "tidying is left for later", "collection", collection, "error", err)
	}
	if named.Column == "" || !search.Searchable(named) {
		return ""
	}
	err := pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error { return search.CreateIndex(ctx, tx, g.table, named) })
	if err == nil {
		return ""
	}
	if ctx.Err() == nil && log != nil {
		log.WarnContext(ctx, "the index of names is missing", "collection", collection, "error", err)
	}
	return "published; the index of names, which makes the search fast, is left for the next start of the server"
}

// describe writes collection and fields and returns the field that names
// features for people.
func (g *staging) describe(ctx context.Context, tx pgx.Tx, p *importers.Plan) (spatial.Field, error) {
	o := &p.Options
	named, timeField, err := g.roles(ctx, tx, p)
	if err != nil {
		return spatial.Field{}, err
	}
	visibility := o.Visibility
	if visibility == "" {
		visibility = spatial.VisibilityInternal
		if o.Publish {
			visibility = spatial.VisibilityPublic
		}
	}
	roles := make([]string, len(o.Roles))
	for i, r := range o.Roles {
		roles[i] = string(r)
	}
	var style *string
	if o.Style != nil {
		s := string(o.Style)
		style = &s
	}
	var created bool
	err = tx.QueryRow(ctx, queryCollectionUpsert, o.Collection, o.Title.VI, o.Title.EN, o.Group, o.Ordinal,
		append([]string{}, o.Keywords...), o.Licence, o.Attribution, o.Publish, string(visibility), roles, o.Department, style,
		named.Name, timeField, o.Demo, g.version, o.Retitle).Scan(&created)
	if err != nil {
		return named, err
	}
	batch := &pgx.Batch{}
	for i, f := range p.Version {
		batch.Queue(queryField, o.Collection, g.version, i, f.Name, f.Column, string(f.Type), f.Title.VI, f.Title.EN, f.Unit, f.CodeList)
	}
	return named, tx.SendBatch(ctx, batch).Close()
}

// roles settles the search and time fields: those asked for, those the
// collection has as long as they are there, else a telling one.
func (g *staging) roles(ctx context.Context, tx pgx.Tx, p *importers.Plan) (named spatial.Field, timeField string, err error) {
	var oldSearch, oldTime string
	rows, err := tx.Query(ctx, querySearchFields, p.Options.Collection)
	if err != nil {
		return named, "", err
	}
	_, err = pgx.ForEachRow(rows, []any{&oldSearch, &oldTime}, func() error { return nil })
	if err != nil {
		return named, "", err
	}
	_, _, idField := p.VersionIDs()
	for _, name := range []string{p.Options.SearchField, oldSearch, likelyName(p.Version, idField)} {
		if i := fieldAt(p.Version, name); i >= 0 {
			named = p.Version[i]
			break
		}
	}
	for _, name := range []string{p.Options.TimeField, oldTime, onlyTime(p.Version)} {
		if fieldAt(p.Version, name) >= 0 {
			timeField = name
			break
		}
	}
	return named, timeField, nil
}

func fieldAt(fields []spatial.Field, name string) int {
	if name == "" {
		return -1
	}
	return slices.IndexFunc(fields, func(f spatial.Field) bool { return f.Name == name })
}

// likelyName prefers a text field called name or ten, in any company, to the
// first text field there is; ids name nothing.
func likelyName(fields []spatial.Field, id string) string {
	first := ""
	for _, part := range []string{"ten", "name", "title", "tieu_de"} {
		for _, f := range fields {
			if f.Type != spatial.FieldString || f.Name == id {
				continue
			}
			if first == "" {
				first = f.Name
			}
			if f.Column == part || strings.HasPrefix(f.Column, part+"_") || strings.HasSuffix(f.Column, "_"+part) ||
				part == "name" && strings.Contains(f.Column, part) {
				return f.Name
			}
		}
	}
	return first
}

// onlyTime is the single date or time of a collection; with several the choice
// is a person's.
func onlyTime(fields []spatial.Field) string {
	only := ""
	for _, f := range fields {
		if f.Type == spatial.FieldDate || f.Type == spatial.FieldDateTime {
			if only != "" {
				return ""
			}
			only = f.Name
		}
	}
	return only
}
