// Package wfs serves WFS 2.0 (OGC 09-025r2) for clients that know nothing newer:
// ArcMap, AutoCAD Map, MapInfo. It is read alone, asked by key-value pairs, and
// answers in GML 3.2 (OGC 07-036).
//
// Coordinates stand in the order of the authority where a system is named by a URN
// or an address (OGC 09-025r2 §7.9.2.4.4), and x first where it is named EPSG:n, as
// the programs that write it so expect; srsName in the answer repeats the name.
// Names of types are the ids of collections, those of properties their columns,
// which are names in XML as they are.
package wfs
