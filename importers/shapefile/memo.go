package shapefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// maxMemo bounds the text of one memo: a length in the file may be a lie.
const maxMemo = 8 << 20

// memoBlock is the size of a block where the file does not say another.
const memoBlock = 512

var (
	errNoText   = errors.New("it holds a picture or an object, not text")
	errMemoSize = fmt.Errorf("it is longer than %d MiB", maxMemo>>20)
	errMemoMore = errors.New("the table asks for more text than the memo file holds")
)

// memo is the file that holds the long texts of a table, in blocks which the
// table has the numbers of:
//
//	dBASE III  .dbt  text up to an end mark, in blocks of 512 bytes
//	dBASE IV   .dbt  FF FF 08 00, the length with these eight bytes, text
//	FoxPro     .fpt  kind (1 is text) and length, big-endian, text
type memo struct {
	f     *os.File
	size  int64
	block int64
	fox   bool
	buf   []byte // of the memo that was read last
	left  int64  // what may still be read in this pass
}

// begin allows another pass over the memos. Each has its place in the file, so that
// a table which asks for much more than that means to fill memory or time.
func (m *memo) begin() {
	if m != nil {
		m.left = 4*m.size + 16<<20
	}
}

func openMemo(path string) (*memo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("shapefile: open memos: %w", err)
	}
	st, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("shapefile: open memos: %w", err), f.Close())
	}
	m := &memo{f: f, size: st.Size(), block: memoBlock, fox: strings.HasSuffix(strings.ToLower(path), ".fpt")}
	var head [24]byte
	if n, _ := f.ReadAt(head[:], 0); n < len(head) {
		return m, nil // there are no memos in it
	}
	stated := int64(binary.LittleEndian.Uint16(head[20:]))
	if m.fox {
		stated = int64(binary.BigEndian.Uint16(head[6:]))
	}
	// In a .dbt of dBASE III these bytes are unused, and not always zero.
	if m.fox && stated > 0 || !m.fox && stated >= memoBlock && stated%memoBlock == 0 {
		m.block = stated
	}
	return m, nil
}

func (m *memo) close() error {
	if m == nil {
		return nil
	}
	return m.f.Close()
}

// text returns the memo of a block, valid until the next call.
func (m *memo) text(number int64) ([]byte, error) {
	const header = 8
	if number < 0 || number > m.size/m.block {
		return nil, errShort
	}
	at := number * m.block
	var head [header]byte
	n, _ := m.f.ReadAt(head[:], at)
	switch {
	case n == 0:
		return nil, errShort
	case m.fox && n == header:
		if binary.BigEndian.Uint32(head[:]) != 1 {
			return nil, errNoText
		}
		return m.read(at+header, int64(binary.BigEndian.Uint32(head[4:])))
	case !m.fox && n == header && binary.LittleEndian.Uint32(head[:]) == 0x0008ffff:
		return m.read(at+header, int64(binary.LittleEndian.Uint32(head[4:]))-header)
	}
	return m.untilMark(at)
}

func (m *memo) read(at, length int64) ([]byte, error) {
	switch {
	case length < 0 || at+length > m.size:
		return nil, errShort
	case length > maxMemo:
		return nil, errMemoSize
	}
	if err := m.grow(length); err != nil {
		return nil, err
	}
	if _, err := m.f.ReadAt(m.buf, at); err != nil {
		return nil, err
	}
	return plainMemo(m.buf), nil
}

// untilMark reads on until 1A, or to the end of the file.
func (m *memo) untilMark(at int64) ([]byte, error) {
	const endMark = 0x1a
	for length := m.block; ; length *= 4 {
		length = min(length, m.size-at, maxMemo+1)
		if err := m.grow(length); err != nil {
			return nil, err
		}
		if _, err := m.f.ReadAt(m.buf, at); err != nil {
			return nil, err
		}
		if end := bytes.IndexByte(m.buf, endMark); end >= 0 {
			return plainMemo(m.buf[:end]), nil
		}
		if length == m.size-at {
			return plainMemo(m.buf), nil
		}
		if length > maxMemo {
			return nil, errMemoSize
		}
	}
}

func (m *memo) grow(n int64) error {
	if m.left -= n; m.left < 0 {
		return errMemoMore
	}
	if int64(cap(m.buf)) < n {
		m.buf = make([]byte, n)
	}
	m.buf = m.buf[:n]
	return nil
}

// plainMemo takes out the line ends that an editor of the time has put in to wrap
// the text, 8D 0A, and what fills up the last block.
func plainMemo(b []byte) []byte {
	if nul := bytes.IndexByte(b, 0); nul >= 0 {
		b = b[:nul]
	}
	b = bytes.TrimRight(b, " \r\n\x1a")
	soft := []byte{0x8d, '\n'}
	if !bytes.Contains(b, soft) {
		return b
	}
	out := b[:0]
	for len(b) > 0 {
		before, after, _ := bytes.Cut(b, soft)
		out, b = append(out, before...), after
	}
	return out
}

// isMemo tells the columns whose value is the number of a block.
func (c *column) isMemo() bool {
	return c.kind == 'M' || c.kind == 'G' || c.kind == 'P' || c.kind == 'B' && c.to-c.from == memoWidth
}

// memoWidth is that of a block's number in text. Visual FoxPro has it in four
// bytes; eight bytes of type B are a number.
const memoWidth = 10

// texts tells the columns whose memos are read: G, P and B are pictures and
// objects of other programs.
func (d *dbf) texts(c *column) bool { return c.kind == 'M' && d.memo != nil }

// memoOf is the memo that a row has in a column, nil for none. Its error says why
// there is one and cannot be had.
func (d *dbf) memoOf(raw []byte) ([]byte, error) {
	var number int64
	if len(raw) == 4 {
		number = int64(binary.LittleEndian.Uint32(raw))
	} else if raw = trim(raw); len(raw) > 0 {
		var ok bool
		if number, ok = parseInt(raw); !ok {
			return nil, errors.New("the number of its block is none")
		}
	}
	if number == 0 {
		return nil, nil
	}
	return d.memo.text(number)
}

func lostMemo(f importers.FieldInfo, raw []byte, err error) importers.RecordError {
	e := lostValue(f, raw)
	e.Reason = spatial.Text{
		VI: "văn bản trong tệp memo không đọc được, để trống: " + err.Error(),
		EN: "the text in the memo file cannot be read; left empty: " + err.Error(),
	}
	return e
}

func memoNote(c *column, lacking bool) spatial.Text {
	if c.kind == 'M' && lacking {
		return spatial.Text{
			VI: "trường " + c.field.Name + " là memo, mà không có tệp .dbt hoặc .fpt chứa chữ của nó: trường chỉ có số khối; hãy đặt tệp ấy cạnh tệp .dbf rồi nhập lại",
			EN: "the field " + c.field.Name + " is a memo, and the .dbt or .fpt file with its text is missing: the field has the numbers of its blocks; put that file beside the .dbf and import again",
		}
	}
	return spatial.Text{
		VI: "trường " + c.field.Name + " là memo chứa ảnh hoặc đối tượng của chương trình khác, không được đọc, và trường chỉ có số khối",
		EN: "the field " + c.field.Name + " is a memo of pictures or objects of other programs, which are not read, and the field has the numbers of its blocks",
	}
}
