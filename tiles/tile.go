package tiles

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"
)

// ContentType is how a tile is served.
const ContentType = "application/vnd.mapbox-vector-tile"

// gzipFrom is the size from which compressing saves a packet.
const gzipFrom = 256

// Tile is one answer in every encoding that is kept of it. It is immutable; so
// are its slices, which go straight into response headers.
type Tile struct {
	Identity Encoded
	Gzip     Encoded // zero where it saves nothing
}

// Encoded is the tile in one content coding.
type Encoded struct {
	Bytes  []byte
	ETag   []string // the header's value: a strong validator of these very bytes
	Length []string // the header's value
}

// NewTile wraps an encoded tile and compresses it; empty bytes are the empty
// tile.
func NewTile(b []byte) (*Tile, error) {
	t := &Tile{}
	if len(b) == 0 {
		return t, nil
	}
	hash := strconv.FormatUint(xxhash.Sum64(b), 16)
	hash += "-" + strconv.FormatInt(int64(len(b)), 16)
	t.Identity = encoded(b, `"`+hash+`"`)
	if len(b) < gzipFrom {
		return t, nil
	}
	var z bytes.Buffer
	z.Grow(len(b) / 2)
	w, err := gzip.NewWriterLevel(&z, 5)
	if err != nil {
		return nil, fmt.Errorf("tiles: compress: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("tiles: compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("tiles: compress: %w", err)
	}
	if z.Len() < len(b) {
		t.Gzip = encoded(bytes.Clone(z.Bytes()), `"`+hash+`-gz"`)
	}
	return t, nil
}

func encoded(b []byte, etag string) Encoded {
	return Encoded{Bytes: b, ETag: []string{etag}, Length: []string{strconv.Itoa(len(b))}}
}

// Empty reports whether there is nothing on the tile.
func (t *Tile) Empty() bool { return len(t.Identity.Bytes) == 0 }

// Size is about what the tile takes in memory, in bytes.
func (t *Tile) Size() int { return 320 + cap(t.Identity.Bytes) + cap(t.Gzip.Bytes) }
