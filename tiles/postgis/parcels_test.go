package postgis_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
)

// The synthetic parcel fabric: a grid of cells 30 m wide over Bình Dương in
// EPSG:9210, its corners and edge middles displaced, so that each parcel is an
// irregular octagon sharing its borders with its neighbours exactly.
const (
	fabricX, fabricY = 568000.0, 1203000.0
	fabricCell       = 30.0
)

// displaced is vertex i, j of the half-cell lattice, moved by up to 4 m; the
// same for every parcel that has it.
func displaced(i, j int) (x, y float64) {
	h := uint64(i)*0x9e3779b97f4a7c15 ^ uint64(j)*0xc2b2ae3d27d4eb4f
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	return fabricX + float64(i)*fabricCell/2 + float64(h&0xffff)/65536*8 - 4,
		fabricY + float64(j)*fabricCell/2 + float64(h>>16&0xffff)/65536*8 - 4
}

func parcel(column, row int) (ewkb []byte, area float64) {
	ring := [...][2]int{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}, {0, 0}}
	ewkb = binary.LittleEndian.AppendUint32([]byte{1}, 3|0x20000000)
	ewkb = binary.LittleEndian.AppendUint32(ewkb, 9210)
	ewkb = binary.LittleEndian.AppendUint32(ewkb, 1)
	ewkb = binary.LittleEndian.AppendUint32(ewkb, uint32(len(ring)))
	var px, py float64
	for k, v := range ring {
		x, y := displaced(2*column+v[0], 2*row+v[1])
		ewkb = binary.LittleEndian.AppendUint64(ewkb, math.Float64bits(x))
		ewkb = binary.LittleEndian.AppendUint64(ewkb, math.Float64bits(y))
		if k > 0 {
			area += (px*y - x*py) / 2
		}
		px, py = x, y
	}
	return ewkb, area
}

// parcels stores n parcels of six attributes, one of them unique text, as
// EPSG:9210 and, transformed by PostGIS, as SRID 3857, and returns both.
func parcels(tb testing.TB, pool *pgxpool.Pool, n int) map[spatial.SRID]*spatial.Collection {
	tb.Helper()
	ctx := tb.Context()
	exec(tb, pool, `create table data.parcels_9210 (code text, land_use text, commune text, sheet bigint, number bigint, area double precision,
		id bigint primary key, geom geometry(Polygon, 9210))`)
	uses := []string{"ONT", "ODT", "CLN", "LUC", "BHK", "NTS", "SKK", "SKC", "TMD", "DGT"}
	columns := int(math.Sqrt(float64(n)))
	i := 0
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"data", "parcels_9210"},
		[]string{"code", "land_use", "commune", "sheet", "number", "area", "id", "geom"},
		pgx.CopyFromFunc(func() ([]any, error) {
			if i == n {
				return nil, nil
			}
			column, row := i%columns, i/columns
			i++
			g, area := parcel(column, row)
			return []any{fmt.Sprintf("%02d-%03d-%07d", row/100, column/100, i), uses[(i*7+row/3)%10], fmt.Sprintf("Xã số %d", column/100),
				int64(row / 50), int64(i % 500), area, int64(i), raw(g)}, nil
		}))
	if err != nil {
		tb.Fatal(err)
	}
	exec(tb, pool, `create table data.parcels_3857 as select code, land_use, commune, sheet, number, area, id, st_transform(geom, 3857) geom from data.parcels_9210 order by id`)
	exec(tb, pool, `alter table data.parcels_3857 alter geom type geometry(Polygon, 3857), add primary key (id)`)
	out := map[spatial.SRID]*spatial.Collection{}
	for _, srid := range []spatial.SRID{9210, 3857} {
		table := fmt.Sprintf("parcels_%d", srid)
		exec(tb, pool, `create index on data.`+table+` using gist (geom)`)
		exec(tb, pool, `analyze data.`+table)
		c := &spatial.Collection{ID: "parcels", Published: true, Visibility: spatial.VisibilityPublic, MaxZoom: 18,
			Version: 1, VersionAt: time.Unix(0, 0), Table: table, GeometryType: spatial.GeometryPolygon, SRID: srid,
			IDKind: spatial.IDInteger, Extent: spatial.EmptyEnvelope(4326)}
		for _, f := range []struct {
			name string
			typ  spatial.FieldType
		}{{"code", spatial.FieldString}, {"land_use", spatial.FieldString}, {"commune", spatial.FieldString},
			{"sheet", spatial.FieldInteger}, {"number", spatial.FieldInteger}, {"area", spatial.FieldNumber}} {
			c.Fields = append(c.Fields, spatial.Field{Name: f.name, Column: f.name, Type: f.typ})
		}
		err := pool.QueryRow(ctx, `select st_xmin(e) - 1e-6, st_ymin(e) - 1e-6, st_xmax(e) + 1e-6, st_ymax(e) + 1e-6
			from (select st_extent(st_transform(geom, 4326)) e from data.`+table+`) q`).
			Scan(&c.Extent.MinX, &c.Extent.MinY, &c.Extent.MaxX, &c.Extent.MaxY)
		if err != nil {
			tb.Fatal(err)
		}
		out[srid] = c
	}
	return out
}

// raw is EWKB in binary COPY, where pgx does not know the type geometry.
type raw []byte

func (r raw) BytesValue() ([]byte, error) { return r, nil }

func exec(tb testing.TB, pool *pgxpool.Pool, sql string) {
	tb.Helper()
	if _, err := pool.Exec(context.WithoutCancel(tb.Context()), sql); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
}
