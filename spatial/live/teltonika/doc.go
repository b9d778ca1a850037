// Package teltonika reads what Teltonika trackers send over TCP: the handshake
// with the IMEI, and packets of AVL records in codec 8, 8 Extended and 16.
//
// The wire has lon and lat in 1e-7 degrees, SRID 4326, and km/h. There is no I/O.
package teltonika
