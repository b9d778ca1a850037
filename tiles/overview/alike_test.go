package overview_test

import (
	"errors"
	"testing"

	"gisd/tiles/cell"
	"gisd/tiles/overview"
)

// TestAlike: small scales are told of what they show, and of nothing else.
func TestAlike(t *testing.T) {
	t.Parallel()
	before := newTown(t, 30, false)
	same := func(_, _ int64, use string) (string, bool) { return use, true }
	for _, test := range []struct {
		name  string
		after *town
		want  bool
	}{
		{"as it was", newTown(t, 30, false), true},
		{"another use", newEditedTown(t, 30, false, func(x, y int64, use string) (string, bool) {
			if x == 7 && y == 7 {
				use = "SKK"
			}
			return use, true
		}), false},
		{"one less", newEditedTown(t, 30, false, func(x, y int64, use string) (string, bool) { return use, x != 7 || y != 7 }), false},
		{"all wider", newTownOf(t, plot+1, 30, false, same), false},
	} {
		at := before.cells[0]
		got, err := overview.Alike(before.bytes[at], test.after.bytes[at], "loai_dat")
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %v", test.name, got, err)
		}
		// Without the use only the parcels count.
		if got, err := overview.Alike(before.bytes[at], test.after.bytes[at], ""); err != nil || got != (test.want || test.name == "another use") {
			t.Errorf("%s, any use: %v, %v", test.name, got, err)
		}
	}
	if _, err := overview.Alike(before.bytes[before.cells[0]], []byte("damaged"), ""); !errors.Is(err, cell.ErrRecord) {
		t.Errorf("damaged: %v", err)
	}
}
