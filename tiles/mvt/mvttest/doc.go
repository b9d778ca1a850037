// Package mvttest judges vector tiles by the rules of MVT 2.1, independently of
// the encoder. Positions are tile units, x to the right, y down.
package mvttest
