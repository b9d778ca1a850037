package geojson

// AppendJSON appends raw, a JSON value, as text that PostgreSQL's jsonb takes:
// lone surrogates, NUL and what is not UTF-8 in NFC are written anew. ok is
// false for what is no JSON or holds a number beyond any range.
func AppendJSON(dst, raw []byte) (_ []byte, ok bool) { return appendJSON(dst, raw) }
