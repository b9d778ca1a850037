package xlsx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

const (
	maxCellText = 32_767 // UTF-16 units (ECMA-376 leaves it open, Excel does not)
	exactDigits = 999_999_999_999_999
	noteOfShape = "hình học quá dài cho một ô / geometry too long for a cell"
	noteOfText  = "văn bản bị cắt còn %d ký tự / text cut to %[1]d characters: %[2]s"
)

// Exporter writes a workbook of one sheet. Points become columns x and y (and
// z), other geometry a column of WKT; one that is longer than a cell may be is
// left out, which the column "note" says. A text that is longer is cut, which
// the same column says, or a cell behind the row where there is no such column.
// Whole numbers of more than 15 digits,
// which a spreadsheet would round, and dates before 1900 are written as text.
// Datetimes are in UTC, to the millisecond.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "xlsx" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".xlsx"} }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string {
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Create implements importers.Exporter. The sheet is collected in scratch and
// comes out at Close.
func (Exporter) Create(ctx context.Context, w io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	if h.Count >= maxRow {
		return nil, tooMany(h.Count)
	}
	out := &writer{ctx: ctx, w: w, h: *h, withID: h.IDKind != "" && h.IDField == ""}
	out.points = h.Geometry == spatial.GeometryPoint
	names := out.names()
	if len(names) > 1<<14 {
		return nil, unsupported(fmt.Sprintf("a sheet has 16384 columns, the collection needs %d", len(names)))
	}
	out.f = excelize.NewFile(excelize.Options{TmpDir: scratch})
	if err := out.begin(names); err != nil {
		return nil, errors.Join(fmt.Errorf("xlsx: export: %w", err), out.f.Close())
	}
	return out, nil
}

func unsupported(message string) error {
	return &spatial.Error{Code: spatial.CodeUnsupported, Op: "xlsx: export", Message: message}
}

func tooMany(n int64) error {
	return unsupported(fmt.Sprintf("a sheet has %d rows with its heading; %d features do not fit: filter them, or export as CSV", maxRow, n))
}

type writer struct {
	ctx        context.Context
	w          io.Writer
	h          importers.Header
	f          *excelize.File
	s          *excelize.StreamWriter
	withID     bool
	points     bool
	row        int
	note       int // column of the note, behind all others where none is for it
	cells      []any
	notes      []string // of the current row
	text       []byte
	date, time int // styles
}

func (w *writer) names() (names []string) {
	used := map[string]bool{}
	for _, f := range w.h.Fields {
		used[strings.ToLower(f.Name)] = true
	}
	if w.withID {
		names = append(names, free(used, "id", "fid"))
	}
	for _, f := range w.h.Fields {
		names = append(names, f.Name)
	}
	switch {
	case w.points && (used["x"] || used["y"]):
		names = append(names, "x_coord", "y_coord")
	case w.points:
		names = append(names, "x", "y")
	case w.h.Geometry != spatial.GeometryNone:
		return append(names, free(used, "geometry", "wkt"), free(used, "note", "note_gisd"))
	}
	if w.points && w.hasZ() {
		names = append(names, free(used, "z", "toa_do_z"))
	}
	return names
}

func (w *writer) hasZ() bool { return w.h.Dimensions == spatial.XYZ || w.h.Dimensions == spatial.XYZM }

func free(used map[string]bool, name, other string) string {
	if used[name] {
		return other
	}
	return name
}

func (w *writer) begin(names []string) error {
	sheet := sheetName(w.h.Layer)
	if err := w.f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	var err error
	date, clock := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss.000"
	if w.date, err = w.f.NewStyle(&excelize.Style{CustomNumFmt: &date}); err != nil {
		return err
	}
	if w.time, err = w.f.NewStyle(&excelize.Style{CustomNumFmt: &clock}); err != nil {
		return err
	}
	bold, err := w.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if w.s, err = w.f.NewStreamWriter(sheet); err != nil {
		return err
	}
	if err := w.s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for _, n := range names {
		w.cells = append(w.cells, excelize.Cell{StyleID: bold, Value: n})
	}
	if w.note = len(names); w.h.Geometry != spatial.GeometryNone && !w.points {
		w.note--
	}
	return w.flush()
}

// sheetName fits a name to a sheet: 31 characters, none of []:*?/\, no quote at
// either end.
func sheetName(layer string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return '_'
		}
		return r
	}, layer)
	u := utf16.Encode([]rune(strings.Trim(name, "' ")))
	if u = u[:min(len(u), 31)]; len(u) > 0 && utf16.IsSurrogate(rune(u[len(u)-1])) && u[len(u)-1] < 0xdc00 {
		u = u[:len(u)-1]
	}
	if len(u) == 0 || strings.EqualFold(string(utf16.Decode(u)), "history") { // a reserved name
		return "Sheet1"
	}
	return string(utf16.Decode(u))
}

func (w *writer) flush() error {
	w.row++
	cell, err := excelize.CoordinatesToCellName(1, w.row)
	if err == nil {
		err = w.s.SetRow(cell, w.cells)
	}
	w.cells = w.cells[:0]
	return err
}

// Write implements importers.Writer.
func (w *writer) Write(r *importers.Record) error {
	if w.row >= maxRow {
		return tooMany(int64(w.row))
	}
	if w.row&1023 == 0 && w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	if w.withID {
		t := spatial.FieldInteger
		if w.h.IDKind == spatial.IDText {
			t = spatial.FieldString
		}
		w.cells = append(w.cells, w.value(t, &r.ID))
	}
	for i := range w.h.Fields {
		f := &w.h.Fields[i]
		v := w.value(f.Type, &r.Values[i])
		if text, ok := v.(string); ok && len(text) > maxCellText {
			if short := cut(text); len(short) < len(text) {
				v = short
				w.notes = append(w.notes, fmt.Sprintf(noteOfText, maxCellText, f.Name))
			}
		}
		w.cells = append(w.cells, v)
	}
	if err := w.geometry(r); err != nil {
		return fmt.Errorf("xlsx: export: record %d: %w", r.Number, err)
	}
	w.noted()
	if err := w.flush(); err != nil {
		return fmt.Errorf("xlsx: export: record %d: %w", r.Number, err)
	}
	return nil
}

// noted writes what has to be said of the row into its place.
func (w *writer) noted() {
	if len(w.notes) == 0 {
		return
	}
	for len(w.cells) < w.note {
		w.cells = append(w.cells, nil)
	}
	w.cells = append(w.cells, cut(strings.Join(w.notes, "; ")))
	w.notes = w.notes[:0]
}

// cut returns what a cell can hold of a text, whole characters of it.
func cut(text string) string {
	units := 0
	for i, r := range text {
		if units++; r > 0xffff {
			units++
		}
		if units > maxCellText {
			return text[:i]
		}
	}
	return text
}

func (w *writer) value(t spatial.FieldType, v *importers.Value) any {
	if !v.Valid {
		return nil
	}
	switch t {
	case spatial.FieldInteger:
		if v.Int > exactDigits || v.Int < -exactDigits {
			return importers.ValueText(t, v)
		}
		return v.Int
	case spatial.FieldNumber:
		if math.IsNaN(v.Float) || math.IsInf(v.Float, 0) {
			return nil
		}
		return v.Float
	case spatial.FieldBoolean:
		return v.Int != 0
	case spatial.FieldDate:
		// 2000-01-01 is day 36526 of the 1900 system, which is exact from day 61.
		if days := v.Int + 36_526; days >= 61 && days < 2_958_466 {
			return excelize.Cell{StyleID: w.date, Value: days}
		}
		return importers.ValueText(t, v)
	case spatial.FieldDateTime:
		if days := float64(v.Int)/86_400_000_000 + 36_526; days >= 61 && days < 2_958_466 {
			return excelize.Cell{StyleID: w.time, Value: days}
		}
		return importers.ValueText(t, v)
	}
	return string(v.Bytes)
}

func (w *writer) geometry(r *importers.Record) error {
	if w.h.Geometry == spatial.GeometryNone || len(r.Geometry) == 0 {
		return nil
	}
	if w.points {
		return w.point(r.Geometry)
	}
	var err error
	if w.text, err = wkb.AppendText(w.text[:0], r.Geometry, w.h.Dimensions); err != nil {
		return err
	}
	if len(w.text) > maxCellText {
		w.notes = append(w.notes, noteOfShape)
		return nil
	}
	w.cells = append(w.cells, string(w.text))
	return nil
}

func (w *writer) point(g []byte) error {
	x, y, z, err := wkb.PointOf(g, w.h.Dimensions)
	if err != nil || math.IsNaN(x) {
		return err
	}
	if w.cells = append(w.cells, x, y); w.hasZ() {
		w.cells = append(w.cells, z)
	}
	return nil
}

// Close implements importers.Writer.
func (w *writer) Close() error {
	err := w.s.Flush()
	if err == nil {
		_, err = w.f.WriteTo(w.w)
	}
	if err = errors.Join(err, w.f.Close()); err != nil {
		return fmt.Errorf("xlsx: export: %w", err)
	}
	return nil
}
