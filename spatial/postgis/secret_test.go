package postgis_test

import (
	"bytes"
	"testing"

	"gisd/internal/testdb"
	"gisd/spatial/postgis"
)

func TestSecretIsTheSameForAll(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	first, err := postgis.NewDB(pool, nil).Secret(t.Context(), "cursor")
	if err != nil {
		t.Fatal(err)
	}
	again, err := postgis.NewDB(pool, nil).Secret(t.Context(), "cursor")
	if err != nil {
		t.Fatal(err)
	}
	other, err := postgis.NewDB(pool, nil).Secret(t.Context(), "another")
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 32 || !bytes.Equal(first, again) || bytes.Equal(first, other) {
		t.Errorf("got %x, %x and %x", first, again, other)
	}
}
