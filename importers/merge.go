package importers

import (
	"fmt"
	"slices"

	"gisd/spatial"
)

// Match is how a record of the source finds its feature in the version that is
// there.
type Match string

// The ways to match. The key of a record is the id it is loaded with.
const (
	MatchNone     Match = ""         // every record is new
	MatchID       Match = "id"       // the key is the feature's id
	MatchColumn   Match = "column"   // the key is one of the feature's properties
	MatchGeometry Match = "geometry" // the key is what GeometryKeys makes of the feature's geometry
)

// Merge says how append and upsert bring the records of a source together with
// the features of Plan.Base. Features that the source does not touch keep id,
// revision, time and author.
type Merge struct {
	Match  Match
	Column string // for MatchColumn
	// Number gives new features running numbers after the highest id; otherwise
	// their key is their id.
	Number  bool
	Columns []MergedColumn // those of the version, in the order of Plan.Version
}

// MergedColumn is where a property of the new version comes from: "" where one
// side has none.
type MergedColumn struct {
	Field  spatial.Field
	Base   string // column of the version that is there
	Loaded string // column of the source's table
	From   spatial.FieldType
}

// merging reports whether a mode builds on the version that is there.
func merging(m Mode) bool { return m == ModeAppend || m == ModeUpsert }

// mergeKey settles where the keys of the source's records come from and how they
// match. Errors: invalid where there is no way to tell features from each other.
func mergeKey(s Schema, o *Options, b *Base) (idSource, Merge, error) {
	if o.Key != "" {
		id, err := chooseID(s, o.Key, nil)
		if err != nil {
			return id, Merge{}, err
		}
		m, err := matchAsked(s, o, b, id)
		return id, m, err
	}
	refuse := func(why string) (idSource, Merge, error) {
		return idSource{}, Merge{}, spatial.Invalid("importers: key", why+": name the field that tells features apart with --key, or take --key geometry")
	}
	switch b.IDSource {
	case IDFromField:
		id, err := keyField(s, b.IDField)
		if err == nil {
			m, err := matchAsked(s, o, b, id)
			return id, m, err
		}
		if o.Mode == ModeUpsert || b.IDKind != spatial.IDInteger {
			return refuse("the ids of " + o.Collection + " come from the field " + b.IDField + ", which the source does not have")
		}
	case IDFromGeometry:
		if s.GeometryType == spatial.GeometryNone {
			return refuse("the ids of " + o.Collection + " come from the geometry, which the source does not have")
		}
		return hashed(), Merge{Match: MatchID}, nil
	case IDFromSource:
		kind, ok := idKindOf(s.NativeID)
		if ok && (o.Mode == ModeUpsert || kind == spatial.IDText) && (kind == b.IDKind || b.IDKind == spatial.IDText) {
			return idSource{field: -1, native: true, asked: true, kind: kind}, Merge{Match: MatchID}, nil
		}
	}
	if o.Mode == ModeUpsert || b.IDKind != spatial.IDInteger {
		return refuse("the ids of " + o.Collection + " came from " + idsOf(b.IDSource, b.IDField))
	}
	return numbered(), Merge{Number: true}, nil
}

// matchAsked is the match for a key that somebody chose.
func matchAsked(s Schema, o *Options, b *Base, id idSource) (Merge, error) {
	const op = "importers: key"
	if id.geometry {
		if b.IDSource == IDFromGeometry {
			return Merge{Match: MatchID}, nil
		}
		if b.Geometry == spatial.GeometryNone {
			return Merge{}, spatial.Invalid(op, o.Collection+" has no geometry to compare by")
		}
	}
	m := Merge{Match: MatchGeometry, Number: true}
	if id.field >= 0 {
		name := s.Fields[id.field].Name
		held, ok := b.Field(name)
		switch {
		case !ok:
			return m, spatial.Invalid(op, o.Collection+" has no field "+name+" to compare by")
		case b.IDSource == IDFromField && held.Name == b.IDField:
			if b.IDKind == spatial.IDInteger && id.kind == spatial.IDText {
				return m, spatial.Invalid(op, "the ids of "+o.Collection+" are integers, and the field "+name+" of the source is text")
			}
			return Merge{Match: MatchID}, nil
		}
		if _, ok := idKindOf(held.Type); !ok {
			return m, spatial.Invalid(op, "field "+held.Name+" of "+o.Collection+" is a "+string(held.Type)+"; a key is text or an integer")
		}
		m.Match, m.Column = MatchColumn, held.Column
	}
	if b.IDKind != spatial.IDInteger {
		return m, spatial.Invalid(op, fmt.Sprintf("the ids of %s come from %s, which is text: take that for the key, or change it once with --mode replace --key %s",
			o.Collection, idsOf(b.IDSource, b.IDField), o.Key))
	}
	return m, nil
}

// mergeFields settles the columns of a merged version: those that are there, and
// those that only the source has after them.
func mergeFields(b *Base, p *Plan) {
	loaded := map[string]spatial.Field{} // by the name of the field it goes into
	var fresh []FieldInfo
	var freshLoaded []spatial.Field
	for i, f := range p.Fields {
		held, ok := b.Field(f.Name)
		if held.Name != f.Name && hasField(p.Fields, held.Name) {
			ok = false // that one has the better claim
		}
		if _, taken := loaded[held.Name]; ok && !taken {
			loaded[held.Name] = f
			continue
		}
		fresh, freshLoaded = append(fresh, p.Schema.Fields[i]), append(freshLoaded, f)
	}
	for _, f := range b.Fields {
		c := MergedColumn{Field: f, Base: f.Column}
		from, ok := loaded[f.Name]
		if ok {
			c.Loaded, c.From = from.Column, from.Type
		}
		if f.IsID() && (p.Merge.Match != MatchID || !ok || from.Name != p.IDField) {
			// New features get an id that is not the value of this property.
			c.Field.Column = columnsBeside(b.Fields, []FieldInfo{{Name: f.Name}})[0].Column
		}
		p.Version = append(p.Version, c.Field)
		p.Merge.Columns = append(p.Merge.Columns, c)
	}
	for i, f := range columnsBeside(p.Version, fresh) {
		p.Version = append(p.Version, f)
		p.Merge.Columns = append(p.Merge.Columns, MergedColumn{Field: f, Loaded: freshLoaded[i].Column, From: f.Type})
	}
}

func hasField(fields []spatial.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f spatial.Field) bool { return f.Name == name })
}

// mergeShape keeps the shape that is there; a source without geometry leaves the
// geometries as they are, a collection without takes those of the source.
func mergeShape(b *Base, p *Plan) {
	p.Dimensions = b.Dimensions
	if b.Geometry == spatial.GeometryNone {
		p.Dimensions = p.Schema.Dimensions
	}
}

// mergedGeometry is the type that holds both.
func mergedGeometry(held, loaded spatial.GeometryType) spatial.GeometryType {
	switch {
	case held == loaded, loaded == spatial.GeometryNone:
		return held
	case held == spatial.GeometryNone:
		return loaded
	case family(held) == family(loaded):
		if family(held) == held {
			return loaded
		}
		return held
	}
	return spatial.GeometryAny
}

// mergingChanges is the schema's part of what append and upsert change.
func mergingChanges(b *Base, p *Plan) []Change {
	var changes []Change
	for _, c := range p.Merge.Columns {
		switch {
		case c.Base == "":
			changes = append(changes, Change{Kind: "added", Field: c.Field.Name, To: string(c.Field.Type)})
		case c.Loaded == "":
			changes = append(changes, Change{Kind: "missing", Field: c.Field.Name, From: string(c.Field.Type)})
		case c.From != c.Field.Type:
			changes = append(changes, Change{Kind: "converted", Field: c.Field.Name, From: string(c.From), To: string(c.Field.Type)})
		}
	}
	if p.Schema.GeometryType == spatial.GeometryNone {
		return changes
	}
	if to := mergedGeometry(b.Geometry, p.Geometry); family(to) != family(b.Geometry) {
		changes = append(changes, Change{Kind: "geometry", From: string(b.Geometry), To: string(to)})
	}
	if from := p.Schema.Dimensions; from != p.Dimensions {
		changes = append(changes, Change{Kind: "dimensions", From: string(from), To: string(p.Dimensions), Loses: drops(from, p.Dimensions)})
	}
	return changes
}
