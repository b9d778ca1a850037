package ogc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"

	"gisd/spatial"
)

// cursors make and read the tokens of next and prev links. A token holds the sort
// values and the id at the edge of a page, the direction, what its ids belong to,
// and a hash of filter, order and caller. It is sealed: values of properties
// that a caller may not read do not show, and only what this service gave out,
// on whichever node, is taken back.
type cursors struct {
	seal  cipher.AEAD
	nonce []byte // key of the nonces
}

// bookmark is what a token says.
type bookmark struct {
	at       spatial.Position
	backward bool
}

const contextBytes = 16

func newCursors(secret []byte) (cursors, error) {
	derive := func(purpose string) []byte {
		m := hmac.New(sha256.New, secret)
		m.Write([]byte("gisd cursor 3 " + purpose))
		return m.Sum(nil)
	}
	block, err := aes.NewCipher(derive("seal"))
	if err != nil {
		return cursors{}, fmt.Errorf("ogc: cursors: %w", err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return cursors{}, fmt.Errorf("ogc: cursors: %w", err)
	}
	return cursors{seal: seal, nonce: derive("nonce")}, nil
}

// write makes the token. The same place gives the same token, so that a page's
// entity tag stays; the nonce follows from the plain text and repeats only with it.
func (s cursors) write(c *spatial.Collection, context []byte, b bookmark) string {
	plain := append([]byte(nil), context...)
	direction := byte(0)
	if b.backward {
		direction = 1
	}
	plain = append(plain, direction)
	plain = appendText(plain, idsOf(c))
	plain = binary.AppendUvarint(plain, uint64(len(b.at.Values)))
	for _, v := range b.at.Values {
		if v == nil {
			plain = append(plain, 0)
			continue
		}
		plain = appendText(append(plain, 1), *v)
	}
	plain = append(plain, b.at.ID...)
	nonce := s.nonceOf(plain)
	return base64.RawURLEncoding.EncodeToString(s.seal.Seal(nonce, nonce, plain, nil))
}

func (s cursors) nonceOf(plain []byte) []byte {
	m := hmac.New(sha256.New, s.nonce)
	m.Write(plain)
	return m.Sum(nil)[:s.seal.NonceSize()]
}

// read returns what a token says; fault is what is wrong with it, gone tells that
// the ids it speaks of are no more.
func (s cursors) read(c *spatial.Collection, context []byte, token string) (b bookmark, fault string, gone bool) {
	const forged = "is not one that this server gave out; start again without it"
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || base64.RawURLEncoding.EncodeToString(raw) != token || len(raw) < s.seal.NonceSize() {
		return b, forged, false
	}
	nonce := raw[:s.seal.NonceSize()]
	plain, err := s.seal.Open(nil, nonce, raw[len(nonce):], nil)
	if err != nil || !hmac.Equal(nonce, s.nonceOf(plain)) || len(plain) < contextBytes+1 {
		return b, forged, false
	}
	if !hmac.Equal(plain[:contextBytes], context) {
		return b, "belongs to other filters, another order or another caller; start again without it", false
	}
	b.backward = plain[contextBytes] == 1
	rest := reader{plain[contextBytes+1:]}
	ids := rest.text()
	for range rest.number() {
		var value *string
		if rest.number() == 1 {
			text := rest.text()
			value = &text
		}
		b.at.Values = append(b.at.Values, value)
	}
	b.at.ID = string(rest.data)
	return b, "", ids != idsOf(c)
}

// idsOf names what ids of the collection mean: the same text, the same meaning.
func idsOf(c *spatial.Collection) string {
	return fmt.Sprintf("%s %d %s", c.IDKind, c.IDEpoch, c.IDField)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// reader takes apart what was sealed, and so is well formed.
type reader struct{ data []byte }

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.data)
	r.data = r.data[max(n, 0):]
	return v
}

func (r *reader) text() string {
	n := min(r.number(), uint64(len(r.data)))
	text := string(r.data[:n])
	r.data = r.data[n:]
	return text
}

// contextOf ties a token to the collection, the filters with the order, and the
// caller.
func contextOf(c *spatial.Collection, a spatial.Access, filters url.Values) []byte {
	hash := sha256.New()
	part := func(text string) { hash.Write(appendText(nil, text)) }
	part(c.ID)
	part(a.Subject)
	part(a.Department)
	part(a.Device)
	roles := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	part(strings.Join(roles, "\x00"))
	if c.Limits != nil {
		part(string(c.Limits.Key[:]))
	}
	part(filters.Encode())
	return hash.Sum(nil)[:contextBytes]
}
