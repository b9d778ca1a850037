package spatial_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gisd/spatial"
)

// parcels is a collection with everything that speaks of columns and features.
func parcels() *spatial.Collection {
	field := func(name, column string) spatial.Field {
		return spatial.Field{Name: name, Column: column, Type: spatial.FieldString}
	}
	return &spatial.Collection{
		ID: "parcels", Version: 1, IDField: "code", IDKind: spatial.IDText, FeatureCount: 3, WithoutGeometry: 1,
		Fields:      []spatial.Field{field("code", "code"), field("Chủ", "chu"), field("use", "use"), field("since", "since")},
		SearchField: "Chủ", TimeField: "since", Required: []string{"code", "Chủ", spatial.RequiredGeometry},
		Style:   json.RawMessage(`{"kind":"fill","by":"use","categories":[{"value":"ODT"}]}`),
		Extent:  spatial.Envelope{SRID: 4326, MinX: 106, MinY: 10, MaxX: 107, MaxY: 12},
		Pyramid: spatial.Pyramid{ID: 7, Dissolve: "use", Generalisation: json.RawMessage(`[]`)},
	}
}

func names(c *spatial.Collection) (list []string) {
	for _, f := range c.Fields {
		list = append(list, f.Name)
	}
	return list
}

func TestLimitedColumns(t *testing.T) {
	t.Parallel()
	show := func(role spatial.Role, collection string, names ...string) *spatial.RoleLimit {
		return &spatial.RoleLimit{ID: int64(len(role) + len(collection)), Role: role, Collection: collection, Columns: spatial.ColumnsShown, Names: names}
	}
	hide := func(role spatial.Role, collection string, names ...string) *spatial.RoleLimit {
		r := show(role, collection, names...)
		r.Columns = spatial.ColumnsHidden
		return r
	}
	areas := &spatial.RoleLimit{ID: 9, Role: "b", Collection: "parcels", Areas: []int{}}
	for _, test := range []struct {
		name  string
		rules []*spatial.RoleLimit
		want  []string
	}{
		{"shown by name, and the id", []*spatial.RoleLimit{show("a", "parcels", "use")}, []string{"code", "use"}},
		{"shown by column", []*spatial.RoleLimit{show("a", "", "chu")}, []string{"code", "Chủ"}},
		{"nothing shown", []*spatial.RoleLimit{show("a", "")}, []string{"code"}},
		{"hidden in other capitals", []*spatial.RoleLimit{hide("a", "", "USE", "chủ", "CODE")}, []string{"code", "since"}},
		{"nothing hidden", []*spatial.RoleLimit{hide("a", "")}, []string{"code", "Chủ", "use", "since"}},
		{"the closer rule speaks", []*spatial.RoleLimit{hide("a", "", "use"), hide("a", "parcels", "since")}, []string{"code", "Chủ", "use"}},
		{"a closer rule that says nothing", []*spatial.RoleLimit{hide("b", "", "use"), areas}, []string{"code", "Chủ", "since"}},
		{"roles add up", []*spatial.RoleLimit{show("a", "", "use"), show("b", "", "since")}, []string{"code", "use", "since"}},
		{"a role that says nothing adds nothing", []*spatial.RoleLimit{show("a", "", "use"), areas}, []string{"code", "use"}},
	} {
		got := parcels().Limited(test.rules, nil)
		if diff := cmp.Diff(test.want, names(got)); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
		if got.Limits == nil || got.Whole().Limits != nil || got.Limits.Rows() || got.Limits.Columns() != (len(got.Fields) < 4) {
			t.Errorf("%s: %+v", test.name, got.Limits)
		}
	}
	if c := parcels(); c.Limited(nil, nil) != c || c.Limits.Rows() || c.Limits.Columns() || c.Whole() != c {
		t.Error("no rule limits")
	}
}

// Nothing that is handed out names a hidden column.
func TestLimitedNamesNothingHidden(t *testing.T) {
	t.Parallel()
	hidden := func(name string) *spatial.Collection {
		return parcels().Limited([]*spatial.RoleLimit{{ID: 1, Role: "a", Columns: spatial.ColumnsHidden, Names: []string{name}}}, nil)
	}
	c := hidden("Chủ")
	if c.SearchField != "" || c.TimeField != "since" || cmp.Diff([]string{"code", spatial.RequiredGeometry}, c.Required) != "" {
		t.Errorf("search by %q, time %q, required %v", c.SearchField, c.TimeField, c.Required)
	}
	if c.Style == nil || c.Pyramid.ID != 7 || c.Pyramid.Generalisation != nil || c.FeatureCount != 3 {
		t.Errorf("%+v", c)
	}
	if c := hidden("use"); c.Style != nil || !c.Pyramid.Plain || c.Pyramid.Dissolve != "" {
		t.Errorf("style %s, pyramid %+v", c.Style, c.Pyramid)
	}
	if c := hidden("since"); c.TimeField != "" {
		t.Errorf("time %q", c.TimeField)
	}
	if a, b := hidden("use"), hidden("USE"); a.Limits.Key != b.Limits.Key || a.Limits.Key == hidden("since").Limits.Key {
		t.Error("keys are equal where the same is seen, and there alone")
	}
}

// A box is told as far as it lies within the bounds, and only where it meets the area
// itself: the lower left half of a square.
func TestAreaCuts(t *testing.T) {
	t.Parallel()
	a := spatial.Area{
		Bounds:  spatial.Envelope{SRID: 4326, MinX: 106, MinY: 11, MaxX: 107, MaxY: 12},
		Outline: orb.MultiPolygon{{{{106, 11}, {107, 11}, {106, 12}, {106, 11}}}},
	}
	box := func(minX, minY, maxX, maxY float64) spatial.Envelope {
		return spatial.Envelope{SRID: 4326, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
	}
	for _, test := range []struct {
		name  string
		box   spatial.Envelope
		want  spatial.Envelope
		meets bool
	}{
		{"within", box(106.1, 11.1, 106.2, 11.2), box(106.1, 11.1, 106.2, 11.2), true},
		{"a point within", box(106.1, 11.1, 106.1, 11.1), box(106.1, 11.1, 106.1, 11.1), true},
		{"a point on the edge", box(106, 11.5, 106, 11.5), box(106, 11.5, 106, 11.5), true},
		{"reaching out", box(105, 11.1, 106.2, 13), box(106, 11.1, 106.2, 12), true},
		{"all around", box(100, 0, 110, 20), box(106, 11, 107, 12), true},
		{"within the bounds alone", box(106.8, 11.8, 106.9, 11.9), box(106.8, 11.8, 106.9, 11.9), false},
		{"a point there", box(106.9, 11.9, 106.9, 11.9), box(106.9, 11.9, 106.9, 11.9), false},
		{"elsewhere", box(108, 11, 109, 12), box(108, 11, 107, 12), false},
	} {
		for range 2 { // the outline stays as it was
			got, meets := a.Cut(test.box)
			if got != test.want || meets != test.meets {
				t.Errorf("%s: %+v, %v", test.name, got, meets)
			}
		}
	}
}

func TestLimitedAreas(t *testing.T) {
	t.Parallel()
	box := func(minX, maxX float64) spatial.Envelope {
		return spatial.Envelope{SRID: 4326, MinX: minX, MinY: 10, MaxX: maxX, MaxY: 11}
	}
	areas := map[int64]spatial.Area{1: {Numbers: []int{4}, EWKB: "a", Bounds: box(106.1, 106.2)}, 2: {Numbers: []int{5}, EWKB: "b", Bounds: box(106.3, 106.4)}}
	limit := func(id int64, role spatial.Role, collection string, numbers ...int) *spatial.RoleLimit {
		return &spatial.RoleLimit{ID: id, Role: role, Collection: collection, Areas: append([]int{}, numbers...)}
	}
	c := parcels().Limited([]*spatial.RoleLimit{limit(1, "a", "", 4), limit(2, "b", "", 5)}, areas)
	if len(c.Limits.Areas) != 2 || c.Extent.MinX != 106.1 || c.Extent.MaxX != 106.4 || c.FeatureCount != -1 || c.WithoutGeometry != 0 || c.Pyramid.ID != 0 {
		t.Errorf("two roles: %+v", c)
	}
	if cmp.Diff([]int64{1, 2}, c.Limits.RuleIDs()) != "" || c.Whole().FeatureCount != 3 {
		t.Errorf("rules %v", c.Limits.RuleIDs())
	}
	packed := parcels()
	packed.Pyramid.Areas = map[string]int{"A": 12, "B": 3, "": 1}
	one, two := []*spatial.RoleLimit{limit(1, "a", "", 4)}, []*spatial.RoleLimit{limit(1, "a", "", 4), limit(2, "b", "", 5)}
	keyed := map[int64]spatial.Area{1: {EWKB: "a", Key: "A"}, 2: {EWKB: "b", Key: "B"}}
	if got := packed.Limited(two, keyed).Pyramid; got.ID != 7 || cmp.Diff([]int{3, 12}, got.Within) != "" {
		t.Errorf("areas that cells tell apart: %+v", got)
	}
	keyed[2] = spatial.Area{EWKB: "b now", Key: "B now"}
	if got := packed.Limited(two, keyed).Pyramid; got.ID != 0 || got.Within != nil {
		t.Errorf("an area that has changed: %+v", got)
	}
	if got := packed.Limited(one, keyed).Pyramid; got.ID != 7 || cmp.Diff([]int{12}, got.Within) != "" || packed.Pyramid.Within != nil {
		t.Errorf("one that has not: %+v", got)
	}
	if got := packed.Limited([]*spatial.RoleLimit{limit(8, "a", "", 4)}, keyed).Pyramid; got.ID != 0 {
		t.Errorf("no area that is there: %+v", got)
	}
	if rules := spatial.AreaRules("parcels", []*spatial.RoleLimit{limit(1, "a", "", 4), limit(2, "a", "parcels", 5), limit(3, "b", "roads", 4),
		limit(4, "c", "", 4), limit(5, "c", "parcels"), limit(6, "d", "", 7), {ID: 7, Role: "d", Collection: "parcels", Columns: spatial.ColumnsHidden}}); len(rules) != 2 || rules[0].ID != 2 || rules[1].ID != 6 {
		t.Errorf("rules of areas: %+v", rules)
	}
	if c := parcels().Limited([]*spatial.RoleLimit{limit(1, "a", "", 4), limit(3, "a", "parcels")}, areas); c.Limits.Rows() {
		t.Error("everywhere in this collection")
	}
	if c := parcels().Limited([]*spatial.RoleLimit{limit(1, "a", "", 4), limit(3, "b", "parcels")}, areas); c.Limits.Rows() {
		t.Error("one of the roles sees everywhere")
	}
	lost := parcels().Limited([]*spatial.RoleLimit{limit(8, "a", "", 4)}, areas)
	if !lost.Limits.Rows() || len(lost.Limits.Areas) != 0 || !lost.Extent.Empty() {
		t.Errorf("an area that is not there: %+v", lost.Limits)
	}
	other := parcels().Limited([]*spatial.RoleLimit{limit(2, "a", "", 5)}, areas)
	same := parcels().Limited([]*spatial.RoleLimit{limit(2, "b", "parcels", 5)}, areas)
	if other.Limits.Key != same.Limits.Key || other.Limits.Key == lost.Limits.Key || other.Limits.Key == c.Limits.Key {
		t.Error("keys are equal where the same is seen, and there alone")
	}
}
