package importers

import (
	"context"

	"gisd/importers/encodings"
	"gisd/spatial"
)

// Source is one layer of an opened file. It is read by one goroutine, once or
// several times, each Read from the first record on.
type Source interface {
	// Schema describes the layer. It is complete before the first Read: formats
	// without a schema (GeoJSON) scan once to infer it.
	Schema() Schema
	// Read hands every record in file order to emit and stops at emit's error,
	// the context's end or the end of the file. The record and everything in it
	// is valid only during the call. A record that cannot be read has Err set;
	// Read itself fails only where going on is impossible.
	Read(ctx context.Context, emit func(*Record) error) error
	Close() error
}

// Positioned is a Source that knows how much of Schema.Bytes it has read.
type Positioned interface {
	// Position is safe to call while another goroutine reads.
	Position() int64
}

// Schema is what a layer says of itself.
type Schema struct {
	Layer        string // name within its file
	Format       string // "shapefile", "gpkg", "geojson", "geojsonl", "demo"
	GeometryType spatial.GeometryType
	Dimensions   spatial.Dimensions
	CRS          CRS
	Encoding     string // how text was decoded: "utf-8", "windows-1258"…
	// EncodingReason says how the encoding was chosen; "" where the format fixes it.
	EncodingReason string
	// Notes are what the reader decided that people should know, as a change of units.
	Notes  []spatial.Text
	Fields []FieldInfo
	// NativeID is the type of the ids that the source has apart from its fields
	// (a GeoPackage's primary key, GeoJSON's "id"): FieldInteger or FieldString,
	// "" when it has none. Record.ID then holds them.
	NativeID spatial.FieldType
	Count    int64 // records as the source says, -1 when it does not
	Bytes    int64 // size of the source, -1 when unknown
}

// FieldInfo is one attribute as the source declares it.
type FieldInfo struct {
	Name     string // NFC
	Type     spatial.FieldType
	Title    spatial.Text
	Unit     string
	CodeList string
	Samples  []string // up to five distinct values, for inspect
	// Text says how this column's text was decoded; nil where the format fixes it.
	Text *encodings.Choice
}

// CRS is the reference system a source claims.
type CRS struct {
	SRID   spatial.SRID // 0 when unknown
	Name   string       // a URN, URI or "EPSG:9210" as found, "" without one
	WKT    string       // as found, "" without one
	Reason string       // how the SRID was decided: ".prj matches EPSG:9210 by its parameters"
	Guess  bool         // true where nothing in the file says so
	// Note is what speaks against the decision, for people to judge; mostly empty.
	Note spatial.Text
}

// Record is one feature on its way in.
type Record struct {
	Number int64 // 1-based place in the source
	// Geometry is little-endian EWKB without an SRID, with the dimensions of
	// the schema; nil where the record has none.
	Geometry []byte
	// Values stand in the order of Schema.Fields. With Err set they are this
	// record's as far as they could be read, or nil.
	Values []Value
	ID     Value         // where Schema.NativeID is set
	Err    *RecordError  // set when this record cannot be loaded
	Lost   []RecordError // values that do not fit their field and are null instead
}

// RecordError says why a record is refused.
type RecordError struct {
	Field  string // "" for the geometry or the whole record
	Reason spatial.Text
	Raw    string // what stood there, shortened
	ID     string // of the feature, where that and not the record's number is known
	// Whole is the record it is about, where a RejectWriter is told of one. A
	// source sets it in Record.Err where Record.Values do not hold all that it
	// read; of that only Values are used.
	Whole *RejectedRecord
}

// RejectedRecord is a record as its source has it, valid during the call that
// hands it over.
type RejectedRecord struct {
	// Values are JSON: an object of all values, a list of the values of a row that
	// does not fit its columns, a text where there is nothing but text; nil where
	// they cannot be read.
	Values     []byte
	Geometry   []byte // EWKB of the dimensions, nil where there is none that can be read
	Dimensions spatial.Dimensions
	SRID       spatial.SRID // of the geometry; 0 for a custom system
}
