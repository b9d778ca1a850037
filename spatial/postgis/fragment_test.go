package postgis_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/postgis"
)

func TestFragment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		column string
		values []any
		sql    string
		args   []any
	}{
		{"no condition", "a", nil, `select 1, $1 where true`, []any{"x"}},
		{"two conditions", `a"b`, []any{1, "'; drop"}, "select 1, $1 where \"t\".\"a\"\"b\" = $2\n  and \"t\".\"a\"\"b\" = $3", []any{"x", 1, "'; drop"}},
	} {
		sql, args := postgis.Fragment(tt.column, tt.values...)
		if diff := cmp.Diff(tt.sql, sql); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.args, args); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
