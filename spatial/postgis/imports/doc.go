// Package imports is the importers.Sink of PostGIS: it loads records into the
// table that will be the next version of a collection, repairs, merges with the
// version that is there, and publishes. Geometries come as EWKB, x first, in the
// SRID of the plan and are stored in it, or in that of the version merged with.
package imports
