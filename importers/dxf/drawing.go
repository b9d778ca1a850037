package dxf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"gisd/importers"
	"gisd/spatial"
)

// drawing is what a file says of itself apart from its entities. It does not
// change once it is read.
type drawing struct {
	file     importers.File
	form     form
	start    int64 // where the groups begin
	version  string
	codePage string
	units    int
	sections []int64             // where the ENTITIES begin
	blocks   map[string]blockRef // by folded name
	layers   map[string]layerInfo
	styles   map[string]font
	arrows   map[string]float64 // size of the arrowheads of a dimension style
	geodata  geodata
}

// blockRef is where the entities of a block begin.
type blockRef struct {
	name string
	base vec
	at   int64
}

type layerInfo struct {
	name     string // as it stands in the file
	aci      int
	rgb      int // -1 without a true colour
	linetype string
	hidden   bool // frozen or off
}

// maxNames bounds the entries of each table.
const maxNames = 200_000

// folded is the key of a name: names differ by more than the case of A to Z.
func folded(name []byte) string {
	b := bytes.TrimSpace(name)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b = bytes.Clone(b)
			for ; i < len(b); i++ {
				if c := b[i]; c >= 'a' && c <= 'z' {
					b[i] = c - 0x20
				}
			}
			break
		}
	}
	return string(b)
}

// unicode tells whether text is in UTF-8: from R2007 on.
func (d *drawing) unicode() bool { return d.version >= "AC1021" }

func (d *drawing) reader(f io.ReaderAt, at int64) *tagReader {
	return newTagReader(f, at, d.file.Size, d.form)
}

// readDrawing goes through the whole file once.
func readDrawing(ctx context.Context, f importers.File) (*drawing, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("dxf: open %s: %w", f.Name, err)
	}
	defer file.Close()
	head, err := f.Head(64)
	if err != nil {
		return nil, fmt.Errorf("dxf: open %s: %w", f.Name, err)
	}
	d := &drawing{file: f, blocks: map[string]blockRef{}, layers: map[string]layerInfo{}, styles: map[string]font{}, arrows: map[string]float64{}}
	d.form, d.start = formOf(head)
	s := scanner{ctx: ctx, d: d, r: d.reader(file, d.start)}
	if err := s.file(); err != nil {
		return nil, d.fail(err)
	}
	return d, nil
}

// formOf tells the form by the first bytes: binary group codes have two bytes
// where the 0 of the first group takes two.
func formOf(head []byte) (form, int64) {
	if !bytes.HasPrefix(head, []byte(sentinel)) {
		return formText, 0
	}
	n := len(sentinel)
	if len(head) > n+1 && head[n] == 0 && head[n+1] == 0 {
		return formBinary, int64(n)
	}
	return formBinaryByte, int64(n)
}

// fail makes an error of the file one that names it.
func (d *drawing) fail(err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "dxf: read", Message: fmt.Sprintf("%s: %v", d.file.Name, err), Err: err}
}

func tooLarge(format string, args ...any) error {
	return &spatial.Error{Code: spatial.CodeTooLarge, Op: "dxf: read", Message: fmt.Sprintf(format, args...)}
}

// scanner reads everything but entities.
type scanner struct {
	ctx   context.Context //nolint:containedctx // lives for one call of readDrawing
	d     *drawing
	r     *tagReader
	n     int
	again tag // a group that was read too far, if unread
	back  bool
	at    int64 // of the group that next returned last
}

func (s *scanner) next() (tag, error) {
	if s.back {
		s.back = false
		return s.again, nil
	}
	s.at = s.r.offset
	if s.n++; s.n&0xffff == 0 && s.ctx.Err() != nil {
		return tag{}, s.ctx.Err()
	}
	return s.r.next()
}

func (s *scanner) unread(t tag) { s.again, s.back = t, true }

func (s *scanner) file() error {
	for {
		t, err := s.next()
		if errors.Is(err, io.EOF) || err == nil && t.is(0, "EOF") {
			return nil
		}
		if err != nil {
			return err
		}
		// The name tells, also where the group before it is missing.
		switch {
		case t.is(2, "HEADER"):
			err = s.header()
		case t.is(2, "TABLES"):
			err = s.tables()
		case t.is(2, "BLOCKS"):
			err = s.blocks()
		case t.is(2, "ENTITIES"):
			s.d.sections = append(s.d.sections, s.r.offset)
			if err = s.skip(); errors.Is(err, io.EOF) && s.at == s.d.sections[len(s.d.sections)-1] {
				return nil // nothing follows: there are no entities
			}
		case t.is(2, "OBJECTS"):
			err = s.objects()
		}
		if err != nil {
			return ended(err)
		}
	}
}

// skip reads to the end of the section.
func (s *scanner) skip() error {
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.code == 0 && (string(t.text) == "ENDSEC" || string(t.text) == "EOF") {
			return nil
		}
	}
}

func (s *scanner) header() error {
	name := ""
	for {
		t, err := s.next()
		switch {
		case err != nil:
			return err
		case t.code == 0:
			return nil
		case t.code == 9:
			name = string(t.text)
		case name == "$ACADVER" && t.code == 1:
			s.d.version = string(bytes.ToUpper(bytes.TrimSpace(t.text)))
		case name == "$DWGCODEPAGE" && t.code == 3:
			s.d.codePage = string(bytes.TrimSpace(t.text))
		case name == "$INSUNITS" && t.code == 70:
			s.d.units = t.int()
		}
	}
}

// record reads the groups up to the next code 0 and hands each to take.
func (s *scanner) record(take func(tag)) error {
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.code == 0 {
			s.unread(t)
			return nil
		}
		take(t)
	}
}

func (s *scanner) blocks() error {
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.code != 0 {
			continue
		}
		switch string(t.text) {
		case "ENDSEC", "EOF":
			return nil
		case "BLOCK":
			if err := s.block(); err != nil {
				return err
			}
		}
	}
}

func (s *scanner) block() error {
	var b blockRef
	err := s.record(func(t tag) {
		switch t.code {
		case 2:
			b.name = string(t.text)
		case 10:
			b.base.x = t.float()
		case 20:
			b.base.y = t.float()
		case 30:
			b.base.z = t.float()
		}
	})
	b.at = s.at
	if len(s.d.blocks) >= maxNames {
		return tooLarge("%s: more than %d blocks", s.d.file.Name, maxNames)
	}
	if _, ok := s.d.blocks[folded([]byte(b.name))]; !ok && b.name != "" {
		s.d.blocks[folded([]byte(b.name))] = b
	}
	return err
}

func (s *scanner) objects() error {
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.code != 0 {
			continue
		}
		switch string(t.text) {
		case "ENDSEC", "EOF":
			return nil
		case "GEODATA":
			if err := s.record(s.d.geodata.take); err != nil {
				return err
			}
		}
	}
}
