package xlsx

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"gisd/spatial"
)

// Bounds of what a part may unpack to: a spreadsheet's XML packs well, a bomb's
// better.
const (
	freeUnpacked = 64 << 20
	maxRatio     = 400
	maxUnpacked  = 8 << 30
	maxSheets    = 1000
)

// workbook is an open file with what its sheets share.
type workbook struct {
	z        *zip.ReadCloser
	files    map[string]*zip.File // by lower-case name
	sheets   []sheetInfo
	texts    *sharedStrings
	formats  []format
	since    bool // the 1904 date system
	textPart string
	stylPart string
}

type sheetInfo struct{ name, part string }

var errNoWorkbook = errors.New("there is no workbook inside")

// openWorkbook reads the list of sheets; texts and styles wait for load.
func openWorkbook(name string) (*workbook, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, err
	}
	w := &workbook{z: z, files: map[string]*zip.File{}}
	for _, f := range z.File {
		w.files[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))] = f
	}
	if err := w.index(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *workbook) close() error { return errors.Join(w.z.Close(), w.texts.close()) }

// part opens a part for reading, bounded.
func (w *workbook) part(name string) (io.ReadCloser, error) {
	f := w.files[strings.ToLower(name)]
	if f == nil {
		return nil, fmt.Errorf("the part %s is missing", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("the part %s: %w", name, err)
	}
	limit := min(max(freeUnpacked, int64(min(f.CompressedSize64, maxUnpacked))*maxRatio), maxUnpacked)
	return &bounded{ReadCloser: r, left: limit, name: name}, nil
}

type bounded struct {
	io.ReadCloser
	left int64
	name string
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &spatial.Error{Code: spatial.CodeTooLarge, Op: "xlsx: read", Message: fmt.Sprintf("the part %s unpacks to far more than its size allows; it is taken for a bomb", b.name)}
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// each visits the tags of a small part.
func (w *workbook) each(name string, visit func(*tokens)) error {
	r, err := w.part(name)
	if err != nil {
		return err
	}
	defer r.Close()
	for t := newTokens(r); ; {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the part %s: %w", name, err)
		}
		if !t.end {
			visit(t)
		}
	}
}

// target resolves a relation's target, relative to the part that has it.
func target(base, to string) string {
	to = strings.ReplaceAll(to, `\`, "/")
	if strings.HasPrefix(to, "/") {
		return path.Clean(to)[1:]
	}
	return path.Join(path.Dir(base), to)
}

func (w *workbook) index() error {
	book := "xl/workbook.xml"
	_ = w.each("_rels/.rels", func(t *tokens) { // a file without relations may have the usual names
		if string(t.name) == "Relationship" && strings.HasSuffix(t.attrText("Type"), "/officeDocument") {
			book = target("x", t.attrText("Target"))
		}
	})
	if w.files[strings.ToLower(book)] == nil {
		if w.files["xl/workbook.bin"] != nil {
			return &spatial.Error{Code: spatial.CodeUnsupported, Op: "xlsx: open", Message: "this is a binary workbook (XLSB); save it as XLSX"}
		}
		return errNoWorkbook
	}
	if strings.HasSuffix(book, ".bin") {
		return &spatial.Error{Code: spatial.CodeUnsupported, Op: "xlsx: open", Message: "this is a binary workbook (XLSB); save it as XLSX"}
	}
	parts := map[string]string{}
	dir, file := path.Split(book)
	err := w.each(dir+"_rels/"+file+".rels", func(t *tokens) {
		if string(t.name) != "Relationship" || len(parts) > 10*maxSheets {
			return
		}
		to, kind := target(book, t.attrText("Target")), t.attrText("Type")
		parts[t.attrText("Id")] = to
		switch {
		case strings.HasSuffix(kind, "/sharedStrings"):
			w.textPart = to
		case strings.HasSuffix(kind, "/styles"):
			w.stylPart = to
		}
	})
	if err != nil {
		return err
	}
	return w.each(book, func(t *tokens) {
		switch string(t.name) {
		case "workbookPr":
			if v := string(t.attr("date1904")); v == "1" || v == "true" {
				w.since = true
			}
		case "sheet":
			// A chart's sheet has no rows: its part has another root.
			part := parts[t.attrText("id")]
			if len(w.sheets) < maxSheets && w.files[strings.ToLower(part)] != nil && !strings.Contains(part, "chartsheets/") {
				w.sheets = append(w.sheets, sheetInfo{name: t.attrText("name"), part: part})
			}
		}
	})
}

// load reads texts and styles.
func (w *workbook) load() error {
	if w.textPart != "" && w.files[strings.ToLower(w.textPart)] != nil {
		r, err := w.part(w.textPart)
		if err != nil {
			return err
		}
		defer r.Close()
		if w.texts, err = readStrings(r); err != nil {
			return fmt.Errorf("the texts of the workbook: %w", err)
		}
	}
	if w.stylPart != "" && w.files[strings.ToLower(w.stylPart)] != nil {
		r, err := w.part(w.stylPart)
		if err != nil {
			return err
		}
		defer r.Close()
		if w.formats, err = readStyles(r); err != nil {
			return fmt.Errorf("the styles of the workbook: %w", err)
		}
	}
	return nil
}
