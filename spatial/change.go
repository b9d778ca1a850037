package spatial

// Change is what one statement changed of a version of a collection: the boxes
// where its features were and are, edges inside. Equal or touching boxes may
// stand there several times.
type Change struct {
	// Position tells committed changes apart and puts them in the order in which
	// they were noticed: one number for the whole database, growing, never given
	// twice, also after a restore.
	Position   uint64
	Collection string
	Version    int
	Boxes      []Envelope // in one SRID
	// Whole says that any feature may have changed; there are no boxes then.
	Whole bool
	// Derived says that what was made of the features changed, not they.
	Derived bool
}

// Changes are what a reader has not seen yet, ordered by position.
type Changes struct {
	List []Change
	// Position is the last one that was given: the reader has now seen all up to it.
	Position uint64
	// Forgotten is a position up to which changes may be gone from the queue.
	Forgotten uint64
	// Rebuilt is the position up to which packed cells were brought up to date.
	Rebuilt uint64
}
