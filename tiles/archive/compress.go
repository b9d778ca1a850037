package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// gzipLevel: an archive is written once and carried over slow lines.
const gzipLevel = 7

// gzipped compresses b; equal input gives equal bytes.
func gzipped(b []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(b)/2 + 64)
	w, err := gzip.NewWriterLevel(&out, gzipLevel)
	if err == nil {
		_, err = w.Write(b)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("archive: compress: %w", err)
	}
	return out.Bytes(), nil
}

var errTooLarge = errors.New("the archive is damaged: a part of it unfolds without end")

// expand undoes a compression; what comes out is at most so many bytes.
func expand(c compression, b []byte, most int) ([]byte, error) {
	var r io.Reader
	var err error
	switch c {
	case compressionNone, compressionUnknown:
		return b, nil
	case compressionGzip:
		r, err = gzip.NewReader(bytes.NewReader(b))
	case compressionBrotli:
		r = brotli.NewReader(bytes.NewReader(b))
	case compressionZstd:
		var d *zstd.Decoder
		d, err = zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(most)), zstd.WithDecoderLowmem(true))
		if err == nil {
			defer d.Close()
			r = d
		}
	default:
		err = fmt.Errorf("compression %d is not known", c)
	}
	if err != nil {
		return nil, fmt.Errorf("the archive is damaged: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the archive is damaged: %w", err)
	case len(out) > most:
		return nil, errTooLarge
	}
	return out, nil
}
