package importers

import (
	"context"
	"io"

	"gisd/spatial"
)

// Header describes a layer that is about to be written.
type Header struct {
	Layer      string // name within the file
	Fields     []spatial.Field
	Geometry   spatial.GeometryType
	Dimensions spatial.Dimensions
	SRID       spatial.SRID // of the coordinates that follow, x first
	WKT        string       // definition of the SRID in WKT 1, "" when there is none
	IDKind     spatial.IDKind
	IDField    string            // the field that repeats the id, "" for none
	Count      int64             // records that follow, -1 when unknown
	Extent     *spatial.Envelope // of them, in the SRID; nil when unknown
	LeftOut    int64             // set by Write: records that the format has no place for
}

// Exporter writes one format. Reader and writer of a format share a package.
type Exporter interface {
	Name() string // "gpkg"
	// Extensions are file name endings, lower case with the dot, the usual first.
	Extensions() []string
	MediaType() string
	// Create begins a file on w, which receives it in order from the first byte
	// on. scratch is an existing private folder for what must be collected first;
	// the caller removes it. Errors: unsupported for what the format cannot hold.
	Create(ctx context.Context, w io.Writer, scratch string, h *Header) (Writer, error)
}

// Georeferenced is an Exporter whose format has a reference system of its own, in
// which it is written where none is asked for: GeoJSON and KML.
type Georeferenced interface {
	DefaultSRID() spatial.SRID
}

// WithoutIDs is an Exporter whose format has no place for a feature's id: Write
// puts it into a field before the others, unless one of them repeats it.
type WithoutIDs interface {
	WithoutIDs()
}

// GeometryAlone is an Exporter whose format has no place for a feature without
// geometry: its Writer passes over it, and Write counts it.
type GeometryAlone interface {
	GeometryAlone()
}

// Writer takes the records of one layer, in order. A record's Values stand in
// the order of Header.Fields, ID is its id, Geometry EWKB without SRID in the
// header's dimensions, nil for none. The writer keeps nothing of it.
type Writer interface {
	Write(r *Record) error
	// Close completes the file. Without it, or after an error, there is none.
	Close() error
}
