package importers

// Remarker is a Source with something to say about its last complete Read,
// besides its records.
type Remarker interface{ Remarks() Remarks }

// Remarks go into the report of an import.
type Remarks struct {
	Notes []string
	// Rejects calls emit with what belongs into the reject file and to no record:
	// a row of a joined table that no record asked for. nil for none.
	Rejects func(emit func(RecordError) error) error
}

// RemarksOf asks a source that may be a Remarker.
func RemarksOf(src Source) Remarks {
	if r, ok := src.(Remarker); ok {
		return r.Remarks()
	}
	return Remarks{}
}
