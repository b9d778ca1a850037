package mapping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/spatial"
)

// Surroundings are what a mapping needs from its caller.
type Surroundings struct {
	CRS importers.CRSRequest // what is known of the system; what the mapping says counts where it leaves it open
	// Open opens another table, for joins; file as the mapping names it, layer ""
	// for the only one.
	Open    func(ctx context.Context, file, layer string) (importers.Source, error)
	Scratch string // an existing folder for joined tables; "" for the system's
}

// Apply wraps a source so that its records leave as the mapping says. The result
// is importers.Settled; closing it closes src. Errors, of code invalid, list
// every field of the mapping that the source has not.
func Apply(ctx context.Context, src importers.Source, f *File, with Surroundings) (_ importers.Source, err error) {
	q := with.CRS
	if q.SRID == 0 {
		q.SRID = f.SRID
	}
	q.SwapXY = q.SwapXY || f.SwapXY
	settled, c, err := importers.SettleCRS(ctx, src, q)
	if err != nil {
		return nil, err
	}
	m := &mapped{Source: settled, crs: c, schema: settled.Schema()}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.closeJoins())
		}
	}()
	for i, field := range m.schema.Fields {
		m.base = append(m.base, column{FieldInfo: field, at: i})
	}
	m.own = len(m.base)
	p := planner{mapped: m, file: f}
	for i := range f.Joins {
		if err := p.join(ctx, &f.Joins[i], with); err != nil {
			return nil, err
		}
	}
	if err := p.fields(); err != nil {
		return nil, err
	}
	m.ruler = newRuler(c, m.schema.Dimensions)
	m.schema.CRS = c
	return m, nil
}

// column is a field before the mapping: the source's own, then those of joins.
type column struct {
	importers.FieldInfo
	at     int  // in Record.Values, or in the join's
	listed bool // by the mapping
}

// op makes one field.
type op struct {
	from  int // in base; -1 for a made one
	kind  spatial.FieldType
	field Field
	deflt importers.Value // for null
	unit  float64
	buf   []byte
}

type planner struct {
	*mapped
	file   *File
	faults []spatial.FieldError
}

func (p *planner) fault(line int, format string, args ...any) {
	p.faults = append(p.faults, spatial.FieldError{Name: fmt.Sprintf("line %d", line), Reason: fmt.Sprintf(format, args...)})
}

// lookup finds a column by name, by its letters alone where only one has them.
func lookup[T any](all []T, name string, nameOf func(*T) string) int {
	name = norm.NFC.String(name)
	fold := -1
	for i := range all {
		switch n := nameOf(&all[i]); {
		case n == name:
			return i
		case strings.EqualFold(n, name) && fold == -1:
			fold = i
		case strings.EqualFold(n, name):
			fold = -2
		}
	}
	return max(fold, -1)
}

// fields settles what leaves: the fields of the mapping in its order, then the
// others in the order of the source.
func (p *planner) fields() error {
	var infos []importers.FieldInfo
	for i := range p.file.Fields {
		f := p.file.Fields[i]
		o := op{from: -1, field: f, kind: f.Type}
		info := importers.FieldInfo{Name: norm.NFC.String(f.Name)}
		if !f.made() {
			o.from = lookup(p.base, f.From, func(c *column) string { return c.Name })
			if o.from < 0 {
				p.fault(f.Line, "the file has no field %s", f.From)
				continue
			}
			b := &p.base[o.from]
			b.listed = true
			if f.Skip {
				continue
			}
			name := info.Name
			info = b.FieldInfo
			info.Name = name
		}
		p.settle(&o)
		info.Type = o.kind
		describe(&info, &f)
		p.ops, infos = append(p.ops, o), append(infos, info)
	}
	infos = p.others(infos)
	p.check(infos)
	if len(p.faults) > 0 {
		names := make([]string, len(p.base))
		for i := range p.base {
			names[i] = p.base[i].Name
		}
		return spatial.Invalid("mapping: apply", "the mapping does not fit the file, whose fields are "+strings.Join(names, ", "), p.faults...)
	}
	p.schema.Fields = infos
	p.values = make([]importers.Value, len(p.ops))
	return nil
}

// settle decides the type of a field and reads its default.
func (p *planner) settle(o *op) {
	f := &o.field
	switch {
	case f.Area != "" || f.Length != "":
		o.unit = unitOf(f.Area + f.Length)
		o.kind = spatial.FieldNumber
		if p.schema.GeometryType == spatial.GeometryNone {
			p.fault(f.Line, "%s: the file has no geometry to measure", f.Name)
		}
	case o.kind != "":
	case f.Constant != nil || len(f.Codes) > 0:
		o.kind = spatial.FieldString
	default:
		o.kind = p.base[o.from].Type
	}
	text := f.Default
	if f.Constant != nil {
		text = f.Constant
	}
	if text == nil {
		return
	}
	var ok bool
	if o.deflt, ok = parseText(o.kind, *text, f); !ok {
		p.fault(f.Line, "the value %q is no %s", *text, o.kind)
	}
}

// describe lets what the mapping says of a field win over what the file says.
func describe(info *importers.FieldInfo, f *Field) {
	if f.Title != (spatial.Text{}) {
		info.Title = f.Title
	}
	if f.CodeList != "" {
		info.CodeList = f.CodeList
	}
	switch {
	case f.Unit != "":
		info.Unit = f.Unit
	case f.made():
		info.Unit = f.Area + f.Length
	}
}

// others keeps the fields that the mapping does not name, and notes those of the
// source.
func (p *planner) others(infos []importers.FieldInfo) []importers.FieldInfo {
	var fresh []string
	for i := range p.base {
		b := &p.base[i]
		if b.listed {
			continue
		}
		if i < p.own && len(p.file.Fields) > 0 {
			fresh = append(fresh, b.Name)
			if p.file.SkipNew {
				continue
			}
		}
		p.ops = append(p.ops, op{from: i, kind: b.Type})
		infos = append(infos, b.FieldInfo)
	}
	if len(fresh) > 0 {
		what := "kept as they are"
		if p.file.SkipNew {
			what = "left out"
		}
		p.notes = append(p.notes, "fields that the mapping does not name are "+what+": "+strings.Join(fresh, ", "))
	}
	return infos
}

// check finds names that leave twice, and a key that does not leave.
func (p *planner) check(infos []importers.FieldInfo) {
	seen := map[string]bool{}
	for _, info := range infos {
		if seen[info.Name] {
			p.fault(1, "two fields would be called %s: rename or skip one", info.Name)
		}
		seen[info.Name] = true
	}
	if k := p.file.Key; k != "" && k != importers.KeyGeometry && !slices.ContainsFunc(infos, func(f importers.FieldInfo) bool { return strings.EqualFold(f.Name, k) }) {
		p.fault(1, "the key %s is no field that leaves the mapping", k)
	}
}
