// Package archtest holds the import law as a test: which of our packages may
// import which, and which libraries stop where. No coordinates are handled
// here.
package archtest
