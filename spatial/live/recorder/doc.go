// Package recorder makes positions durable before they are acknowledged: they go to a
// spool on the local disk, and from there to the store, in lots and as often as it
// takes. Positions are SRID 4326, lon lat in degrees.
package recorder
