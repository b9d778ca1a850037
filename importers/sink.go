package importers

import (
	"context"
	"errors"
	"io"

	"gisd/spatial"
)

// ErrDuplicateID is wrapped by Settle's error when two rows have one id.
var ErrDuplicateID = errors.New("ids are not unique")

// Plan is what a version's table will look like.
type Plan struct {
	Options Options
	Schema  Schema
	Fields  []spatial.Field // columns settled, in order
	IDKind  spatial.IDKind
	IDField string // property, "" for ids of the source and running numbers
	SRID    spatial.SRID
	// CRSText registers a custom system when SRID is 0: its WKT.
	CRSText   string
	CRSReason string
	Geometry  spatial.GeometryType
}

// Sink is where versions of collections are made. The database implements it;
// every import goes through one.
type Sink interface {
	// Begin claims the next version of the collection for this import until the
	// staging is closed. With beside, an open staging of this sink, the two share
	// their fate; nil begins alone. Errors: conflict when the collection exists
	// and the mode is create, or when another import of it is running; invalid
	// when the reference system is unknown.
	Begin(ctx context.Context, p *Plan, beside Staging) (Staging, error)
	// Publish swaps the versions in and stores their reports: all or none. They
	// were begun beside each other.
	Publish(ctx context.Context, all []Staged) error
}

// Staged is a version that waits to be published.
type Staged struct {
	Staging Staging
	Plan    *Plan
	Report  *Report
	SHA256  string // of the source, in hex; "" for one without bytes
}

// Staging is one version in the making. Nothing of it is visible before
// Sink.Publish, and Close removes all of it unless it was published.
type Staging interface {
	// Load makes the table anew and copies rows into it: PostgreSQL's binary
	// COPY format with the plan's fields in order, then id, then geom as EWKB
	// (a collection without geometry has no geom). It returns the rows copied.
	Load(ctx context.Context, p *Plan, rows io.Reader) (int64, error)
	// Settle completes the table: repaired, keyed, indexed, analyzed.
	Settle(ctx context.Context, p *Plan) (Repair, error)
	// SRID is the storage CRS, Version the version's number.
	Target() (spatial.SRID, int)
	// Close releases the claim; failed says why it was not published, for the
	// record.
	Close(ctx context.Context, r *Report, failed error) error
}
