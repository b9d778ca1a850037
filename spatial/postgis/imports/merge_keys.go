package imports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial/postgis/sql"
)

// keyBatch is how many geometries are hashed at a time.
const keyBatch = 5000

// hashGeometries gives the features that are there the keys that the loader gives
// to records: the same function, in the order of the ids.
func (m *merger) hashGeometries(ctx context.Context) error {
	if m.p.Merge.Match != importers.MatchGeometry {
		return nil
	}
	if _, err := m.exec(ctx, sql.Lit("drop table if exists "), m.keys); err != nil {
		return err
	}
	if _, err := m.exec(ctx, sql.Lit("create temp table "), m.keys, sql.Lit(` (place tid, key text collate "C")`)); err != nil {
		return err
	}
	_, err := m.exec(ctx, sql.Lit("declare held no scroll cursor for select c.ctid, ST_AsEWKB(ST_SetSRID("), force(m.p.Schema.Dimensions),
		sql.Lit("(c.geom), 0), 'NDR') from "), m.base, sql.Lit(" c where c.geom is not null and not ST_IsEmpty(c.geom) order by c.id"))
	if err != nil {
		return err
	}
	hashes := &importers.GeometryKeys{Dimensions: m.p.Schema.Dimensions}
	for {
		batch, err := m.hashBatch(ctx, hashes)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			break
		}
		if _, err := m.tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", sql.DerivedName("keys", m.g.table)}, []string{"place", "key"}, pgx.CopyFromRows(batch)); err != nil {
			return err
		}
	}
	if _, err := m.exec(ctx, sql.Lit("close held")); err != nil {
		return err
	}
	_, err = m.exec(ctx, sql.Lit("analyze "), m.keys)
	return err
}

func (m *merger) hashBatch(ctx context.Context, hashes *importers.GeometryKeys) ([][]any, error) {
	text, _ := sql.Concat(sql.Lit("fetch "), sql.Integer(keyBatch), sql.Lit(" from held")).Build()
	rows, err := m.tx.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) {
		var r struct {
			place any
			geom  []byte
		}
		if err := row.Scan(&r.place, &r.geom); err != nil {
			return nil, err
		}
		key, err := hashes.Key(r.geom)
		return []any{r.place, string(key)}, err
	})
}
