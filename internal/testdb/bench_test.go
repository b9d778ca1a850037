package testdb_test

import (
	"testing"

	"gisd/internal/testdb"
)

// BenchmarkURL is the price of making one test database.
func BenchmarkURL(b *testing.B) {
	testdb.URL(b)
	for b.Loop() {
		testdb.URL(b)
	}
}
