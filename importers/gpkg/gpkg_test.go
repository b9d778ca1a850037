package gpkg_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/importers/gpkg"
	"gisd/importers/importertest"
	"gisd/spatial"
)

// blob wraps a geometry the GeoPackage way, with an envelope.
func blob(t testing.TB, g geom.T) []byte {
	t.Helper()
	b, err := wkb.Marshal(g, binary.BigEndian)
	if err != nil {
		t.Fatal(err)
	}
	head := append([]byte{'G', 'P', 0, 1 | 1<<1}, make([]byte, 4+32)...)
	return append(head, b...)
}

func create(t testing.TB, statements ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a b?.gpkg")
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Dir(path))+"/a%20b%3F.gpkg")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	statements = append([]any{
		"create table gpkg_contents (table_name text, data_type text)",
		"create table gpkg_geometry_columns (table_name text, column_name text, geometry_type_name text, srs_id int, z int, m int)",
		"create table gpkg_spatial_ref_sys (srs_id int, organization text, organization_coordsys_id int, definition text)",
		"insert into gpkg_spatial_ref_sys values (9210, 'EPSG', 9210, ''), (-1, 'NONE', -1, 'undefined')",
	}, statements...)
	for i := 0; i < len(statements); i++ {
		s, args := statements[i].(string), []any{}
		for i+1 < len(statements) {
			if _, text := statements[i+1].(string); text {
				break
			}
			i++
			args = append(args, statements[i])
		}
		if _, err := db.ExecContext(t.Context(), s, args...); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return path
}

func layers(ctx context.Context, path string) ([]importers.Layer, error) {
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		return nil, err
	}
	return importers.Layers(ctx, in, []importers.Format{gpkg.Format{}})
}

func TestCount(t *testing.T) {
	t.Parallel()
	table := []any{"create table codes (code text primary key)", "insert into codes values ('A'), ('B')", "insert into gpkg_contents values ('codes', 'attributes')"}
	tests := []struct {
		name string
		kept []any
		want int64
	}{
		{"counted", nil, 2},
		{"kept", []any{"create table gpkg_ogr_contents (table_name text, feature_count int)", "insert into gpkg_ogr_contents values ('CODES', 3)"}, 3},
		{"not known", []any{"create table gpkg_ogr_contents (table_name text, feature_count int)", "insert into gpkg_ogr_contents values ('codes', null)"}, 2},
		{"of another", []any{"create table gpkg_ogr_contents (table_name text, feature_count int)", "insert into gpkg_ogr_contents values ('roads', 9)"}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src, err := importertest.Open(t, gpkg.Format{}, create(t, append(test.kept, table...)...))
			if err != nil {
				t.Fatal(err)
			}
			if got := src.Schema().Count; got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	line := blob(t, geom.NewLineStringFlat(geom.XYZ, []float64{1, 2, 3, 4, 5, 6}))
	path := create(t,
		`create table "pipe ""x""" (fid integer primary key, geom blob, name text, n int, w real, ok boolean, day date, at datetime, raw blob)`,
		`insert into gpkg_contents values ('pipe "x"', 'features'), ('codes', 'attributes'), ('tiles', 'tiles')`,
		`insert into gpkg_geometry_columns values ('pipe "x"', 'geom', 'LINESTRING', 9210, 0, 0)`,
		`insert into "pipe ""x""" values (7, ?, 'Ống', 1, 2.5, 1, '2024-02-29', '2024-02-29T01:02:03.5Z', x'00ff')`, line,
		`insert into "pipe ""x""" values (9, null, 5, 'six', '3.5', 7, 'x', null, null)`,
		`create table codes (code text primary key, label text)`,
		`insert into codes values ('A', 'b')`,
	)
	found, err := layers(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[0].Name != `pipe "x"` || !found[0].Spatial || found[1].Spatial {
		t.Fatalf("layers %+v", found)
	}
	src, err := found[0].Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.Schema()
	if s.CRS.SRID != 9210 || s.Dimensions != spatial.XYZ || s.NativeID != spatial.FieldInteger || s.Count != 2 {
		t.Errorf("schema %+v", s)
	}
	var got []string
	err = src.Read(t.Context(), func(r *importers.Record) error {
		text := "none"
		if r.Geometry != nil {
			g, err := ewkb.Unmarshal(r.Geometry)
			if err != nil {
				return err
			}
			if text, err = wkt.Marshal(g); err != nil {
				return err
			}
		}
		for i, v := range r.Values {
			value := "-"
			if v.Valid {
				value = importers.ValueText(s.Fields[i].Type, &v)
			}
			text += "|" + value
		}
		for _, l := range r.Lost {
			text += " lost " + l.Field
		}
		got = append(got, fmt.Sprint(r.ID.Int, " ", text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"7 LINESTRING Z (1 2 3, 4 5 6)|Ống|1|2.5|true|2024-02-29|2024-02-29T01:02:03.5Z|AP8=",
		"9 none|5|-|3.5|-|-|-|- lost n lost ok lost day",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDamagedGeometryIsOneRecordsFault(t *testing.T) {
	t.Parallel()
	good := blob(t, geom.NewPointFlat(geom.XY, []float64{1, 2}))
	path := create(t,
		"create table p (geom blob)",
		"insert into gpkg_contents values ('p', 'features')",
		"insert into gpkg_geometry_columns values ('p', 'geom', 'POINT', -1, 0, 0)",
		"insert into p values (?), (?), (?), (?)", good, good[:20], []byte("nonsense"), []byte{},
	)
	found, err := layers(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := found[0].Open(t.Context(), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	in, err := importers.Inspect(t.Context(), src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if in.Count != 4 || in.Rejected != 3 {
		t.Errorf("%d records, %d rejected", in.Count, in.Rejected)
	}
	if in.SRID != 4326 || !in.CRSGuess {
		t.Errorf("reference system %d: %s", in.SRID, in.CRSReason)
	}
}

func TestDamagedFile(t *testing.T) {
	t.Parallel()
	path := create(t, "create table p (a text)", "insert into gpkg_contents values ('p', 'attributes')")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{20, 100, 1000, len(b) - 4096} {
		cut := filepath.Join(t.TempDir(), "cut.gpkg")
		if err := os.WriteFile(cut, b[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := layers(t.Context(), cut)
		for _, l := range found {
			src, openErr := l.Open(t.Context(), importers.SourceOptions{})
			if openErr == nil {
				_, openErr = importers.Inspect(t.Context(), src, 0)
				src.Close()
			}
			err = errors.Join(err, openErr)
		}
		if _, ok := errors.AsType[*spatial.Error](err); !ok {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// FuzzBlob: any bytes in a geometry column end in a geometry or a rejected
// record.
func FuzzBlob(f *testing.F) {
	f.Add(blob(f, geom.NewPointFlat(geom.XY, []float64{1, math.Inf(1)})))
	f.Add([]byte{'G', 'P', 0, 0x11, 0, 0, 0, 0})
	path := create(f,
		"create table p (fid integer primary key, geom blob)",
		"insert into gpkg_contents values ('p', 'features')",
		"insert into gpkg_geometry_columns values ('p', 'geom', 'GEOMETRY', -1, 2, 2)",
	)
	f.Fuzz(func(t *testing.T, b []byte) {
		db, err := sql.Open("sqlite", "file:"+filepath.Dir(path)+"/a%20b%3F.gpkg")
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), "delete from p; insert into p (geom) values (?)", b)
		db.Close()
		if err != nil {
			t.Skip(err)
		}
		found, err := layers(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		src, err := found[0].Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		if in, err := importers.Inspect(t.Context(), src, 0); err != nil || in.Count != 1 {
			t.Fatalf("%+v, %v", in, err)
		}
	})
}
