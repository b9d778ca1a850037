package postgis

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Publish implements importers.Staging.
func (g *staging) Publish(ctx context.Context, p *importers.Plan, r *importers.Report, sha256 string) error {
	op := "postgis: publish " + g.table
	box, err := g.extent(ctx, r)
	if err != nil {
		return wrap(ctx, op, err)
	}
	r.Geometry = p.Geometry
	body, err := json.Marshal(r)
	if err != nil {
		return wrap(ctx, op, err)
	}
	var search spatial.Field
	err = pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		if search, err = g.describe(ctx, tx, p); err != nil {
			return err
		}
		without, err := g.withoutGeometry(ctx, tx, p, r)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, queryImportVersionDone, p.Options.Collection, g.version, string(p.Geometry), string(p.IDKind), p.IDField,
			r.Loaded, without, box[0], box[1], box[2], box[3])
		if err != nil {
			return err
		}
		if err := PublishVersion(ctx, tx, p.Options.Collection, g.version); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, queryImportDone, g.id, body, sha256, r.Read, r.Loaded, r.Rejected, r.Repair.Invalid, p.Schema.Encoding, g.srid.String())
		return err
	})
	if err != nil {
		return wrap(ctx, op, err)
	}
	g.published, g.collection, g.search = true, p.Options.Collection, search
	return nil
}

// afterwards does what readers need not wait for; what fails here is done by
// the next import or start.
func (g *staging) afterwards(ctx context.Context) {
	collection, search := g.collection, g.search
	if err := TidyVersions(ctx, g.conn, collection); err != nil && g.sink.log != nil {
		g.sink.log.WarnContext(ctx, "tidying is left for later", "collection", collection, "error", err)
	}
	if search.Column == "" {
		return
	}
	err := pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error { return indexSearch(ctx, tx, g.table, search) })
	if err != nil && g.sink.log != nil {
		g.sink.log.WarnContext(ctx, "the index of names is missing", "collection", collection, "error", err)
	}
}

// describe writes collection and fields and returns the field that names
// features for people.
func (g *staging) describe(ctx context.Context, tx pgx.Tx, p *importers.Plan) (spatial.Field, error) {
	o := &p.Options
	search, timeField, err := g.roles(ctx, tx, p)
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
	err = tx.QueryRow(ctx, queryImportCollectionUpsert, o.Collection, o.Title.VI, o.Title.EN, o.Group, o.Ordinal,
		append([]string{}, o.Keywords...), o.Licence, o.Attribution, o.Publish, string(visibility), roles, o.Department, style,
		search.Name, timeField, o.Demo, g.version, o.Retitle).Scan(&created)
	if err != nil {
		return search, err
	}
	batch := &pgx.Batch{}
	for i, f := range p.Fields {
		batch.Queue(queryImportField, o.Collection, g.version, i, f.Name, f.Column, string(f.Type), f.Title.VI, f.Title.EN, f.Unit, f.CodeList)
	}
	return search, tx.SendBatch(ctx, batch).Close()
}

// roles settles the search and time fields: those asked for, those the
// collection has as long as they are there, else a telling one.
func (g *staging) roles(ctx context.Context, tx pgx.Tx, p *importers.Plan) (search spatial.Field, timeField string, err error) {
	var oldSearch, oldTime string
	rows, err := tx.Query(ctx, queryImportSearchFields, p.Options.Collection)
	if err != nil {
		return search, "", err
	}
	_, err = pgx.ForEachRow(rows, []any{&oldSearch, &oldTime}, func() error { return nil })
	if err != nil {
		return search, "", err
	}
	for _, name := range []string{p.Options.SearchField, oldSearch, likelyName(p.Fields, p.IDField)} {
		if i := fieldAt(p.Fields, name); i >= 0 {
			search = p.Fields[i]
			break
		}
	}
	for _, name := range []string{p.Options.TimeField, oldTime, onlyTime(p.Fields)} {
		if fieldAt(p.Fields, name) >= 0 {
			timeField = name
			break
		}
	}
	return search, timeField, nil
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

// withoutGeometry counts the features that have none and lists them in the index
// that serves the condition withoutGeometry.
func (g *staging) withoutGeometry(ctx context.Context, tx pgx.Tx, p *importers.Plan, r *importers.Report) (n int64, err error) {
	if p.Schema.GeometryType == spatial.GeometryNone {
		return r.Loaded, nil
	}
	if r.Empty+r.Repair.Emptied == 0 {
		return 0, nil
	}
	table := ident("data", g.table)
	err = execute(ctx, tx, concat(lit("create index "), ident(derivedName("bare", g.table)), lit(" on "), table, lit(" (id) where (geom is null) is true")))
	if err != nil {
		return 0, err
	}
	sql, _ := concat(lit("select count(*) from "), table, lit(" where geom is null")).build()
	err = tx.QueryRow(ctx, sql).Scan(&n)
	return n, err
}

// extent is the box of the loaded features in SRID 4326: min lon, min lat, max
// lon, max lat; nil without features, and for a system that transforms nothing.
func (g *staging) extent(ctx context.Context, r *importers.Report) ([4]*float64, error) {
	if r.Extent == nil {
		return [4]*float64{}, nil
	}
	e := *r.Extent
	e.SRID = g.srid
	if crs.Supported(g.srid) {
		t, err := crs.NewTransform(g.srid, spatial.SRIDWGS84)
		if err != nil {
			return [4]*float64{}, err
		}
		if w, err := t.Envelope(e); err == nil {
			return [4]*float64{&w.MinX, &w.MinY, &w.MaxX, &w.MaxY}, nil
		}
		return [4]*float64{}, nil // outside of where the system is defined
	}
	var box [4]*float64
	err := g.conn.QueryRow(ctx, queryImportExtent, int32(g.srid), e.MinX, e.MinY, e.MaxX, e.MaxY).Scan(&box[0], &box[1], &box[2], &box[3])
	if err != nil {
		if ctx.Err() != nil {
			return box, err
		}
		return [4]*float64{}, nil
	}
	return box, nil
}
