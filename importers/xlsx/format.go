package xlsx

import (
	"archive/zip"
	"context"
	"errors"
	"strings"

	"gisd/importers"
	"gisd/importers/table"
	"gisd/spatial"
)

// Format finds spreadsheets in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "xlsx" }

// Layers implements importers.Format: one layer for each sheet, but for empty
// ones beside others.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		if head, err := f.Head(4); err != nil || string(head) != "PK\x03\x04" {
			continue
		}
		of, err := layersOf(ctx, f)
		if errors.Is(err, errNoWorkbook) || errors.Is(err, zip.ErrFormat) && !strings.HasPrefix(f.Ext(), ".xls") {
			continue // another kind of document, or a damaged one
		}
		if err != nil {
			return nil, fail(f.Name, err)
		}
		layers = append(layers, of...)
	}
	return layers, nil
}

func layersOf(ctx context.Context, f importers.File) ([]importers.Layer, error) {
	w, err := openWorkbook(f.Path)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.load(); err != nil {
		return nil, err
	}
	var full, empty []importers.Layer
	for _, info := range w.sheets {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rows, isSpatial, err := w.look(info)
		if err != nil {
			return nil, err
		}
		l := importers.Layer{Name: strings.TrimSpace(info.name), Format: "xlsx", File: f.Name, Spatial: isSpatial,
			Open: func(ctx context.Context, o importers.SourceOptions) (importers.Source, error) {
				return open(ctx, f, info, o)
			}}
		if rows == 0 {
			empty = append(empty, l)
		} else {
			full = append(full, l)
		}
	}
	if len(full) == 0 {
		return empty, nil
	}
	return full, nil
}

// look reads the first rows of a sheet.
func (w *workbook) look(info sheetInfo) (rows int, isSpatial bool, err error) {
	sh, err := w.sheet(info.part)
	if err != nil {
		return 0, false, err
	}
	defer sh.close()
	first, err := firstRows(sh)
	if err != nil || len(first) == 0 {
		return 0, false, err
	}
	h := headingOf(first)
	v := table.NewSurvey(h.Names, table.Hints{}, true)
	for _, r := range first[h.First+h.Rows+h.Skip:] {
		v.Row(r.cells)
	}
	return len(first), v.Settle(table.Settings{PreferComma: true, MarkedIsText: true}).Geometry != spatial.GeometryNone, nil
}
