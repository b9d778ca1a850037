package xlsx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxToken bounds a tag or a text: a cell holds 32,767 characters, each of which
// may be written as an entity.
const (
	maxToken   = 1 << 20
	bufferSize = 32 << 10
)

// tokens reads XML tag by tag in constant memory. It knows what spreadsheets
// are made of: no DTD (ECMA-376 Part 2 forbids one), so no entities beyond the
// five of XML.
type tokens struct {
	r       *bufio.Reader
	text    []byte // before the tag, as it stands; valid until next
	name    []byte // of the tag without its prefix
	attrs   []byte
	end     bool // </name>
	empty   bool // <name/>
	textBuf []byte
	tagBuf  []byte
}

var errDTD = errors.New("the XML has a document type, which a spreadsheet must not have")

func newTokens(r io.Reader) *tokens {
	b := bufio.NewReaderSize(r, bufferSize)
	if head, err := b.Peek(2); err == nil && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		b = bufio.NewReaderSize(transform.NewReader(b, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), bufferSize)
	}
	return &tokens{r: b}
}

// next finds the next tag; io.EOF is the end. text is what stood before it,
// comments and CDATA included as text alone.
func (t *tokens) next() error {
	t.text = nil
	t.textBuf = t.textBuf[:0]
	for {
		part, err := t.r.ReadSlice('<')
		// The slice dies with the next read.
		if t.textBuf = append(t.textBuf, part...); len(t.textBuf) > maxToken {
			return tokenError(bufio.ErrBufferFull)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return err
		}
		t.textBuf = t.textBuf[:len(t.textBuf)-1]
		head, err := t.r.Peek(1)
		if err != nil {
			return io.ErrUnexpectedEOF
		}
		if head[0] != '!' && head[0] != '?' {
			break
		}
		if err := t.aside(); err != nil {
			return err
		}
	}
	t.text = t.textBuf
	return t.tag()
}

func tokenError(err error) error {
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return fmt.Errorf("the XML has a tag or text of more than %d KiB", maxToken>>10)
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// aside passes over a comment or processing instruction and takes CDATA as text.
func (t *tokens) aside() error {
	head, _ := t.r.Peek(8)
	switch {
	case bytes.HasPrefix(head, []byte("!--")):
		return t.until("-->", nil)
	case bytes.HasPrefix(head, []byte("![CDATA[")):
		if _, err := t.r.Discard(8); err != nil {
			return tokenError(err)
		}
		from := len(t.textBuf)
		if err := t.until("]]>", &t.textBuf); err != nil {
			return err
		}
		raw := append([]byte(nil), t.textBuf[from:]...)
		t.textBuf = append(t.textBuf[:from], bytes.ReplaceAll(raw, []byte("&"), []byte("&amp;"))...)
		return nil
	case head[0] == '?':
		return t.until("?>", nil)
	}
	return errDTD
}

// until reads to the end mark, appending what is before it to keep.
func (t *tokens) until(mark string, keep *[]byte) error {
	var tail []byte
	for {
		part, err := t.r.ReadSlice('>')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return tokenError(err)
		}
		if keep != nil {
			if *keep = append(*keep, part...); len(*keep) > 2*maxToken {
				return tokenError(bufio.ErrBufferFull)
			}
		}
		tail = append(tail, part[max(0, len(part)-len(mark)):]...)
		tail = tail[max(0, len(tail)-len(mark)):]
		if string(tail) == mark {
			if keep != nil {
				*keep = (*keep)[:len(*keep)-len(mark)]
			}
			return nil
		}
	}
}

func (t *tokens) tag() error {
	tag, err := t.r.ReadSlice('>')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return tokenError(err)
	}
	// A > inside an attribute does not end the tag.
	if quotes := bytes.Count(tag, []byte{'"'}); err != nil || quotes&1 == 1 {
		t.tagBuf = append(t.tagBuf[:0], tag...)
		for err != nil || quotes&1 == 1 {
			tag, err = t.r.ReadSlice('>')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return tokenError(err)
			}
			quotes += bytes.Count(tag, []byte{'"'})
			if t.tagBuf = append(t.tagBuf, tag...); len(t.tagBuf) > maxToken {
				return tokenError(bufio.ErrBufferFull)
			}
		}
		tag = t.tagBuf
	}
	tag = tag[:len(tag)-1]
	t.end = len(tag) > 0 && tag[0] == '/'
	t.empty = !t.end && len(tag) > 0 && tag[len(tag)-1] == '/'
	if t.end {
		tag = tag[1:]
	}
	if t.empty {
		tag = tag[:len(tag)-1]
	}
	i := bytes.IndexAny(tag, " \t\r\n")
	if i < 0 {
		i = len(tag)
	}
	t.name, t.attrs = local(tag[:i]), tag[i:]
	return nil
}

func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// attr is the value of an attribute by its local name, as it stands.
func (t *tokens) attr(name string) []byte {
	b := t.attrs
	for {
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return nil
		}
		key := bytes.TrimSpace(b[:eq])
		b = bytes.TrimLeft(b[eq+1:], " \t\r\n")
		if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
			return nil
		}
		end := bytes.IndexByte(b[1:], b[0])
		if end < 0 {
			return nil
		}
		if string(local(key)) == name {
			return b[1 : 1+end]
		}
		b = b[2+end:]
	}
}

func (t *tokens) attrText(name string) string { return string(appendText(nil, t.attr(name))) }

// appendText appends text with its entities and the escapes _xHHHH_ (ECMA-376
// Part 1 §22.9.2.19) resolved. Carriage returns become line feeds.
func appendText(dst, b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '_') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return append(dst, b...)
	}
	for len(b) > 0 {
		switch {
		case b[0] == '&':
			if end := bytes.IndexByte(b[:min(len(b), 12)], ';'); end > 0 {
				if r, ok := entity(string(b[1:end])); ok {
					dst = utf8.AppendRune(dst, r)
					b = b[end+1:]
					continue
				}
			}
		case b[0] == '_' && len(b) >= 7 && b[1] == 'x' && b[6] == '_':
			if v, err := strconv.ParseUint(string(b[2:6]), 16, 16); err == nil {
				if v != 0 && v != '\r' {
					dst = utf8.AppendRune(dst, rune(v))
				}
				b = b[7:]
				continue
			}
		case b[0] == '\r':
			if len(b) > 1 && b[1] == '\n' {
				b = b[1:]
			}
			b = append([]byte{'\n'}, b[1:]...)
		}
		dst = append(dst, b[0])
		b = b[1:]
	}
	return dst
}

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) > 1 && name[0] == '#' {
		base, digits := 10, name[1:]
		if digits[0] == 'x' || digits[0] == 'X' {
			base, digits = 16, digits[1:]
		}
		v, err := strconv.ParseUint(digits, base, 21)
		return rune(v), err == nil && v != 0 && utf8.ValidRune(rune(v))
	}
	return 0, false
}
