// Package receive reads features as clients send them and holds them against the
// schema of their collection. Coordinates come in the system and axis order that
// the client names, and leave x first in the storage CRS, or in SRID 4326 where
// spatial/crs does not know that.
package receive
