package wfs_test

import (
	"os"
	"testing"

	"gisd/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }
