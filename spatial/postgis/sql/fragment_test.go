package sql_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/postgis/sql"
)

func TestFragment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		column string
		values []any
		text   string
		args   []any
	}{
		{"no condition", "a", nil, `select 1, $1 where true`, []any{"x"}},
		{"two conditions", `a"b`, []any{1, "'; drop"}, "select 1, $1 where \"t\".\"a\"\"b\" = $2\n  and \"t\".\"a\"\"b\" = $3", []any{"x", 1, "'; drop"}},
	} {
		conditions := []sql.Fragment{}
		for _, v := range tt.values {
			conditions = append(conditions, sql.Concat(sql.Ident("t", tt.column), sql.Lit(" = "), sql.Arg(v)))
		}
		columns := sql.List(sql.Lit("1"), sql.Arg("x"), sql.Fragment{})
		text, args := sql.Concat(sql.Lit("select "), columns, sql.Lit(" where "), sql.And(conditions...)).Build()
		if diff := cmp.Diff(tt.text, text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.args, args); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
