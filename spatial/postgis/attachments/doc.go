// Package attachments keeps photos and documents of features (migration 0015),
// cut into parts so that a range is read without the rest. Places are in SRID 4326 as
// lon, lat degrees.
package attachments
