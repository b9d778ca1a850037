package importers_test

import (
	"testing"

	"gisd/importers"
)

func TestCollectionID(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ id, layer, want string }{
		{"x", "0", "x_0"},
		{"x", "Đường phố", "x_duong_pho"},
		{"x", "_a__b", "x_a_b"},
		{"x", "1:500", "x_1_500"},
		{"x", "", "x_field"},
		{"x_", "a", "x_a"},
		{"a__b", "c", "a__b_c"},
	} {
		got := importers.CollectionID(test.id, test.layer)
		if got != test.want {
			t.Errorf("%q, %q: got %s, want %s", test.id, test.layer, got, test.want)
		}
		if err := importers.CheckID(got); err != nil {
			t.Error(err)
		}
	}
}
