// Package problem holds the one table from errors to HTTP answers: handlers
// return a *spatial.Error and the caller gets application/problem+json
// (RFC 9457) with a request id, in Vietnamese or English. No coordinates are
// handled here.
package problem
