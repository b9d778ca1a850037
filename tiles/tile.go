package tiles

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// ContentType is how a tile is served.
const ContentType = "application/vnd.mapbox-vector-tile"

// Tile is one answer in every encoding that was asked of it; each is made once,
// when it is first asked for. The plain bytes go once a compressed form stands
// for them, unless somebody takes them plain. It is safe for goroutines, and
// its slices, which go straight into responses, are never changed.
type Tile struct {
	// Since says which edits the tile shows, as text of the database's; "" is not
	// known.
	Since string

	tag    string // of the content: "hash-length", both hexadecimal
	length int    // of the plain bytes
	forms  [encodings]atomic.Pointer[Encoded]
	size   atomic.Int64

	asked  atomic.Uint32 // for Either
	making sync.Mutex
	wanted atomic.Bool // the plain form itself was asked for
}

// Encoded is the tile in one content coding, its header values ready made.
type Encoded struct {
	Bytes  []byte
	ETag   []string // a strong validator of these very bytes (RFC 9110 §8.8.3)
	Length []string
	Coding []string // nil for the plain form
}

// NewTile wraps an encoded tile; empty bytes are the empty tile. The bytes
// become the tile's own.
func NewTile(b []byte) *Tile {
	t := &Tile{length: len(b)}
	t.size.Store(tileOverhead)
	if len(b) > 0 {
		t.tag = strconv.FormatUint(xxhash.Sum64(b), 16) + "-" + strconv.FormatInt(int64(len(b)), 16)
		t.put(Identity, b)
	}
	return t
}

// What a tile takes beside its bytes, and each form of it.
const (
	tileOverhead = 256
	formOverhead = 192
)

// suffix tells the validators of the encodings apart.
func suffix(e Encoding) string { return [...]string{"", "-gz", "-br", "-zs"}[e] }

// put adds a form and returns it; with the lock held, or before the tile is
// shared.
func (t *Tile) put(e Encoding, b []byte) *Encoded {
	form := &Encoded{Bytes: b, ETag: []string{`"` + t.tag + suffix(e) + `"`}, Length: []string{strconv.Itoa(len(b))}}
	if e != Identity {
		form.Coding = []string{e.String()}
	}
	t.size.Add(formOverhead + int64(cap(b)))
	t.forms[e].Store(form)
	return form
}

// Empty reports whether there is nothing on the tile.
func (t *Tile) Empty() bool { return t.length == 0 }

// Size is about what the tile takes in memory, in bytes. It grows when another
// encoding is made.
func (t *Tile) Size() int { return int(t.size.Load()) }

// Len is the length of the plain tile in bytes.
func (t *Tile) Len() int { return t.length }

// Match returns the validator among the lines of an If-None-Match header that
// stands for this content in any encoding (RFC 9110 §13.1.2, weak comparison);
// no encoding is made for it. A "*" matches whatever there is.
func (t *Tile) Match(lines []string) (string, bool) {
	if t.Empty() {
		return "", false
	}
	for _, line := range lines {
		for given := range strings.SplitSeq(line, ",") {
			given = strings.TrimSpace(given)
			if given == "*" {
				return `"` + t.tag + `"`, true
			}
			strong := strings.TrimPrefix(given, "W/")
			rest, ok := strings.CutPrefix(strong, `"`+t.tag)
			if !ok {
				continue
			}
			for e := range encodings {
				if rest == suffix(e)+`"` {
					return strong, true
				}
			}
		}
	}
	return "", false
}

// has returns a form that is there already.
func (t *Tile) has(e Encoding) *Encoded { return t.forms[e].Load() }

// in returns the tile in the encoding, or plain where compressing saves
// nothing; grown says that it was made now. It must not be empty.
func (t *Tile) in(e Encoding, c *compressors) (form *Encoded, grown bool) {
	if form := t.has(e); form != nil && (e != Identity || t.wanted.Load()) {
		return form, false
	}
	t.making.Lock()
	defer t.making.Unlock()
	if e == Identity {
		t.wanted.Store(true)
	}
	if form := t.has(e); form != nil {
		return form, false
	}
	plain, err := t.plain(c)
	if err != nil {
		return t.any(), false
	}
	if e == Identity {
		return t.put(Identity, plain), true
	}
	if t.length >= compressFrom {
		if b, err := c.compress(e, plain); err == nil && len(b) < len(plain) {
			form := t.put(e, b)
			t.release()
			return form, true
		}
	}
	// Stands for the encoding from now on, so that it is not tried again.
	form = t.has(Identity)
	if form == nil {
		form = t.put(Identity, plain)
	}
	t.wanted.Store(true)
	t.forms[e].Store(form)
	return form, true
}

// improve makes br and gives up zstd, for which it stands; false where nothing
// changed.
func (t *Tile) improve(c *compressors) bool {
	form, grown := t.in(Brotli, c)
	if form.Coding == nil {
		return grown
	}
	t.making.Lock()
	defer t.making.Unlock()
	if old := t.has(Zstd); old != nil && old.Coding != nil {
		t.forms[Zstd].Store(nil)
		t.size.Add(-formOverhead - int64(cap(old.Bytes)))
	}
	return true
}

// release gives up the plain bytes where nobody asked for them.
func (t *Tile) release() {
	if old := t.has(Identity); old != nil && !t.wanted.Load() {
		t.forms[Identity].Store(nil)
		t.size.Add(-formOverhead - int64(cap(old.Bytes)))
	}
}

// whole is the plain tile, whatever forms there are.
func (t *Tile) whole(c *compressors) ([]byte, error) {
	t.making.Lock()
	defer t.making.Unlock()
	return t.plain(c)
}

func (t *Tile) plain(c *compressors) ([]byte, error) {
	if form := t.has(Identity); form != nil {
		return form.Bytes, nil
	}
	e, form := t.packed()
	return c.expand(e, form.Bytes)
}

// packed is the first compressed form that is there.
func (t *Tile) packed() (Encoding, *Encoded) {
	for e := Zstd; e > Identity; e-- {
		if form := t.has(e); form != nil && form.Coding != nil {
			return e, form
		}
	}
	return Identity, t.has(Identity)
}

// any is whatever form there is.
func (t *Tile) any() *Encoded {
	_, form := t.packed()
	return form
}
