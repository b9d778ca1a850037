// Package web carries the built web map inside the program. It holds no
// coordinates of its own: the map's sources in web/map state their axis order
// (lon, lat degrees, WGS 84) file by file.
package web
