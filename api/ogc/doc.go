// Package ogc serves OGC API - Features, Part 1 (OGC 17-069r4) and Part 2 (OGC
// 18-058r1), and the search by name.
//
// In memory coordinates are x first. On the wire they are lon, lat degrees
// (CRS84) unless crs= names another system: then they stand in the order of its
// authority, and this package is the one that swaps. Degrees carry 9 decimals,
// metres 4.
package ogc
