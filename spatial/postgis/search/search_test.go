package search_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/search"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	named := func(names ...string) []fixture.Feature {
		features := fixture.Polygons(len(names))
		for i := range names {
			features[i].Properties = []any{names[i], int64(1000 + i)}
		}
		return features
	}
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "streets", SRID: 9210, Features: named(
		"Đường Nguyễn Trãi", "Nguyễn Trãi", "Hẻm 12 Nguyễn Trãi nối dài", "Quốc lộ 13", "100% _đúng\\", "Ụ Ghe", "Đường Nguyễn Huệ")})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "numbers", SearchField: "count", Features: named("a", "b")})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "secret", Visibility: spatial.VisibilityRestricted,
		Roles: []spatial.Role{"surveyor"}, Features: named("Nguyễn Trãi mật")})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "faraway", SRID: 2154, Features: named("Nguyễn Trãi ở Lambert")})
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	finder := search.NewStore(s.DB, s.Catalogue)
	surveyor := spatial.Access{Subject: "user:an", Roles: []spatial.Role{"surveyor"}}
	for _, tt := range []struct {
		question string
		a        spatial.Access
		limit    int
		want     []string
	}{
		{"nguyen trai", spatial.Access{}, 10, []string{"Nguyễn Trãi", "Nguyễn Trãi ở Lambert", "Đường Nguyễn Trãi", "Hẻm 12 Nguyễn Trãi nối dài"}},
		{"NGUYỄN   TRÃI", surveyor, 3, []string{"Nguyễn Trãi", "Nguyễn Trãi mật", "Nguyễn Trãi ở Lambert"}},
		{"trai duong", spatial.Access{}, 10, []string{"Đường Nguyễn Trãi"}},
		{"ĐƯỜNG", spatial.Access{}, 10, []string{"Đường Nguyễn Huệ", "Đường Nguyễn Trãi"}},
		{"dung", spatial.Access{}, 10, []string{"100% _đúng\\"}},
		{"% _", spatial.Access{}, 10, []string{}},
		{"_ \\", spatial.Access{}, 10, []string{}},
		{"nguyen - trai (", surveyor, 1, []string{"Nguyễn Trãi"}},
		{"100%", spatial.Access{}, 10, []string{"100% _đúng\\"}},
		{"u", spatial.Access{}, 10, []string{"Ụ Ghe"}},
		{"13", spatial.Access{}, 10, []string{"Quốc lộ 13"}},
		{"1001", spatial.Access{}, 10, []string{"1001"}},
		{"' or true --", spatial.Access{}, 10, []string{}},
		{"", spatial.Access{}, 10, []string{}},
		{"\x00\xff", spatial.Access{}, 10, []string{}},
		{strings.Repeat("nguyen ", 100), spatial.Access{}, 1, []string{"Nguyễn Trãi"}},
	} {
		hits, err := finder.Search(t.Context(), tt.question, tt.a, tt.limit)
		if err != nil {
			t.Errorf("%q: %v", tt.question, err)
			continue
		}
		got := []string{}
		for _, h := range hits {
			got = append(got, h.Name)
			e := h.Envelope
			if !(e.MinX <= h.Lon && h.Lon <= e.MaxX && e.MinY <= h.Lat && h.Lat <= e.MaxY) ||
				math.Abs(h.Lon-106.64) > 0.05 || math.Abs(h.Lat-10.9) > 0.02 || e.SRID != 4326 || e.MaxX-e.MinX > 0.05 {
				t.Errorf("%q: position of %+v", tt.question, h)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.question, diff)
		}
	}
}

func TestSearchUsesItsIndex(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "many", SearchField: "none_yet"})
	if _, err := s.Pool.Exec(t.Context(), `
		insert into data.many_v1 (name, id, recorded_at, changed_by, geom)
		select 'Đường số ' || md5(i::text), i, now(), 'test', st_setsrid(st_makepoint(106.6, 10.9), 4326)
		from generate_series(1, 20000) i`); err != nil {
		t.Fatal(err)
	}
	name := "name"
	store := collections.NewStore(s.DB, s.Catalogue)
	if err := store.Update(t.Context(), spatial.SystemAccess("cli"), "many", spatial.CollectionPatch{SearchField: &name}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool.Exec(t.Context(), `analyze data.many_v1`); err != nil {
		t.Fatal(err)
	}
	c, err := s.Catalogue.Collection("many", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	for _, question := range []string{"c4ca4238a0b9", "c4 duong", "c4.."} {
		plan, err := search.Explain(t.Context(), s.Pool, c, question)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "Bitmap Index Scan") || !strings.Contains(plan, `"search_`) {
			t.Errorf("%q does not use the index:\n%s", question, plan)
		}
	}
	hits, err := search.NewStore(s.DB, s.Catalogue).Search(t.Context(), "c4ca4238a0b9", spatial.Access{}, 5)
	if err != nil || len(hits) != 1 || hits[0].ID != "1" {
		t.Errorf("%v, %v", hits, err)
	}
}
