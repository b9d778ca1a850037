package importers

import (
	"context"

	"gisd/spatial"
)

// Mode says what an import does with the collection that is there.
type Mode string

// The modes. Each makes a new version; readers see the old one until it is
// complete.
const (
	ModeCreate  Mode = "create"  // a new collection; conflict where it exists
	ModeReplace Mode = "replace" // what the source holds and nothing else, or a new collection
	ModeAppend  Mode = "append"  // what is there and the source's records after it
	ModeUpsert  Mode = "upsert"  // the source's records replace those of the same key; needs Key
)

// KeyGeometry as a key takes the hash of the normalized geometry for the id.
const KeyGeometry = "geometry"

// Options of one import. The zero value of a member is its default.
type Options struct {
	Collection string       // id, [a-z][a-z0-9_-]{0,62}
	Mode       Mode         // ModeCreate
	Title      spatial.Text // the layer's name for a new collection
	Retitle    bool         // the title is meant for a collection that exists, too
	Key        string       // field that holds the ids, or KeyGeometry; "" finds one, or numbers the records
	SRID       spatial.SRID // overrides what the source says; 0 does not
	SwapXY     bool         // the source's first ordinate is the northing or latitude
	// MaxErrors is the number of records that may be rejected; a negative one
	// is no bound. Zero stops at the first.
	MaxErrors int64
	DryRun    bool // everything but the publishing; what was staged is dropped

	DeleteMissing bool // with ModeUpsert: what the source does not hold goes
	AllowLoss     bool // a field may go, or change to a type that holds less
	DiscardEdits  bool // edits made since the last import may be lost
	RebaseEdits   bool // they are made again on the new version, by key

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

	// Home is the office's own area in SRID 4326 and Known gives boxes of data at
	// hand: a system that the source does not name is guessed by them.
	Home  spatial.Envelope
	Known func(context.Context) ([]spatial.Envelope, error)

	Source   Provenance
	Rejects  RejectWriter   // nil drops them
	Progress func(Progress) // called about once a second and at each stage; nil for none
}

func (o *Options) mode() Mode {
	if o.Mode == "" {
		return ModeCreate
	}
	return o.Mode
}

// Provenance is what an import records of where its data came from.
type Provenance struct {
	Name  string // base name of the file
	Bytes int64
	// Mapping is the text of the mapping file, "" without one.
	Mapping string
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
	StageLoad    Stage = "load"        // reading and copying
	StageSettle  Stage = "settle"      // repair, keys, index, statistics
	StagePublish Stage = "publish"     // the swap
	StageNames   Stage = "index names" // published; the search by name is made fast
	StageDone    Stage = "done"
	StageWrite   Stage = "write" // of an export, its only one
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

func (o *Options) crsRequest() CRSRequest {
	return CRSRequest{SRID: o.SRID, SwapXY: o.SwapXY, Home: o.Home, Known: o.Known}
}
