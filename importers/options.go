package importers

import (
	"context"

	"gisd/spatial"
)

// Mode says what an import does with the collection that is there.
type Mode string

// ModeCreate wants a new collection, ModeReplace makes a new version of one
// that exists, or a new collection.
const (
	ModeCreate  Mode = "create"
	ModeReplace Mode = "replace"
)

// Options of one import. The zero value of a member is its default.
type Options struct {
	Collection string       // id, [a-z][a-z0-9_-]{0,62}
	Mode       Mode         // ModeCreate
	Title      spatial.Text // the layer's name for a new collection
	Retitle    bool         // the title is meant for a collection that exists, too
	Key        string       // field that holds the ids; "" finds one, or numbers the records
	SRID       spatial.SRID // overrides what the source says; 0 does not
	// MaxErrors is the number of records that may be rejected; a negative one
	// is no bound. Zero stops at the first.
	MaxErrors int64
	DryRun    bool // everything but the publishing; what was staged is dropped

	Publish     bool // visible at once; otherwise a draft, or as the collection was
	Visibility  spatial.Visibility
	Roles       []spatial.Role // for VisibilityRestricted
	Department  string
	Group       string
	Ordinal     int
	SearchField string // "" finds one
	TimeField   string // "" takes the only date or time there is
	Style       []byte // JSON; nil for the default of the geometry type
	Keywords    []string
	Licence     string
	Attribution string
	Demo        bool
	ChangedBy   string // "cli", "user:an"

	Source   Provenance
	Rejects  RejectWriter   // nil drops them
	Progress func(Progress) // called about once a second and at each stage; nil for none
}

// Provenance is what an import records of where its data came from.
type Provenance struct {
	Name  string // base name of the file
	Bytes int64
	// Digest computes the SHA-256, in hex; nil for a source without bytes.
	Digest func(context.Context) (string, error)
}

// RejectWriter receives the records that were not loaded, and the values and
// geometries that were lost (lost true: the record itself was loaded). Record is
// 0 where only the feature's id is known.
type RejectWriter interface {
	Reject(record int64, e RecordError, lost bool) error
}

// Stage is what an import is busy with.
type Stage string

// The stages in their order.
const (
	StageLoad    Stage = "load"    // reading and copying
	StageSettle  Stage = "settle"  // repair, keys, index, statistics
	StagePublish Stage = "publish" // the swap
	StageDone    Stage = "done"
)

// Progress is a snapshot of a running import.
type Progress struct {
	Stage    Stage   `json:"stage"`
	Layer    string  `json:"layer"`
	Read     int64   `json:"read"`
	Total    int64   `json:"total"` // -1 when unknown
	Rejected int64   `json:"rejected"`
	Seconds  float64 `json:"seconds"`
}
