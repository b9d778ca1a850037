package tiles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Encoding is a content coding (RFC 9110 §8.4.1) that tiles are sent in.
type Encoding uint8

// The encodings; Identity is the tile as it was drawn.
const (
	Identity Encoding = iota
	Gzip
	Brotli
	Zstd
	encodings // how many there are

	// Either is for callers who take zstd and br alike: zstd, quickly made, at
	// first; br, a sixth smaller, once the tile turns out to be asked for.
	Either = encodings
)

// eitherAsked is how often a tile is asked for before br is worth its time.
const eitherAsked = 3

// String is the coding's registered name, "" for Identity.
func (e Encoding) String() string { return [...]string{"", "gzip", "br", "zstd"}[e] }

// compressFrom is the size in bytes from which compressing saves a packet.
const compressFrom = 256

// The levels: past these each percent less costs twice the time. Below 5 brotli
// saves hardly more than gzip.
const (
	gzipLevel   = 5
	brotliLevel = 5
)

// maxPlain bounds what a compressed tile may unfold to, in bytes.
const maxPlain = 256 << 20

// compressors reuses the large buffers that compressing takes. The zero value
// is ready; it is safe for goroutines.
type compressors struct {
	gzip, brotli, zstd, unzstd sync.Pool
}

// compress returns b in the encoding, in memory of its own.
func (c *compressors) compress(e Encoding, b []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(b) / 2)
	var err error
	switch e {
	case Gzip:
		w, _ := c.gzip.Get().(*gzip.Writer)
		if w == nil {
			if w, err = gzip.NewWriterLevel(&out, gzipLevel); err != nil {
				return nil, err
			}
		}
		w.Reset(&out)
		err = finish(w, b)
		c.gzip.Put(w)
	case Brotli:
		w, _ := c.brotli.Get().(*brotli.Writer)
		if w == nil {
			w = brotli.NewWriterLevel(&out, brotliLevel)
		}
		w.Reset(&out)
		err = finish(w, b)
		c.brotli.Put(w)
	case Zstd:
		w, _ := c.zstd.Get().(*zstd.Encoder)
		if w == nil {
			// The window is what every browser grants (RFC 9659).
			// Coordinates seldom repeat, but some bytes are commoner than others.
			w, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true),
				zstd.WithAllLitEntropyCompression(true))
			if err != nil {
				return nil, err
			}
		}
		defer c.zstd.Put(w)
		return bytes.Clone(w.EncodeAll(b, out.AvailableBuffer())), nil
	default:
		return b, nil
	}
	return bytes.Clone(out.Bytes()), err
}

func finish(w io.WriteCloser, b []byte) error {
	_, err := w.Write(b)
	return errors.Join(err, w.Close())
}

// expand undoes compress.
func (c *compressors) expand(e Encoding, b []byte) ([]byte, error) {
	var r io.Reader
	var err error
	switch e {
	case Gzip:
		r, err = gzip.NewReader(bytes.NewReader(b))
	case Brotli:
		r = brotli.NewReader(bytes.NewReader(b))
	case Zstd:
		d, _ := c.unzstd.Get().(*zstd.Decoder)
		if d == nil {
			if d, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPlain)); err != nil {
				return nil, fmt.Errorf("tiles: expand: %w", err)
			}
		}
		defer c.unzstd.Put(d)
		return d.DecodeAll(b, nil)
	default:
		return b, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tiles: expand: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxPlain))
	if err != nil {
		return nil, fmt.Errorf("tiles: expand: %w", err)
	}
	return plain, nil
}
