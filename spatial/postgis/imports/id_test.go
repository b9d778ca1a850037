package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/features"
	"gisd/spatial/postgis/imports"
)

// parcels is a source of lines "id code name", its fields of these names.
type parcels []string

func (parcels) Schema() importers.Schema {
	return importers.Schema{Layer: "p", Format: "test", GeometryType: spatial.GeometryPoint, Dimensions: spatial.XY, CRS: importers.CRS{SRID: 4326},
		Fields: []importers.FieldInfo{{Name: "ID", Type: spatial.FieldInteger}, {Name: "code", Type: spatial.FieldString}, {Name: "name", Type: spatial.FieldString}}}
}

func (parcels) Close() error { return nil }

func (p parcels) Read(_ context.Context, emit func(*importers.Record) error) error {
	for i, line := range p {
		var id int64
		var code, name string
		if _, err := fmt.Sscan(line, &id, &code, &name); err != nil {
			return err
		}
		geom := wkb.AppendFloat(wkb.AppendFloat(wkb.AppendHeader(nil, wkb.Point, spatial.XY), 106.6), 11)
		err := emit(&importers.Record{Number: int64(i) + 1, Geometry: geom, Values: []importers.Value{
			{Valid: true, Int: id}, {Valid: true, Bytes: []byte(code)}, {Valid: true, Bytes: []byte(name)}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// ownID is a collection whose ids are its property ID.
type ownID struct {
	fixture.Store
	t *testing.T
}

func (s ownID) load(p parcels, o importers.Options) *importers.Report {
	s.t.Helper()
	o.Collection = "p"
	r, err := importers.Run(s.t.Context(), p, imports.NewSink(s.DB, nil), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s ownID) exec(statement string) {
	s.t.Helper()
	if _, err := s.Pool.Exec(s.t.Context(), statement); err != nil {
		s.t.Fatal(err)
	}
}

// is checks the columns of the table and, through the store, the features with
// their properties.
func (s ownID) is(step, columns string, want ...string) {
	s.t.Helper()
	got := testdb.Strings(s.t, s.Pool, `select string_agg(attname, ' ' order by attname) from pg_attribute
		where attrelid = 'layers.p'::regclass and attnum > 0 and attname not in ('geom', 'revision', 'recorded_at', 'changed_by')`)
	if got[0] != columns {
		s.t.Errorf("%s: columns %s", step, got[0])
	}
	page, err := features.NewStore(s.DB, s.Catalogue).Query(s.t.Context(), s.collection(), spatial.Query{Access: spatial.SystemAccess("test"), Limit: 10})
	if err != nil {
		s.t.Fatal(err)
	}
	var have []string
	for _, f := range page.Features {
		have = append(have, strings.Trim(fmt.Sprintf("%s %v", f.ID, f.Properties), "]"))
	}
	if diff := cmp.Diff(want, have); diff != "" {
		s.t.Errorf("%s: %s", step, diff)
	}
}

func (s ownID) collection() *spatial.Collection {
	s.t.Helper()
	if err := s.Catalogue.Reload(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("p", spatial.SystemAccess("test"))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// A property that is the id has no column of its own, and is a property all the
// same: read, imported again, edited beside and added.
func TestPropertyThatIsTheID(t *testing.T) {
	t.Parallel()
	s := ownID{fixture.Open(t), t}
	s.load(parcels{"5 a An", "7 b Binh"}, importers.Options{Key: "ID"})
	s.is("created", "code id name", "5 [5 a An", "7 [7 b Binh")

	store, access := features.NewStore(s.DB, s.Catalogue), spatial.SystemAccess("test")
	if _, err := store.Insert(t.Context(), s.collection(), access, []spatial.Edit{
		{Properties: map[int]any{0: int64(20), 1: "t", 2: "Tam"}}, {Properties: map[int]any{1: "u", 2: "Uyen"}}}); err != nil {
		t.Fatal(err)
	}
	s.exec("update layers.p set name = 'Anh' where id = 5")
	s.is("edited", "code id name", "5 [5 a Anh", "7 [7 b Binh", "20 [20 t Tam", "21 [21 u Uyen")

	r := s.load(parcels{"5 a An", "7 b Bao", "9 c Chi"}, importers.Options{Key: "ID", Mode: importers.ModeReplace, RebaseEdits: true})
	if r.Edits.Conflicts != 2 || r.Edits.Rebased != 3 || len(r.Changes) != 0 {
		t.Errorf("replace: %+v, changes %v", r.Edits, r.Changes)
	}
	s.is("replaced, edits made again", "code id name", "5 [5 a Anh", "7 [7 b Bao", "9 [9 c Chi", "20 [20 t Tam", "21 [21 u Uyen")

	r = s.load(parcels{"5 e An", "9 c Cuc", "11 d Dung"}, importers.Options{Mode: importers.ModeUpsert, RebaseEdits: true})
	if r.Inserted != 1 || r.Updated != 2 || r.Edits.Rebased != 1 || len(r.Changes) != 0 {
		t.Errorf("upsert: %+v, %+v, changes %v", r.Counts, r.Edits, r.Changes)
	}
	s.is("upserted", "code id name", "5 [5 e Anh", "7 [7 b Bao", "9 [9 c Cuc", "11 [11 d Dung", "20 [20 t Tam", "21 [21 u Uyen")
}

// A new feature that is found by another property gets an id that is not its ID:
// from then on there are two columns, and a replace keeps them.
func TestPropertyThatWasTheID(t *testing.T) {
	t.Parallel()
	s := ownID{fixture.Open(t), t}
	s.load(parcels{"5 a An", "7 b Binh"}, importers.Options{Key: "ID"})
	s.exec("update layers.p set name = 'Bao' where id = 7")
	r := s.load(parcels{"6 a An", "3 c Chi"}, importers.Options{Key: "code", Mode: importers.ModeUpsert})
	if r.Inserted != 1 || r.Updated != 1 || len(r.Changes) != 0 || r.Edits.Discarded != 0 {
		t.Errorf("%+v, %+v, changes %v", r.Counts, r.Edits, r.Changes)
	}
	s.is("upserted by code", "code id id_2 name", "5 [6 a An", "7 [7 b Bao", "8 [3 c Chi")

	r = s.load(parcels{"6 a An", "3 c Chi"}, importers.Options{Key: "ID", Mode: importers.ModeReplace, RebaseEdits: true})
	if len(r.Changes) != 0 {
		t.Errorf("changes %v", r.Changes)
	}
	s.is("replaced", "code id id_2 name", "3 [3 c Chi", "6 [6 a An", "7 [7 b Bao")
}
