package tiles_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

// versions draws the second version of collections; the first is gone.
type versions struct{ drawn func() }

func (v versions) Layer(_ context.Context, r tiles.LayerRequest) ([]byte, error) {
	if r.Collection.Version == 1 {
		v.drawn()
		return nil, &spatial.Error{Code: spatial.CodeUnavailable, Err: fmt.Errorf("no table: %w", tiles.ErrReplaced)}
	}
	return fmt.Appendf(nil, "version %d", r.Collection.Version), nil
}

// TestReplacedVersion: who is so far behind that the version they know of is gone gets
// the tile of the version of now, under the key of that; the catalogue is read once.
func TestReplacedVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		renews  bool  // the service can have the catalogue read
		fails   error // so that
		told    bool  // somebody else reads it meanwhile
		renewed int
		want    string // the tile; "" for an error
	}{
		{"read again", true, nil, false, 1, "version 2"},
		{"read meanwhile", true, nil, true, 0, "version 2"},
		{"not to be read", true, errors.New("no connection"), false, 1, ""},
		{"never read", false, nil, false, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, now, renewed := catalogueOf(collection("a")), collection("a"), 0
			now.Version = 2
			publish := func() {
				list.mu.Lock()
				defer list.mu.Unlock()
				list.m["a"] = now
			}
			c := tiles.Config{}
			if test.renews {
				c.Renew = func(context.Context) error {
					renewed++
					if test.fails == nil {
						publish()
					}
					return test.fails
				}
			}
			drawn := func() {}
			if test.told {
				drawn = publish
			}
			s := tiles.NewService(c, list, versions{drawn}, &memory{}, nil)
			for range 2 {
				answer, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
				if test.want == "" {
					if spatial.CodeOf(err) != spatial.CodeUnavailable || !errors.Is(err, tiles.ErrReplaced) {
						t.Fatalf("%v", err)
					}
					break
				}
				if err != nil || !strings.Contains(string(plain(answer)), test.want) {
					t.Fatalf("%v, %v", answer.Tile, err)
				}
			}
			if renewed != test.renewed {
				t.Errorf("read %d times, want %d", renewed, test.renewed)
			}
		})
	}
}
