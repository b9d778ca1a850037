// Package jt808 reads JT/T 808-2013 and -2019, the protocol of vehicle terminals in
// China and of many trackers sold in Vietnam: registration, authentication,
// heartbeat, location and batches of locations.
//
// The wire has lat and lon in 1e-6 degrees, here taken as SRID 4326, speeds in
// 1/10 km/h and times in GMT+8. There is no I/O.
package jt808
