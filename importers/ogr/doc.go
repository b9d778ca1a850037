// Package ogr reads the long tail of formats through GDAL's command line
// programs: MapInfo TAB and MIF, MicroStation DGN V7, FileGDB, GML, ODS,
// OpenStreetMap and DWG R2000.
//
// Coordinates come x first (lon, lat; E, N) in the file's own CRS, also for
// those whose authority puts latitude first: GDAL's traditional order. Nothing
// is transformed.
//
// What a file is, this package decides by its content; GDAL is told, and every
// other driver is switched off, so that no file can pose as a virtual format
// that names further files or addresses. ogrinfo lists the layers, ogr2ogr
// writes one layer as PostgreSQL COPY text, which keeps what FlatGeobuf would
// lose: bytes of text in no valid encoding, heights in layers of mixed types,
// lists, curves.
//
// Each run is a process of its own, so that a crash or a hang in GDAL costs one
// file. It sees
//
//   - a private folder of links to the parts of the dataset, which is also its
//     home and the place of its temporary files,
//   - an environment made here, of which nothing is inherited,
//   - bounded memory, processor time, file size and number of files, and no core
//     dump (Linux; elsewhere time alone is bounded),
//   - no network: a network namespace without devices where the kernel permits
//     one; always a configuration that fetches no schema and sends every request
//     to a proxy that is not there.
//
// Its process group ends with the context, with a stall, and with gisd itself.
package ogr
