package csv

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
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
	}
	head = head[f.skip:]
	if f.wide != "" {
		if head, err = io.ReadAll(f.text(bytes.NewReader(head))); err != nil {
			return f, false, err
		}
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

// text gives the file's text as single bytes or UTF-8, from skip on.
func (f *form) text(r io.Reader) io.Reader {
	switch f.wide {
	case "utf-16le":
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder())
	case "utf-16be":
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder())
	}
	return r
}

// isText refuses control characters that no text has.
func isText(b []byte) bool {
	if len(bytes.TrimSpace(b)) == 0 {
		return false
	}
	odd := 0
	for _, c := range b {
		if c == 0 {
			return false
		}
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
