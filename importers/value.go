package importers

// Value is one attribute of a Record, without boxing; the FieldInfo at the same
// place says which member holds it.
//
//	string, json  Bytes (UTF-8, NFC)
//	integer       Int
//	number        Float
//	boolean       Int, 0 or 1
//	date          Int, days since 2000-01-01 (PostgreSQL's epoch)
//	datetime      Int, microseconds since 2000-01-01T00:00Z
type Value struct {
	Valid bool // false is null
	Int   int64
	Float float64
	Bytes []byte
}
