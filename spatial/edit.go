package spatial

import "time"

// Locking says whether changes of features have to name the state that they
// build on, so that nobody undoes what they have not seen.
type Locking string

// The ways of locking. Desktop clients that name no state can change features
// where it is optional alone.
const (
	LockingOptional Locking = "optional"
	LockingRequired Locking = "required"
)

// RequiredGeometry stands for the geometry among the required properties of a
// collection.
const RequiredGeometry = "geometry"

// Edit is what a feature is to become. What it does not set stays as it is, or is
// null in a new feature.
type Edit struct {
	// Properties are values by their place among the collection's Fields, each of
	// the type that FieldType names; nil is null.
	Properties map[int]any
	// Geometry is in the storage CRS where spatial/crs supports it, else in SRID
	// 4326, x first; an empty one takes the geometry away.
	Geometry     Geometry
	SetsGeometry bool
}

// FeatureState names one state of a feature: ID, Revision and ChangedAt together
// are never given twice within a collection.
type FeatureState struct {
	ID        string    `json:"id"`
	Revision  int64     `json:"revision"`
	ChangedAt time.Time `json:"changedAt"` // UTC
	ChangedBy string    `json:"changedBy"`
	ETag      string    `json:"etag,omitempty"` // as HTTP spells the state
}

// State is the state that the feature is in.
func (f *Feature) State() FeatureState {
	return FeatureState{ID: f.ID, Revision: f.Revision, ChangedAt: f.RecordedAt, ChangedBy: f.ChangedBy}
}

// ChangeKind is what happened to a feature.
type ChangeKind string

// The kinds. After a reload any feature may be another one: whoever follows the
// changes reads the collection again.
const (
	ChangeInsert ChangeKind = "insert"
	ChangeUpdate ChangeKind = "update"
	ChangeDelete ChangeKind = "delete"
	ChangeReload ChangeKind = "reload"
)

// FeatureChange is one committed change of one feature, or of a whole collection.
type FeatureChange struct {
	// Position orders the changes of a collection by when they were seen to be
	// committed: growing, never given twice. It is microseconds since 1970, at or
	// after the commit.
	Position  uint64
	Version   int // of the collection
	Kind      ChangeKind
	ID        string // "" for a reload
	Revision  int64  // that the feature has since; of a deleted one the last that it had
	ChangedAt time.Time
	ChangedBy string
	// Feature is the feature as this change made it, nil where it has changed again
	// since: a later change has it, or tells that it is gone.
	Feature *Feature
}

// FeatureChanges are a page of changes, ordered by position.
type FeatureChanges struct {
	List []FeatureChange
	More bool // others follow already
	// Position is where to go on: all up to it has been seen.
	Position uint64
}
