package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"gisd/tiles"
)

// The kinds of tiles of PMTiles 3 §3.3.
const typeMVT = 1

func formatOf(kind uint8) (Format, bool) {
	f, ok := map[uint8]Format{typeMVT: FormatVector, 2: FormatPNG, 3: FormatJPEG, 4: FormatWebP}[kind]
	return f, ok
}

// pmtiles reads a PMTiles archive. Its root directory stays in memory, and some
// of the leaves.
type pmtiles struct {
	file        io.ReaderAt
	close       func() error
	header      *header
	description Description
	root        []entry

	mu     sync.Mutex
	leaves map[uint64][]entry // by offset
	held   int                // entries of all leaves
}

// Bounds of what an archive may take in memory: a directory with compression and
// without, in bytes, the leaves that are held, in entries of 24 bytes; and how
// deep leaves may lie.
const (
	maxDirectory = 4 << 20
	maxUnfolded  = 16 << 20
	maxHeld      = 1 << 18
	maxDepth     = 4
	maxMetadata  = 16 << 20
)

func newPMTiles(ctx context.Context, file io.ReaderAt, size int64) (*pmtiles, error) {
	head := make([]byte, headerSize)
	if n, err := file.ReadAt(head, 0); err != nil && !(errors.Is(err, io.EOF) && n == len(head)) {
		return nil, errShort
	}
	h, err := decodeHeader(head, size)
	if err != nil {
		return nil, err
	}
	format, ok := formatOf(h.Type)
	if !ok {
		return nil, fmt.Errorf("its tiles are of a kind that is not served (%d): vector, PNG, JPEG or WebP are", h.Type)
	}
	p := &pmtiles{file: file, header: h, leaves: map[uint64][]entry{}, close: func() error { return nil }}
	p.description = Description{Format: format, MinZoom: int(h.MinZoom), MaxZoom: min(int(h.MaxZoom), tiles.MaxZoom),
		Bounds: tidyBounds(h.Bounds), Center: h.Center, CenterZoom: int(h.CenterZoom)}
	if p.root, err = p.directory(h.Root); err != nil {
		return nil, err
	}
	if err := p.readMetadata(); err != nil {
		return nil, err
	}
	if !format.Vector() && len(p.root) > 0 {
		p.description.TileSize, err = p.tileSize(ctx)
	}
	return p, err
}

// tileSize looks at the first tile.
func (p *pmtiles) tileSize(ctx context.Context) (int, error) {
	c, ok := CoordOf(p.root[0].ID)
	if !ok {
		return 0, nil
	}
	first, err := p.Tile(ctx, c)
	return side(first.Bytes), err
}

// readMetadata reads the JSON document; one that is missing or odd says nothing.
func (p *pmtiles) readMetadata() error {
	if p.header.Metadata.Length == 0 {
		return nil
	}
	b, err := p.section(p.header.Metadata, maxMetadata)
	if err != nil {
		return err
	}
	if b, err = expand(p.header.Internal, b, maxMetadata); err != nil {
		return err
	}
	var m pmtilesMetadata
	if json.Unmarshal(b, &m) == nil {
		p.description.Name, p.description.Description, p.description.Attribution = m.Name, m.Description, m.Attribution
		p.description.VectorLayers = m.VectorLayers
	}
	return nil
}

// section reads a range of the file.
func (p *pmtiles) section(s section, most uint64) ([]byte, error) {
	if s.Length > most {
		return nil, fmt.Errorf("the archive is damaged: a part of it has %d bytes", s.Length)
	}
	b := make([]byte, s.Length)
	if n, err := p.file.ReadAt(b, int64(s.Offset)); n < len(b) {
		if errors.Is(err, io.EOF) {
			err = errShort
		}
		return nil, err
	}
	return b, nil
}

func (p *pmtiles) directory(s section) ([]entry, error) {
	b, err := p.section(s, maxDirectory)
	if err != nil {
		return nil, err
	}
	if b, err = expand(p.header.Internal, b, maxUnfolded); err != nil {
		return nil, err
	}
	return readDirectory(b)
}

// leaf is a leaf directory, in memory or one read away.
func (p *pmtiles) leaf(e entry) ([]entry, error) {
	p.mu.Lock()
	list, ok := p.leaves[e.Offset]
	p.mu.Unlock()
	if ok {
		return list, nil
	}
	list, err := p.directory(section{p.header.Leaves.Offset + e.Offset, uint64(e.Length)})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held+len(list) > maxHeld {
		clear(p.leaves)
		p.held = 0
	}
	if _, there := p.leaves[e.Offset]; !there {
		p.leaves[e.Offset] = list
		p.held += len(list)
	}
	return list, nil
}

// Description implements Archive.
func (p *pmtiles) Description() Description { return p.description }

// Close implements Archive.
func (p *pmtiles) Close() error { return p.close() }

// Tile implements Archive.
func (p *pmtiles) Tile(ctx context.Context, c tiles.Coord) (tiles.Stored, error) {
	if !c.Valid() || c.Z < uint32(p.header.MinZoom) || c.Z > uint32(p.header.MaxZoom) {
		return tiles.Stored{}, nil
	}
	id, list := TileID(c), p.root
	for range maxDepth {
		e, ok := find(list, id)
		if !ok {
			return tiles.Stored{}, nil
		}
		if e.Run > 0 {
			return p.content(c, e)
		}
		if err := ctx.Err(); err != nil {
			return tiles.Stored{}, err
		}
		var err error
		if list, err = p.leaf(e); err != nil {
			return tiles.Stored{}, err
		}
	}
	return tiles.Stored{}, errors.New("the archive is damaged: its directories have no end")
}

func (p *pmtiles) content(c tiles.Coord, e entry) (tiles.Stored, error) {
	if e.Length > maxTile {
		return tiles.Stored{}, tooLargeTile(c, uint64(e.Length))
	}
	b, err := p.section(section{p.header.Data.Offset + e.Offset, uint64(e.Length)}, maxTile)
	if err != nil {
		return tiles.Stored{}, err
	}
	encoding := map[compression]tiles.Encoding{compressionGzip: tiles.Gzip, compressionBrotli: tiles.Brotli, compressionZstd: tiles.Zstd}[p.header.Tiles]
	if p.description.Format.Vector() {
		if p.header.Tiles == compressionUnknown {
			encoding = encodingOf(b)
		}
		return tiles.Stored{Bytes: b, Encoding: encoding, Type: tiles.ContentType}, nil
	}
	if encoding != tiles.Identity {
		if b, err = expand(p.header.Tiles, b, maxTile); err != nil {
			return tiles.Stored{}, err
		}
	}
	return image(b)
}

// encodingOf tells gzip by its first bytes (RFC 1952 §2.3.1).
func encodingOf(b []byte) tiles.Encoding {
	if len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b {
		return tiles.Gzip
	}
	return tiles.Identity
}

// tidyBounds takes what cannot be true for the world.
func tidyBounds(b [4]float64) [4]float64 {
	b = [4]float64{max(b[0], -180), max(b[1], -maxLat), min(b[2], 180), min(b[3], maxLat)}
	if !(b[0] < b[2] && b[1] < b[3]) {
		return world()
	}
	return b
}
