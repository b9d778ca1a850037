package postgis_test

import (
	"testing"

	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	tilespostgis "gisd/tiles/postgis"
)

// TestEditsThatSmallScalesDoNotShow: where no property but the style's is left,
// an edit of another concerns no small scale.
func TestEditsThatSmallScalesDoNotShow(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	pool := testdb.DB(t)
	fields(t, pool)
	exec(t, pool, `alter table data.fields_v1 add note text`)
	exec(t, pool, `insert into gisd.field (collection_id, version, ordinal, name, column_name, type) values ('fields', 1, 2, 'note', 'note', 'string')`)
	c := built(t, pool, current(t, pool, "fields"))
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	for _, test := range []struct {
		step, edit string
		behind     int
	}{
		{"none", `note = 'first'`, 1},
		{"attributes", `note = 'second'`, 0},
		{"attributes", `use = 'SKK'`, 1},
		{"dissolve", `geom = st_translate(geom, 0.00001, 0)`, 1},
	} {
		exec(t, pool, `update gisd.pyramid set generalisation = (select jsonb_agg(c || '{"step":"`+test.step+`"}') from jsonb_array_elements(generalisation) c)`)
		exec(t, pool, `update data.fields_v1 set `+test.edit+` where id = 20020`)
		n, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{{SRID: 4326, MinX: 106.6059, MinY: 10.9059, MaxX: 106.6064, MaxY: 10.9064}})
		if err != nil || n < 2 {
			t.Fatalf("%d cells, %v", n, err)
		}
		if list, err := pyramids.Behind(t.Context()); err != nil || len(list) != test.behind {
			t.Errorf("%s, %s: behind are %v, %v", test.step, test.edit, list, err)
		}
		exec(t, pool, `update gisd.cell_part set edited_at = null`)
	}

	if err := pyramids.Discard(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if again := current(t, pool, "fields"); !tilespostgis.Wanting(again) || !again.UpdatedAt.After(c.UpdatedAt) {
		t.Errorf("discarded: %+v; the keeper builds it anew, and readers are told", again.Pyramid)
	}
	if _, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{{SRID: 4326, MinX: 106.606, MinY: 10.906, MaxX: 106.6063, MaxY: 10.9063}}); err != nil {
		t.Errorf("edits of what has no cells: %v", err)
	}
}
