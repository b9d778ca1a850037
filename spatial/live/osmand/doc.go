// Package osmand reads what OsmAnd's trip recorder and Traccar Client send over
// HTTP: parameters of a query or form, or the JSON of newer clients.
//
// Positions are lon, lat in SRID 4326 degrees. Parameters carry speeds in knots,
// JSON in metres per second; both leave here as km/h. There is no I/O.
package osmand
