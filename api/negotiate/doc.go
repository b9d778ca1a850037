// Package negotiate reads what a caller asks for (media type, paging, bbox,
// datetime) and writes addresses the caller can follow.
//
// A bbox on the wire is in CRS84 order, lon, lat in degrees, unless bbox-crs
// says otherwise; the authority's axis order is undone here, so an Envelope
// that leaves this package is x first.
package negotiate
