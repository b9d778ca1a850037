// Package arcgis answers as an ArcGIS Server does, for clients that speak nothing
// else: a directory of services, a FeatureServer of one layer for each collection,
// which is read alone, and the description of its vector tiles (GeoServices REST
// API as of ArcGIS Server 10.9.1).
//
// Coordinates are x first in memory and on the wire: spatial references of Esri
// have no order of axes of their own, and EPSG:4326 is lon, lat degrees here.
// Times are milliseconds since 1970 in UTC. Fields go by the names of their columns,
// which every client takes; their aliases are the titles.
//
// An object id is the feature's own id where that is an integer. Of a text it is
// the 53 bits that its tiles have (tiles/mvt.TextID), the same on every node and in
// every version. One that is asked for is looked up among those that this node gave
// out, and else by reading the ids of the whole collection: about a second for a
// million.
package arcgis
