package ogc

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"

	"gisd/spatial"
)

// cursors make and read the tokens of next links. A token holds the version of
// the collection, a hash of the filters and the last id, under a MAC: only what
// this server gave out is taken back, so that its form may change.
type cursors struct {
	key []byte
}

func newCursors(key []byte) cursors {
	sum := sha256.Sum256(append([]byte("gisd cursor 1\x00"), key...))
	return cursors{key: sum[:]}
}

const (
	macBytes  = 12
	hashBytes = 8
)

// write makes the token for going on after the id.
func (s cursors) write(c *spatial.Collection, filters url.Values, after string) string {
	body := binary.AppendUvarint(nil, uint64(c.Version))
	body = append(body, s.context(c, filters)...)
	body = append(body, after...)
	return base64.RawURLEncoding.EncodeToString(append(s.mac(body), body...))
}

// read returns the id to go on after, or what is wrong with the token.
func (s cursors) read(c *spatial.Collection, filters url.Values, token string) (after, fault string) {
	const forged = "is not one that this server gave out; start again without it"
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || base64.RawURLEncoding.EncodeToString(raw) != token || len(raw) < macBytes || !hmac.Equal(raw[:macBytes], s.mac(raw[macBytes:])) {
		return "", forged
	}
	version, n := binary.Uvarint(raw[macBytes:])
	rest := raw[macBytes+max(n, 0):]
	if n <= 0 || len(rest) <= hashBytes {
		return "", forged
	}
	if !hmac.Equal(rest[:hashBytes], s.context(c, filters)) {
		return "", "belongs to other filters or to ids that are gone; start again without it"
	}
	if version != uint64(c.Version) && c.IDField == "" {
		return "", "belongs to an earlier import, whose ids are gone; start again without it"
	}
	return string(rest[hashBytes:]), ""
}

// context ties a token to the collection, the kind of its ids, and the filters.
func (s cursors) context(c *spatial.Collection, filters url.Values) []byte {
	var b strings.Builder
	for _, part := range []string{c.ID, string(c.IDKind), c.IDField, filters.Encode()} {
		b.WriteString(part)
		b.WriteByte(0)
	}
	return s.mac([]byte(b.String()))[:hashBytes]
}

func (s cursors) mac(body []byte) []byte {
	m := hmac.New(sha256.New, s.key)
	m.Write(body)
	return m.Sum(nil)[:macBytes]
}
