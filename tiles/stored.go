package tiles

import (
	"bytes"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// Stored is a tile that was not drawn here: of an archive, or of another server.
// Its bytes are as they came, never to be changed.
type Stored struct {
	Bytes    []byte
	Encoding Encoding // that Bytes are in
	Type     string   // media type, ContentType for vector tiles
}

// The media types of raster tiles.
const (
	TypePNG  = "image/png"
	TypeJPEG = "image/jpeg"
	TypeWebP = "image/webp"
)

// Empty reports whether there is no tile.
func (s Stored) Empty() bool { return len(s.Bytes) == 0 }

// ETag is a strong validator of the bytes in this encoding (RFC 9110 §8.8.3).
func (s Stored) ETag() string {
	return `"` + strconv.FormatUint(xxhash.Sum64(s.Bytes), 16) + "-" + strconv.FormatInt(int64(len(s.Bytes)), 16) + suffix(s.Encoding) + `"`
}

// Plain is the tile without its encoding.
func (s Stored) Plain() (Stored, error) {
	if s.Encoding == Identity {
		return s, nil
	}
	var c compressors
	b, err := c.expand(s.Encoding, s.Bytes)
	return Stored{Bytes: b, Type: s.Type}, err
}

// TypeOfImage tells an image by its first bytes; "" is none that is served.
func TypeOfImage(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return TypePNG
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return TypeJPEG
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return TypeWebP
	}
	return ""
}
