package importers

import "gisd/spatial"

// Report is what an import did. It is stored with the version and printed by
// the command line.
type Report struct {
	Collection string               `json:"collection"`
	Version    int                  `json:"version"`
	Mode       Mode                 `json:"mode"`
	Layer      string               `json:"layer"`
	Format     string               `json:"format"`
	Geometry   spatial.GeometryType `json:"geometry"`
	Dimensions spatial.Dimensions   `json:"dimensions"`
	SRID       spatial.SRID         `json:"srid"`
	CRSReason  string               `json:"crsReason"`
	CRSGuess   bool                 `json:"crsGuess,omitempty"`
	Encoding   string               `json:"encoding"`
	IDFrom     string               `json:"idFrom"` // a field, "source", "geometry" or "number"

	Read     int64 `json:"read"`
	Loaded   int64 `json:"loaded"`
	Rejected int64 `json:"rejected"`
	Lost     int64 `json:"lostValues"` // values left empty because they did not fit
	Empty    int64 `json:"empty"`      // records without geometry

	Counts
	Fields   []FieldCount `json:"fields,omitempty"`
	Features int64        `json:"features"` // of the version
	Changes  []Change     `json:"changes,omitempty"`
	Edits    EditsReport  `json:"edits,omitzero"`

	Repeats Repeats `json:"repeats,omitzero"`

	Repair  Repair            `json:"repair"`
	Extent  *spatial.Envelope `json:"extent,omitempty"` // in the storage CRS; nil without coordinates
	Notes   []string          `json:"notes,omitempty"`
	DryRun  bool              `json:"dryRun,omitempty"`
	Seconds Seconds           `json:"seconds"`
}

// EditsReport says what became of the edits made since the last import.
type EditsReport struct {
	Found     int64 `json:"found"`     // in the version that was there
	Discarded int64 `json:"discarded"` // gone with it
	Rebased   int64 `json:"rebased"`   // made again on the new one
	Conflicts int64 `json:"conflicts"` // of these, those whose feature the source changes too; the edit stands
}

// Repair says what became of invalid geometries.
type Repair struct {
	Invalid    int64   `json:"invalid"`    // found
	Emptied    int64   `json:"emptied"`    // nothing of their kind was left
	AreaBefore float64 `json:"areaBefore"` // of the invalid ones, in AreaUnit
	AreaAfter  float64 `json:"areaAfter"`
	// AreaUnit is "m2" where degrees were measured on the ellipsoid, else "": the
	// square of the CRS's unit.
	AreaUnit string `json:"areaUnit,omitempty"`
	// Features are the first 100 that were repaired, in the order of their ids.
	Features []RepairedFeature `json:"features,omitempty"`
	// EmptiedIDs are the features whose geometry was emptied, in the order of
	// their ids: all of them as the sink returns them, the first 100 in a report.
	EmptiedIDs []string `json:"emptiedIds,omitempty"`
}

// RepairedFeature is one of them.
type RepairedFeature struct {
	ID         string  `json:"id"`
	Reason     string  `json:"reason"` // as PostGIS has it: "Self-intersection[106.6 11.05]"
	AreaBefore float64 `json:"areaBefore"`
	AreaAfter  float64 `json:"areaAfter"`
}

// Seconds is how long each stage took.
type Seconds struct {
	Load    float64 `json:"load"` // first byte read to last row in the table
	Settle  float64 `json:"settle"`
	Publish float64 `json:"publish"`
	Finish  float64 `json:"finish,omitempty"` // the index of names, after it is visible
}
