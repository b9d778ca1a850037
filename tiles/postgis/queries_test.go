package postgis_test

import (
	"testing"

	"gisd/internal/testdb"
)

func TestQueriesPrepare(t *testing.T) {
	t.Parallel()
	testdb.PrepareQueries(t)
}
