package importers

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// GeometryKeys makes ids out of geometries: 32 hexadecimal digits, the first
// half of the SHA-256 of the canonical form (wkb.AppendCanonical), so that the
// start and direction of rings and the order of parts do not matter, the
// direction of lines does. Features of one geometry are told apart by the order
// they come in: the second is …-2, the third …-3. The zero value of Dimensions is
// not usable; not safe for use by several goroutines.
type GeometryKeys struct {
	Dimensions spatial.Dimensions
	Repeated   int64 // keys that got a suffix

	seen  hashSet
	again map[uint64]int // those seen more than once: how often
	form  []byte
	key   []byte
}

// Key returns the id of little-endian EWKB without an SRID, valid until the next
// call. A geometry that Inspect refuses has none.
func (k *GeometryKeys) Key(g []byte) ([]byte, error) {
	var err error
	if k.form, err = wkb.AppendCanonical(k.form[:0], g, k.Dimensions); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(k.form)
	k.key = hex.AppendEncode(k.key[:0], sum[:16])
	short := binary.LittleEndian.Uint64(sum[:])
	if k.seen.add(short) {
		return k.key, nil
	}
	if k.again == nil {
		k.again = map[uint64]int{}
	}
	k.again[short] = max(k.again[short], 1) + 1
	k.Repeated++
	return strconv.AppendInt(append(k.key, '-'), int64(k.again[short]), 10), nil
}
