package accounts_test

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/postgis/accounts"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	a, ctx := accounts.NewStore(s.Pool, slog.New(slog.DiscardHandler)), t.Context()
	communes := func(features []fixture.Feature) *spatial.Collection {
		return fixture.Collection(t, s.Pool, fixture.Spec{ID: "communes", IDKind: spatial.IDText, SRID: 9210, Features: features})
	}
	bow := fixture.Feature{ID: "bow", WKT: "POLYGON((106 11,107 12,107 11,106 12,106 11))"} // crosses itself
	in := communes(append(fixture.Polygons(3), bow, fixture.Feature{ID: "point", WKT: "POINT(106 11)"}))
	lots := fixture.Collection(t, s.Pool, fixture.Spec{ID: "lots", Features: fixture.Polygons(3)})
	west := spatial.RoleLimit{Role: "west"}
	hide := spatial.RoleLimit{Role: "west", Collection: "lots", Columns: spatial.ColumnsHidden, Names: []string{"Count", "gone"}}
	for _, test := range []struct {
		name string
		l    accounts.Limit
		want spatial.Code
	}{
		{"an area that is not there", accounts.Limit{Rule: west, In: in, Areas: []string{"1", "9"}}, spatial.CodeInvalid},
		{"an area without a surface", accounts.Limit{Rule: west, In: in, Areas: []string{"point"}}, spatial.CodeInvalid},
		{"areas", accounts.Limit{Rule: west, In: in, Areas: []string{"1", "bow"}}, ""},
		{"columns", accounts.Limit{Rule: hide}, ""},
		{"columns anew", accounts.Limit{Rule: hide, Everywhere: true}, ""},
	} {
		if err := a.SetLimit(ctx, test.l); (err == nil) != (test.want == "") || err != nil && spatial.CodeOf(err) != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	list, err := a.Limits(ctx)
	if err != nil || len(list) != 2 || list[0].Rule.Collection != "" || len(list[0].Areas) != 2 || list[0].Faults != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	if second := list[1]; second.Rule.Areas == nil || len(second.Rule.Areas) != 0 || cmp.Diff([]string{"there is no column gone"}, second.Faults) != "" {
		t.Errorf("%+v", second)
	}
	if stale, err := a.StaleAreas(ctx); err != nil || stale != nil {
		t.Errorf("areas as they were taken: %v, %v", stale, err)
	}

	if err := s.Catalogue.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	holder := spatial.Access{Subject: "user:an", Roles: []spatial.Role{"viewer", "west"}}
	for id, rows := range map[string]bool{"lots": false, "communes": true} {
		c, err := s.Catalogue.Collection(id, holder)
		if err != nil || c.Limits.Rows() != rows || c.Limits.Columns() != (id == "lots") || !s.Catalogue.Limited(holder) {
			t.Errorf("%s: %+v, %v", id, c.Limits, err)
		}
	}
	for _, other := range []spatial.Access{{}, spatial.SystemAccess("cli"), {Subject: "a", Roles: []spatial.Role{"west", "admin"}}, {Subject: "b", Roles: []spatial.Role{"viewer"}}} {
		c, err := s.Catalogue.Collection("lots", other)
		if err != nil || c.Limits != nil || len(c.Fields) != len(lots.Fields) || s.Catalogue.Limited(other) {
			t.Errorf("%+v: %+v, %v", other, c.Limits, err)
		}
	}

	moved := fixture.Polygons(3)
	moved[0].WKT = moved[2].WKT
	communes(moved)
	stale, err := a.StaleAreas(ctx)
	if err != nil || len(stale) != 2 || stale[0].Feature != "1" || stale[1].Feature != "bow" {
		t.Errorf("one has moved, one is gone: %v, %v", stale, err)
	}
	for _, collection := range []string{"", "lots"} {
		if err := a.DropLimit(ctx, "west", collection); err != nil {
			t.Error(err)
		}
	}
	if err := a.DropLimit(ctx, "west", ""); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("no limit is left: %v", err)
	}
	if err := s.Catalogue.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Catalogue.Collection("lots", holder); err != nil || c.Limits != nil {
		t.Errorf("%+v, %v", c, err)
	}
}
