package importers

import (
	"context"
	"errors"
	"io"

	"gisd/spatial"
)

// ErrDuplicateID is wrapped by Settle's error when two rows have one id.
var ErrDuplicateID = errors.New("ids are not unique")

// Plan is what a source is loaded as, and what a version's table will look like.
type Plan struct {
	Options Options
	Base    *Base  // the version that is there; nil where there is none
	Merge   *Merge // how the source goes into Base; nil where it is a version by itself

	// What is loaded.
	Schema  Schema
	Fields  []spatial.Field // columns settled, in order
	IDKind  spatial.IDKind
	IDField string // property, "" where IDSource is not IDFromField
	SRID    spatial.SRID
	// CRSText registers a custom system when SRID is 0: its WKT.
	CRSText   string
	CRSReason string
	Geometry  spatial.GeometryType

	// What the version has; with Merge its ids are those of Base.
	Version    []spatial.Field
	Dimensions spatial.Dimensions
	IDSource   IDSource
}

// VersionIDs says where the ids of the version come from.
func (p *Plan) VersionIDs() (kind spatial.IDKind, source IDSource, field string) {
	if p.Merge != nil {
		return p.Base.IDKind, p.Base.IDSource, p.Base.IDField
	}
	return p.IDKind, p.IDSource, p.IDField
}

// Claim is a collection that an import is about to make a version of.
type Claim struct {
	Collection string
	Mode       Mode
}

// Sink is where versions of collections are made. The database implements it;
// every import goes through one.
type Sink interface {
	// Reserve keeps other imports away from the collections until release is
	// called, which must be after all stagings are closed. It comes before anything
	// is read: who comes second need not load millions of rows to learn of it.
	// Errors: conflict when another import has one of them, or when one is to be
	// created and exists.
	Reserve(ctx context.Context, claims []Claim) (release func(), err error)
	// Base describes the current version of a collection; nil where it has none,
	// or is not there.
	Base(ctx context.Context, collection string) (*Base, error)
	// Edits hands out what was edited in a version since it was imported, in the
	// order of the ids.
	Edits(ctx context.Context, collection string, version int, emit func(Edit) error) error
	// Begin claims the next version of the collection for this import until the
	// staging is closed. With beside, an open staging of this sink, the two share
	// their fate; nil begins alone. Errors: conflict when the collection exists
	// and the mode is create, when its current version is not the plan's Base any
	// more, or when another import of it is running; invalid when the reference
	// system is unknown.
	Begin(ctx context.Context, p *Plan, beside Staging) (Staging, error)
	// Publish swaps the versions in and stores their reports: all or none. They
	// were begun beside each other. Errors: conflict when the version they build
	// on was edited meanwhile.
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
	// COPY format with the plan's fields in order, those that are the id left out,
	// then id, then geom as EWKB
	// (a collection without geometry has no geom). It returns the rows copied.
	Load(ctx context.Context, p *Plan, rows io.Reader) (int64, error)
	// Settle completes the table: repaired, merged with the plan's Base, keyed,
	// indexed, analyzed, edits made again where that is asked for. Errors:
	// conflict where edits would be lost and nobody said that they may be.
	Settle(ctx context.Context, p *Plan, tell SettleListener) (Outcome, error)
	// Target is the CRS that the source is loaded in, and the version's number.
	Target() (spatial.SRID, int)
	// Close releases the claim; failed says why it was not published, for the
	// record.
	Close(ctx context.Context, r *Report, failed error) error
}

// Finisher is a Staging with work that readers need not wait for: it follows the
// publishing, on what is visible already. What ctx or a fault cuts short is left
// to a later start, and said in left, "" for nothing.
type Finisher interface {
	Finish(ctx context.Context) (left string)
}

// SettleListener hears what a sink finds in the rows once they are there.
type SettleListener interface {
	// Reject tells of a record that is not taken after all; its error ends the
	// settling.
	Reject(e RecordError) error
	// Edited tells of an edit that would be lost or that the source contradicts.
	Edited(e RecordError) error
}

// Outcome is what a version came to.
type Outcome struct {
	Repair Repair
	Counts
	Fields    []FieldCount      // what the updated features differ in
	Features  int64             // of the version
	Extent    *spatial.Envelope // of the version, in its own CRS, where it was merged
	Discarded int64             // edits that are gone
	Rebased   int64             // edits made again
}

// Counts says what became of the features.
type Counts struct {
	Inserted  int64 `json:"inserted"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Deleted   int64 `json:"deleted"`
}

// FieldCount says how many of the updated features have a new value in a field;
// "geometry" stands for theirs.
type FieldCount struct {
	Field   string `json:"field"`
	Updated int64  `json:"updated"`
}
