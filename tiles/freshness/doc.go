// Package freshness keeps tiles true to their features: it hears of every
// committed change, whoever made it, lets go of exactly the tiles that it
// touches, has packed cells brought up to date and tells the maps that look.
//
// Boxes are in SRID 3857, x first, in metres, edges inside, except those that
// come from the queue, which are in the storage CRS, and those that maps are
// told of, in SRID 4326 as lon, lat degrees. All are rounded outwards.
//
//	statement ─ trigger ─> gisd.dirty ─> Queue.Follow ─┬> Journal      what a build must not miss
//	                                                   ├> Cells        rows answer for touched cells
//	                                                   ├> Tiles.Forget cached tiles go
//	                                                   └> Tell         browsers ask again
//	                                 Queue.ApplyToCells ─> Rebuilder   once in the cluster
package freshness
