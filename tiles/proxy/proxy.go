package proxy

import (
	"bytes"
	"context"
	"io"
	"strings"

	"gisd/spatial"
	"gisd/tiles"
)

// Getter fetches an address, bounded in size and time. absent says that there is
// nothing at the address, which is no error.
type Getter interface {
	Get(ctx context.Context, address string, w io.Writer) (absent bool, err error)
}

// Proxy asks other servers for tiles, so many at a time. It is safe for
// goroutines.
type Proxy struct {
	getter Getter
	places chan struct{}
}

// New returns a proxy; places is how many tiles are asked for at a time.
func New(getter Getter, places int) *Proxy {
	return &Proxy{getter, make(chan struct{}, places)}
}

// Tile asks for one tile; it is empty where the other server has none. What it
// says its answer is does not count: an answer that is no tile is refused.
//
// Errors: unavailable where the other server fails, without its name or address,
// which are for the log alone; canceled and timeout with ctx.
func (p *Proxy) Tile(ctx context.Context, t *spatial.Tileset, c tiles.Coord) (tiles.Stored, error) {
	const op = "proxy: tile"
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	case <-ctx.Done():
		return tiles.Stored{}, ctx.Err()
	}
	var body bytes.Buffer
	absent, err := p.getter.Get(ctx, Address(t, c), &body)
	switch {
	case ctx.Err() != nil:
		return tiles.Stored{}, ctx.Err()
	case err != nil:
		return tiles.Stored{}, &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "The server of these tiles does not answer as it should.", Err: err}
	case absent || body.Len() == 0:
		return tiles.Stored{}, nil
	}
	b := body.Bytes()
	if t.Vector() {
		return vector(b)
	}
	if kind := tiles.TypeOfImage(b); kind != "" {
		return tiles.Stored{Bytes: b, Type: kind}, nil
	}
	return tiles.Stored{}, notATile(b)
}

// vector takes bytes for a tile that begin as one: gzip, or the first field of
// MVT 2.1, layers.
func vector(b []byte) (tiles.Stored, error) {
	const layers = 3<<3 | 2
	switch {
	case len(b) > 2 && b[0] == 0x1f && b[1] == 0x8b:
		return tiles.Stored{Bytes: b, Encoding: tiles.Gzip, Type: tiles.ContentType}, nil
	case b[0] == layers:
		return tiles.Stored{Bytes: b, Type: tiles.ContentType}, nil
	}
	return tiles.Stored{}, notATile(b)
}

func notATile(b []byte) error {
	begin := strings.ToValidUTF8(string(b[:min(len(b), 200)]), "?")
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: "proxy: tile, which begins " + begin, Message: "The server of these tiles does not answer as it should."}
}
