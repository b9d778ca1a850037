package csv

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"gisd/importers/table"
)

// sampleSize is how much of a file is looked at to tell its dialect.
const sampleSize = 128 << 10

// form is what the beginning of a file tells.
type form struct {
	d dialect
	// wide is "utf-16le" or "utf-16be", "" for text of single bytes.
	wide string
	bom  bool  // a UTF-8 mark, which is left out
	skip int64 // bytes before the first record: the mark, a line "sep=;"
	// columns is the usual number of values of a record, steady whether nearly
	// all records have it.
	columns int
	steady  bool
	records int
}

// sniff tells the form of a file; ok is false for what is no text.
func sniff(path, ext string) (f form, ok bool, err error) {
	r, err := os.Open(path)
	if err != nil {
		return f, false, err
	}
	defer r.Close()
	head := make([]byte, sampleSize)
	n, err := io.ReadFull(r, head)
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !whole {
		return f, false, err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		f.bom, f.skip = true, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		f.wide, f.skip = "utf-16le", 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		f.wide, f.skip = "utf-16be", 2
	default:
		f.wide = unmarked(head)
	}
	head = head[f.skip:]
	if f.wide != "" {
		if head, err = io.ReadAll(f.decoded(bytes.NewReader(head))); err != nil {
			return f, false, err
		}
	}
	// A quarter of NULs is a file whose end was never written, or whose writer
	// fills up its values; more is no text.
	if nuls := bytes.Count(head, []byte{0}); nuls*4 > len(head) {
		return f, false, nil
	} else if nuls > 0 {
		head = bytes.ReplaceAll(head, []byte{0}, nil)
	}
	if !isText(head) {
		return f, false, nil
	}
	if line, size := separatorLine(head); size > 0 {
		f.d = dialect{line, '"'}
		if f.wide != "" {
			size *= 2
		}
		f.skip += int64(size)
		f.measure(head[min(size, len(head)):], whole)
		return f, true, nil
	}
	f.choose(head, whole, ext)
	return f, true, nil
}

// unmarked tells UTF-16 without its mark by the zeros in every second byte: those
// of digits, delimiters and line ends, which any table has.
func unmarked(b []byte) string {
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i&1]++
		}
	}
	even, odd := zeros[0], zeros[1]
	switch {
	case odd*3 > len(b) && even*20 < odd:
		return "utf-16le"
	case even*3 > len(b) && odd*20 < even:
		return "utf-16be"
	}
	return ""
}

// text gives the file's text as single bytes or UTF-8, from skip on, without NULs,
// of which dropped has the number.
func (f *form) text(r io.Reader, dropped *int64) io.Reader {
	return &withoutNULs{f.decoded(r), dropped}
}

// withoutNULs leaves out a byte that no text has and no database takes.
type withoutNULs struct {
	r       io.Reader
	dropped *int64
}

func (w *withoutNULs) Read(p []byte) (int, error) {
	for {
		n, err := w.r.Read(p)
		at := bytes.IndexByte(p[:n], 0)
		if at < 0 {
			return n, err
		}
		kept := at
		for _, c := range p[at:n] {
			if c != 0 {
				p[kept] = c
				kept++
			}
		}
		*w.dropped += int64(n - kept)
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

func (f *form) decoded(r io.Reader) io.Reader {
	switch f.wide {
	case "utf-16le":
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder())
	case "utf-16be":
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder())
	}
	return r
}

// isText refuses control characters that no text has; NULs are left out of b.
func isText(b []byte) bool {
	if len(bytes.TrimSpace(b)) == 0 {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			odd++
		}
	}
	return odd*100 <= len(b)
}

// separatorLine reads the line "sep=;" that spreadsheets write and obey.
func separatorLine(b []byte) (delimiter byte, size int) {
	line, _, found := bytes.Cut(b, []byte{'\n'})
	if trimmed := bytes.TrimRight(line, "\r"); found && len(trimmed) == 5 && strings.EqualFold(string(trimmed[:4]), "sep=") {
		return trimmed[4], len(line) + 1
	}
	return 0, 0
}

// choose takes the delimiter that splits the records into the same number of
// values, two or more. Where several do, the rarer in texts and numbers wins.
func (f *form) choose(head []byte, whole bool, ext string) {
	order := []byte("\t;|,")
	if ext == ".psv" {
		order = []byte("|\t;,")
	}
	best := form{d: dialect{',', '"'}, columns: 1}
	best.measure(head, whole)
	score := 0
	for _, delimiter := range order {
		t := form{d: dialect{delimiter, '"'}}
		quality := t.measure(head, whole)
		if t.columns > 1 && quality > score {
			score, best = quality, t
		}
	}
	f.d, f.columns, f.steady, f.records = best.d, best.columns, best.steady, best.records
	if f.columns > 1 && splitsPositions(head, whole) {
		t := form{d: dialect{unused, '"'}}
		t.measure(head, whole)
		f.d, f.columns, f.steady, f.records = t.d, t.columns, t.steady, t.records
	}
}

// unused is the delimiter of a table of one column: the unit separator, which no
// text has.
const unused = 0x1f

// splitsPositions tells a table of one column that holds positions with a comma or
// semicolon between the two: its heading has one name, and its lines are what
// table.IsPosition knows.
func splitsPositions(head []byte, whole bool) bool {
	s := newScannerSize(bytes.NewReader(head), dialect{unused, '"'}, len(head)+1)
	lines := 0
	for lines < 20 {
		ok, err := s.next()
		if err != nil || !ok || s.from == s.to && s.eof && !whole {
			break
		}
		text := s.cells[0].Text
		if lines++; lines == 1 {
			if bytes.ContainsAny(text, ",;") {
				return false
			}
		} else if !table.IsPosition(bytes.TrimSpace(text)) {
			return false
		}
	}
	return lines > 1
}

// measure splits the sample and returns how well that went, 0 to 1000: the
// share of records with as many values as the first.
func (f *form) measure(head []byte, whole bool) (quality int) {
	s := newScannerSize(bytes.NewReader(head), f.d, len(head)+1)
	counts, first := map[int]int{}, 0
	swallowed := false
	for f.records < 1000 {
		ok, err := s.next()
		if err != nil || !ok {
			break
		}
		if s.from == s.to && s.eof && !whole && f.records > 0 {
			break // cut by the end of the sample
		}
		n := len(s.cells)
		for n > 1 && len(s.cells[n-1].Text) == 0 {
			n-- // trailing delimiters say little
		}
		if f.records == 0 {
			first = len(s.cells)
		}
		if len(s.cells) == first {
			n = first
		}
		swallowed = swallowed || s.open && whole
		counts[n]++
		f.records++
	}
	if f.records == 0 {
		return 0
	}
	f.columns = first
	same := counts[first]
	for n, c := range counts {
		if c > same && n > 1 {
			f.columns, same = n, c
		}
	}
	quality = same * 1000 / f.records
	f.steady = quality >= 900 && !swallowed
	if first == 1 && f.records > 1 {
		quality /= 2 // the first line ought to be a heading
	}
	return quality
}

func newScannerSize(r io.Reader, d dialect, size int) *scanner {
	return &scanner{r: r, d: d, buf: make([]byte, max(size, 64)), limit: maxRecord}
}

// looksForeign recognizes text of other kinds by how it begins.
func looksForeign(head []byte) bool {
	b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(b) == 0 {
		return true
	}
	switch b[0] {
	case '<', '{', '[':
		return true
	case '0':
		return bytes.HasPrefix(bytes.TrimLeft(b[1:], " \r\n"), []byte("SECTION"))
	}
	for _, start := range []string{"999", "%PDF", "#!", "//", "/*", "PROJCS[", "GEOGCS[", "GEOGCRS[", "PROJCRS[", "Version ", "VERSION ", "!table", "$GPGGA", "SCNT", "HTTP/"} {
		if start == "999" {
			if bytes.HasPrefix(b, []byte("999\n")) || bytes.HasPrefix(b, []byte("999\r\n")) {
				return true // a DXF that begins with a comment
			}
		} else if bytes.HasPrefix(b, []byte(start)) {
			return true
		}
	}
	return false
}
