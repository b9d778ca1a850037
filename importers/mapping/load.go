package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"gisd/importers/encodings"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// maxBytes bounds a mapping file; real ones stay below 50 kB.
const maxBytes = 1 << 20

// Load reads and checks the text of a mapping file. The error is invalid and
// lists every fault with its line.
func Load(text []byte) (*File, error) {
	if len(text) > maxBytes {
		return nil, &spatial.Error{Code: spatial.CodeTooLarge, Op: "mapping: load", Message: "the mapping file is larger than 1 MiB"}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, spatial.Invalid("mapping: load", "the mapping file is no YAML: "+strings.TrimPrefix(err.Error(), "yaml: "))
	}
	l := &loader{file: &File{Text: string(text)}}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, spatial.Invalid("mapping: load", "the mapping file holds no names with values")
	}
	if l.aliases(&doc); len(l.faults) == 0 {
		l.document(doc.Content[0])
		l.check()
	}
	if len(l.faults) > 0 {
		return nil, spatial.Invalid("mapping: load", fmt.Sprintf("the mapping file has %d faults", len(l.faults)), l.faults...)
	}
	return l.file, nil
}

// loader collects the faults.
type loader struct {
	file    *File
	faults  []spatial.FieldError
	version bool
}

func (l *loader) fault(line int, format string, args ...any) {
	l.faults = append(l.faults, spatial.FieldError{Name: "line " + strconv.Itoa(line), Reason: fmt.Sprintf(format, args...)})
}

// aliases refuses YAML's references, by which a short text can stand for
// gigabytes.
func (l *loader) aliases(n *yaml.Node) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		l.fault(n.Line, "references (& and *) are not allowed")
		return
	}
	for _, c := range n.Content {
		l.aliases(c)
	}
}

func (l *loader) document(n *yaml.Node) {
	f := l.file
	l.members(n, map[string]func(*yaml.Node){
		"version":  func(v *yaml.Node) { l.version = l.text(v) == "1" },
		"layer":    l.into(&f.Layer),
		"crs":      l.crs,
		"swap_xy":  l.flag(&f.SwapXY),
		"encoding": l.encoding,
		"key":      l.into(&f.Key),
		"title":    l.title(&f.Title),
		"geometry": func(v *yaml.Node) {
			l.members(v, map[string]func(*yaml.Node){"x": l.into(&f.Geometry.X), "y": l.into(&f.Geometry.Y), "column": l.into(&f.Geometry.Column)})
			if (f.Geometry.X == "") != (f.Geometry.Y == "") || f.Geometry.X != "" && f.Geometry.Column != "" {
				l.fault(v.Line, "geometry names x and y, or a column")
			}
		},
		"new_fields": func(v *yaml.Node) { f.SkipNew = l.oneOf(v, "keep", "skip") == "skip" },
		"fields":     func(v *yaml.Node) { l.list(v, l.field) },
		"join":       func(v *yaml.Node) { l.list(v, l.join) },
	})
	if !l.version {
		l.fault(n.Line, "version: 1 is missing, or another version stands there")
	}
}

func (l *loader) field(n *yaml.Node) {
	f := Field{Line: n.Line}
	l.members(n, map[string]func(*yaml.Node){
		"from": l.into(&f.From), "name": l.into(&f.Name), "unit": l.into(&f.Unit), "codelist": l.into(&f.CodeList), "format": l.into(&f.Format),
		"title": l.title(&f.Title), "skip": l.flag(&f.Skip),
		"type":     func(v *yaml.Node) { f.Type = spatial.FieldType(l.oneOf(v, fieldTypes()...)) },
		"decimal":  func(v *yaml.Node) { f.Decimal = l.oneOf(v, ".", ",") },
		"default":  func(v *yaml.Node) { s := l.text(v); f.Default = &s },
		"constant": func(v *yaml.Node) { s := l.text(v); f.Constant = &s },
		"area":     func(v *yaml.Node) { f.Area = l.unit(v, "m2", "ha", "km2") },
		"length":   func(v *yaml.Node) { f.Length = l.unit(v, "m", "km") },
		"codes":    func(v *yaml.Node) { f.Codes = l.codes(v) },
	})
	l.file.Fields = append(l.file.Fields, f)
}

func (l *loader) join(n *yaml.Node) {
	j := Join{Line: n.Line}
	l.members(n, map[string]func(*yaml.Node){
		"file": l.into(&j.File), "layer": l.into(&j.Layer), "key": l.into(&j.Key), "on": l.into(&j.On),
		"fields": func(v *yaml.Node) { l.list(v, func(item *yaml.Node) { j.Fields = append(j.Fields, l.text(item)) }) },
	})
	if j.File == "" || j.Key == "" {
		l.fault(n.Line, "a join needs file and key")
	}
	if j.On == "" {
		j.On = j.Key
	}
	l.file.Joins = append(l.file.Joins, j)
}

// check finds what is wrong between the parts.
func (l *loader) check() {
	names, from := map[string]int{}, map[string]int{}
	for i := range l.file.Fields {
		f := &l.file.Fields[i]
		kinds := 0
		for _, is := range [...]bool{f.From != "", f.Area != "", f.Length != "", f.Constant != nil} {
			if is {
				kinds++
			}
		}
		switch {
		case kinds == 0:
			l.fault(f.Line, "a field has from, area, length or constant")
		case kinds > 1:
			l.fault(f.Line, "a field has only one of from, area, length and constant")
		}
		if f.Name == "" {
			f.Name = f.From
		}
		if f.made() && f.Name == "" {
			l.fault(f.Line, "a field that is computed or constant needs a name")
		}
		if before, there := from[f.From]; there && f.From != "" {
			l.fault(f.Line, "%s is listed in line %d already", f.From, before)
		}
		from[f.From] = f.Line
		if f.Skip {
			continue
		}
		if before, there := names[f.Name]; there && f.Name != "" {
			l.fault(f.Line, "the name %s is given in line %d already", f.Name, before)
		}
		names[f.Name] = f.Line
		l.checkValues(f)
	}
}

// checkValues tries defaults and constants whose type is known by now.
func (l *loader) checkValues(f *Field) {
	for what, text := range map[string]*string{"default": f.Default, "constant": f.Constant} {
		if text == nil || f.Type == "" {
			continue
		}
		if _, ok := parseText(f.Type, *text, f); !ok {
			l.fault(f.Line, "the %s %q is no %s", what, *text, f.Type)
		}
	}
	if f.Format != "" {
		if _, ok := layoutOf(f.Format); !ok {
			l.fault(f.Line, "format %q: want yyyy, mm, dd and, for times, HH, MM, SS, as in dd/mm/yyyy", f.Format)
		}
	}
}

func fieldTypes() []string {
	return []string{string(spatial.FieldString), string(spatial.FieldInteger), string(spatial.FieldNumber), string(spatial.FieldBoolean),
		string(spatial.FieldDate), string(spatial.FieldDateTime), string(spatial.FieldJSON)}
}

func (l *loader) crs(n *yaml.Node) {
	text := l.text(n)
	if text == "" || text == "auto" {
		return
	}
	srid, err := crs.ParseURI(text)
	if err == nil {
		l.file.SRID = srid
		return
	}
	digits := text
	if prefix, rest, ok := strings.Cut(text, ":"); ok && (strings.EqualFold(prefix, "EPSG") || strings.EqualFold(prefix, "GISD")) {
		digits = rest
	}
	number, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || number <= 0 {
		l.fault(n.Line, "crs %q: write it as EPSG:9210", text)
		return
	}
	l.file.SRID = spatial.SRID(number)
}

func (l *loader) encoding(n *yaml.Node) {
	text := l.text(n)
	if _, ok := encodings.Lookup(text); !ok && text != "" && text != "auto" && text != "mixed" {
		l.fault(n.Line, "encoding %q is not known", text)
	}
	l.file.Encoding = text
}

func (l *loader) unit(n *yaml.Node, allowed ...string) string {
	if n.Kind == yaml.MappingNode {
		unit := allowed[0]
		l.members(n, map[string]func(*yaml.Node){"unit": func(v *yaml.Node) { unit = l.oneOf(v, allowed...) }})
		return unit
	}
	return l.oneOf(n, allowed...)
}

func (l *loader) oneOf(n *yaml.Node, allowed ...string) string {
	text := l.text(n)
	if !slices.Contains(allowed, text) {
		l.fault(n.Line, "%q: want one of %s", text, strings.Join(allowed, ", "))
	}
	return text
}
