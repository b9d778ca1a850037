package mvt

import (
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// MaxID is the largest feature id that every reader holds exactly: JavaScript
// numbers have 53 bits.
const MaxID = 1<<53 - 1

// TextID is the feature id of a text key: 53 bits of its XXH64, the same on
// every node and in every version. Keys that share an id are told apart by the
// property "id", which carries the key itself.
func TextID(key []byte) uint64 { return xxhash.Sum64(key) & MaxID }

// IntegerID is the feature id of an integer key: the key itself from 0 to
// MaxID, else that of its decimal digits as text, and hashed is true.
func IntegerID(key int64) (id uint64, hashed bool) {
	if key >= 0 && key <= MaxID {
		return uint64(key), false
	}
	var b [20]byte
	return TextID(strconv.AppendInt(b[:0], key, 10)), true
}
