package csv

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"gisd/importers"
	"gisd/spatial"
)

// Format finds delimited text in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "csv" }

// Layers implements importers.Format: one layer for each file of delimited text.
// A file that was named needs no extension, if its records have the same number
// of values; in folders and archives the extension must fit as well.
func (Format) Layers(_ context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		fm, ok, err := recognize(f, in.Named != "")
		if err != nil {
			return nil, fmt.Errorf("csv: open %s: %w", f.Name, err)
		}
		if !ok {
			continue
		}
		p := parts{file: f, form: fm, csvt: companion(in, f, ".csvt"), prj: projection(in, f)}
		layers = append(layers, importers.Layer{Name: f.Base(), Format: "csv", File: f.Name, Spatial: p.spatial(),
			Open: func(ctx context.Context, o importers.SourceOptions) (importers.Source, error) { return open(ctx, p, o) }})
	}
	return layers, nil
}

// recognize judges content first. An extension of our own makes it enough that
// the file is text.
func recognize(f importers.File, named bool) (form, bool, error) {
	ext := f.Ext()
	own := ext == ".csv" || ext == ".tsv" || ext == ".psv"
	if !own && ext != ".txt" && (!named || foreignExtension(ext)) || f.Size == 0 {
		return form{}, false, nil
	}
	head, err := f.Head(512)
	if err != nil {
		return form{}, false, err
	}
	if looksForeign(head) && !(own && quotedStart(head)) {
		return form{}, false, nil
	}
	fm, ok, err := sniff(f.Path, ext)
	if err != nil || !ok {
		return form{}, false, err
	}
	switch {
	case own && named:
		return fm, true, nil
	case own:
		return fm, fm.columns > 1 || fm.records > 1, nil
	case ext == ".txt", ext == "", ext == ".dat", ext == ".tab":
		return fm, fm.columns > 1 && fm.steady && fm.records > 1 && !isProse(f), nil
	}
	return fm, fm.columns > 2 && fm.steady && fm.records > 2 && !isProse(f), nil
}

// quotedStart lets a table through whose first value begins like another format.
func quotedStart(head []byte) bool {
	b := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return len(b) > 0 && b[0] != '<' && b[0] != '{' && b[0] != '['
}

// isProse refuses sentences that happen to hold one comma each.
func isProse(f importers.File) bool {
	head, err := f.Head(4 << 10)
	if err != nil {
		return true
	}
	letters, blanks, digits := 0, 0, 0
	for _, c := range head {
		switch {
		case c == ' ':
			blanks++
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			letters++
		}
	}
	if bytes.ContainsAny(head, ";|\t") || bytes.Count(head, []byte(", "))*3 < bytes.Count(head, []byte{','})*2 {
		return false
	}
	return blanks*10 > letters && digits*10 < letters
}

// foreignExtension lists text files of other kinds, some of which are separated
// by commas.
func foreignExtension(ext string) bool {
	return slices.Contains([]string{
		".mid", ".mif", ".dxf", ".prj", ".qpj", ".cpg", ".csvt", ".svg", ".htm", ".html", ".xml", ".xsd", ".json", ".geojson", ".geojsonl", ".ndjson",
		".kml", ".gml", ".gpx", ".md", ".rst", ".log", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".sql", ".py", ".js", ".ts", ".go", ".c", ".h", ".css", ".sh",
		".qml", ".sld", ".qgs", ".itf", ".xtf", ".ili", ".vrt", ".nmea", ".osm", ".pbf", ".wld", ".tfw", ".jgw", ".asc", ".obj", ".lyr", ".sbn", ".vfk", ".vct", ".ntf",
	}, ext)
}

// companion finds the file beside f with the same base name.
func companion(in *importers.Input, f importers.File, ext string) string {
	stem := strings.TrimSuffix(f.Name, f.Name[len(f.Name)-len(f.Ext()):])
	for _, o := range in.Files {
		if o.Ext() == ext && strings.EqualFold(strings.TrimSuffix(o.Name, o.Name[len(o.Name)-len(ext):]), stem) {
			return o.Path
		}
	}
	return ""
}

// projection is the .prj beside the table, unless a Shapefile owns it.
func projection(in *importers.Input, f importers.File) string {
	if companion(in, f, ".shp") != "" {
		return ""
	}
	return companion(in, f, ".prj")
}

func invalid(file string, err error) error {
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "csv: read", Message: fmt.Sprintf("%s: %v", file, err), Err: err}
}
