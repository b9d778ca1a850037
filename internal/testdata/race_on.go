//go:build race

package testdata

// Raced says that the race detector is built in.
const Raced = true
