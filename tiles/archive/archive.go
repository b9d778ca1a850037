package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	pixels "image"
	_ "image/jpeg" // formats of raster tiles
	_ "image/png"
	"io"
	"os"

	_ "golang.org/x/image/webp"

	"gisd/tiles"
)

// Archive is an open archive, which is read tile by tile. It is safe for
// goroutines.
type Archive interface {
	Description() Description
	// Tile returns an empty tile where there is none.
	Tile(ctx context.Context, c tiles.Coord) (tiles.Stored, error)
	Close() error
}

// maxTile bounds a tile in its encoding, in bytes.
const maxTile = 16 << 20

// Open opens the archive at path, whose content says what it is. Its errors tell
// what is wrong with the file.
func Open(ctx context.Context, path string) (Archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	head := make([]byte, len(sqliteMagic))
	if _, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	switch {
	case string(head) == sqliteMagic:
		if err := f.Close(); err != nil {
			return nil, err
		}
		return openMBTiles(ctx, path)
	case string(head[:len(magic)]) == magic:
		a, err := newPMTiles(ctx, f, st.Size())
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		a.close = f.Close
		return a, nil
	}
	return nil, errors.Join(errors.New("it is neither PMTiles nor MBTiles"), f.Close())
}

const sqliteMagic = "SQLite format 3\x00"

// image makes a tile of an image, whatever the archive calls it.
func image(b []byte) (tiles.Stored, error) {
	kind := tiles.TypeOfImage(b)
	if kind == "" {
		return tiles.Stored{}, errors.New("the archive is damaged: a tile is no PNG, JPEG or WebP")
	}
	return tiles.Stored{Bytes: b, Type: kind}, nil
}

// side is the width of an image in pixels; 0 where its beginning does not tell.
func side(b []byte) int {
	c, _, err := pixels.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width > 4096 {
		return 0
	}
	return c.Width
}

func tooLargeTile(c tiles.Coord, n uint64) error {
	return fmt.Errorf("the archive is damaged: tile %v has %d bytes", c, n)
}
