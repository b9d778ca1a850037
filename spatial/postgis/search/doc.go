// Package search finds features by their names, and keeps the trigram indexes
// that make it fast. Positions and envelopes are in SRID 4326, lon lat degrees.
package search
