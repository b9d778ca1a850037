package tiles

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// Packer turns tiles into bytes that another node reads, and back. The zero
// value is ready; it is safe for goroutines.
type Packer struct{ compressors compressors }

// packVersion is raised with every change of the form; others are not read.
const packVersion = 1

var errPack = errors.New("tiles: these bytes are no packed tile")

// Pack returns the tile compressed, with its Since, in memory of its own:
//
//	version, encoding        a byte each
//	since, tag               each behind its length
//	length of the plain tile
//	xxhash64 of what follows 8 bytes
//	the tile in the encoding
func (p *Packer) Pack(t *Tile) ([]byte, error) {
	e, payload := Identity, []byte(nil)
	if form := t.has(Zstd); form != nil && form.Coding != nil {
		e, payload = Zstd, form.Bytes
	} else if !t.Empty() {
		plain, err := t.whole(&p.compressors)
		if err != nil {
			return nil, err
		}
		payload = plain
		if len(plain) >= compressFrom {
			b, err := p.compressors.compress(Zstd, plain)
			if err != nil {
				return nil, fmt.Errorf("tiles: pack: %w", err)
			}
			if len(b) < len(plain) {
				e, payload = Zstd, b
			}
		}
	}
	b := make([]byte, 0, len(payload)+len(t.Since)+len(t.tag)+32)
	b = append(b, packVersion, byte(e))
	for _, text := range []string{t.Since, t.tag} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(b, uint64(t.length))
	b = binary.LittleEndian.AppendUint64(b, xxhash.Sum64(payload))
	return append(b, payload...), nil
}

// Unpack reads what Pack wrote and keeps a part of b.
func (p *Packer) Unpack(b []byte) (*Tile, error) {
	if len(b) < 2 || b[0] != packVersion || Encoding(b[1]) >= encodings {
		return nil, errPack
	}
	t, e := &Tile{}, Encoding(b[1])
	b = b[2:]
	for _, text := range []*string{&t.Since, &t.tag} {
		n, read := binary.Uvarint(b)
		if read <= 0 || n > uint64(len(b)-read) {
			return nil, errPack
		}
		*text, b = string(b[read:read+int(n)]), b[read+int(n):]
	}
	n, read := binary.Uvarint(b)
	if read <= 0 || n > maxPlain || len(b) < read+8 {
		return nil, errPack
	}
	sum, payload := binary.LittleEndian.Uint64(b[read:]), b[read+8:]
	if xxhash.Sum64(payload) != sum || (n == 0) != (len(payload) == 0) {
		return nil, errPack
	}
	t.length = int(n)
	t.size.Store(tileOverhead)
	if n > 0 {
		t.put(e, payload)
	}
	return t, nil
}
