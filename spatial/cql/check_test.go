package cql_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/cql"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	queryables := func(name string) (cql.Type, bool) {
		t, ok := map[string]cql.Type{"name": cql.TypeString, "area": cql.TypeNumber, "built": cql.TypeDate,
			"seen": cql.TypeTimestamp, "open": cql.TypeBoolean, "geom": cql.TypeGeometry, "tags": cql.TypeAny}[name]
		return t, ok
	}
	for _, test := range []struct {
		filter string
		faults []string
	}{
		{"name='a' and area*2>3 and built<seen and open and s_within(geom,bbox(1,2,3,4))", nil},
		{"a_contains(tags,('x')) and tags='y' and t_after(built,interval(built,seen))", nil},
		{"casei(name) like accenti('x%') and area in (1,area)", nil},
		{"nam='a' or ware=1", []string{`there is no property "nam"`, `there is no property "ware"`}},
		{"area='1'", []string{"'1' is a string where a number is expected"}},
		{"area", []string{"area is no condition: it is a number"}},
		{"name+1=2", []string{"name is a string where a number is expected"}},
		{"geom=geom", []string{"geom is a geometry, which cannot be compared"}},
		{"s_within(name,geom)", []string{"name is a string where a geometry is expected"}},
		{"name like name", []string{"name is no pattern: it must be a text"}},
		{"open and area", []string{"area is a number where a boolean is expected"}},
		{"built<tags", []string{"tags is a any where a date or timestamp is expected"}},
		{"pg_sleep(3)=1", []string{`there is no function "pg_sleep"`}},
	} {
		n, err := cql.ParseText(test.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if e, ok := errors.AsType[*spatial.Error](cql.Check(n, queryables)); ok {
			for _, f := range e.Fields {
				got = append(got, f.Reason)
			}
		}
		if diff := cmp.Diff(test.faults, got); diff != "" {
			t.Errorf("%s: %s", test.filter, diff)
		}
	}
}
