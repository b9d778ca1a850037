package shapefile

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
)

// Format finds Shapefiles and dBASE tables in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "shapefile" }

// Layers implements importers.Format: one layer for each .shp, and one without
// geometry for each .dbf that has no .shp beside it.
func (Format) Layers(_ context.Context, in *importers.Input) ([]importers.Layer, error) {
	if in.Named != "" && !partOfShapefile(in) {
		return nil, nil
	}
	groups := map[string]*parts{}
	var order []string
	for _, f := range in.Files {
		// A part that was added elsewhere may spell its name in another form.
		key := norm.NFC.String(strings.ToLower(strings.TrimSuffix(f.Name, f.Name[len(f.Name)-len(f.Ext()):])))
		ext := f.Ext()
		if ext == ".cpg" || ext == ".prj" || ext == ".shx" || ext == ".dbf" || ext == ".dbt" || ext == ".fpt" {
			// fall through: judged by extension, they have no magic number
		} else if isShp(f) {
			ext = ".shp"
		} else {
			continue
		}
		g := groups[key]
		if g == nil {
			g = &parts{name: f.Base(), file: f.Name}
			groups[key] = g
			order = append(order, key)
		}
		g.add(ext, f)
	}
	var layers []importers.Layer
	for _, key := range order {
		p := *groups[key]
		if p.shp == "" && (p.dbf == "" || !isDbf(p.dbf) || !wanted(in, p)) {
			continue
		}
		layers = append(layers, importers.Layer{Name: p.name, Format: "shapefile", File: p.file, Spatial: p.shp != "",
			Open: func(_ context.Context, o importers.SourceOptions) (importers.Source, error) { return open(p, o) }})
	}
	return layers, nil
}

// partOfShapefile tells whether the one file that was named belongs to a
// Shapefile: a GeoJSON file beside one of the same name does not.
func partOfShapefile(in *importers.Input) bool {
	for _, f := range in.Files {
		if f.Name == in.Named {
			switch f.Ext() {
			case ".shx", ".dbf", ".prj", ".cpg", ".dbt", ".fpt":
				return true
			}
			return isShp(f)
		}
	}
	return false
}

// wanted keeps the table of another format's file out: when one file was named,
// a .dbf beside it is a layer only if it is that file.
func wanted(in *importers.Input, p parts) bool {
	return in.Named == "" || strings.EqualFold(in.Named, p.file)
}

func (p *parts) add(ext string, f importers.File) {
	switch ext {
	case ".shp":
		p.shp, p.file, p.name = f.Path, f.Name, f.Base()
	case ".shx":
		p.shx = f.Path
	case ".dbf":
		p.dbf = f.Path
		if p.shp == "" {
			p.file, p.name = f.Name, f.Base()
		}
	case ".prj":
		p.prj = f.Path
	case ".cpg":
		p.cpg = f.Path
	case ".dbt", ".fpt":
		p.memo = f.Path
	}
	if ext == ".shp" || ext == ".dbf" {
		p.bytes += f.Size
	}
}

// isShp looks at the file code and version of the main file header; an index
// has the same and is told by its name.
func isShp(f importers.File) bool {
	if f.Ext() == ".shx" {
		return false
	}
	head, err := f.Head(36)
	if err != nil || len(head) < 4 {
		return false
	}
	if f.Ext() == ".shp" {
		return !ofAnother(head) // a damaged one is an error, not another format
	}
	return len(head) == 36 && binary.BigEndian.Uint32(head) == 9994 && binary.LittleEndian.Uint32(head[28:]) == 1000
}

// ofAnother tells a file of another format that was given the name of a
// Shapefile: the code of a Shapefile begins with zeros, and so does the unused
// rest of a damaged one.
func ofAnother(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	for _, magic := range []string{"{", "[", "<", "SQLite format 3\x00", "fgb\x03", "PAR1", "PK\x03\x04"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

func isDbf(path string) bool {
	d, err := openDbf(path)
	if err != nil {
		return false
	}
	defer d.w.close()
	return len(d.cols) > 0
}
