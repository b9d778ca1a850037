// Package lorawan reads what LoRaWAN network servers post over HTTP: the uplinks
// and locations of ChirpStack v3 and v4, the uplinks of The Things Network v3.
//
// Coordinates are lon, lat in SRID 4326 degrees, where the decoded payload or the
// network server tells them. Where nobody does, the fix is unplaced: readings of a
// device that stands where it was last known. There is no I/O.
package lorawan
