package incidents_test

import (
	"os"
	"testing"

	"gisd/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

func TestQueriesPrepare(t *testing.T) {
	t.Parallel()
	testdb.PrepareQueries(t)
}
