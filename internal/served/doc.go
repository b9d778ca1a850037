// Package served runs the program as people do, `gisd up` in a folder of its own,
// for what looks at it from outside: test suites and real clients. No coordinates
// are handled here.
package served
