// Clients has programs that people use read a whole collection, one after the
// other, while somebody edits it and somebody else reads it, and wants each to see
// every feature that was there all along, once.
//
//	go run ./clients -n 1000000
//
// The examples of docs/clients.md are run against the same server. The collection
// is made for the purpose; its coordinates are lon, lat degrees (SRID 4326).
package main
