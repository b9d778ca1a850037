package spatial

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// ColumnRule says what a rule's columns are.
type ColumnRule string

// A rule that says nothing of columns leaves them to others.
const (
	ColumnsUnsaid ColumnRule = ""
	ColumnsShown  ColumnRule = "show" // these alone
	ColumnsHidden ColumnRule = "hide" // all but these; all where there are none
)

// RoleLimit is a rule: what of one collection, or of every one that has no rule of
// its own, a role lets its holders see. It is immutable; a change has another id.
type RoleLimit struct {
	ID         int64
	Role       Role       // not RoleAdmin, who sees everything
	Collection string     // "" is every one that has no rule of its own
	Areas      []int      // numbers of areas, ascending; empty but not nil is everywhere, nil says nothing
	Columns    ColumnRule // what Names are
	Names      []string   // wire names of properties, or their columns'
}

// Area is where a caller may see features: those whose point on surface it holds,
// its edge inside (docs/adr/0010).
type Area struct {
	Numbers []int            // of the areas that it is made of, ascending
	EWKB    string           // a MultiPolygon in hex, in the storage SRID of the collection
	Key     string           // stands for EWKB
	Bounds  Envelope         // in SRID 4326, rounded outwards
	Share   float64          // of its box that it covers, 0 to 1
	Outline orb.MultiPolygon // in SRID 4326, lon lat; not to be changed
}

// Cut is the part of a box in SRID 4326 that lies within the bounds of the area;
// false where the box does not meet the area itself. What comes within some ten
// centimetres counts as meeting.
func (a Area) Cut(box Envelope) (Envelope, bool) {
	const near = 1e-6 // degrees
	b := a.Bounds
	part := Envelope{SRID: box.SRID, MinX: max(box.MinX, b.MinX), MinY: max(box.MinY, b.MinY), MaxX: min(box.MaxX, b.MaxX), MaxY: min(box.MaxY, b.MaxY)}
	if part.MinX > part.MaxX || part.MinY > part.MaxY {
		return part, false
	}
	around := orb.Bound{Min: orb.Point{part.MinX - near, part.MinY - near}, Max: orb.Point{part.MaxX + near, part.MaxY + near}}
	return part, len(clip.MultiPolygon(around, a.Outline.Clone())) > 0
}

// Limits are what of a collection its caller sees, where that is less than all of
// it: the catalogue hands out collections as their callers see them. The methods
// are true of nil, which is all of it.
type Limits struct {
	// Rules are the ids of the rules of the caller's roles, ascending. Statements
	// compare them with those that hold when they run.
	Rules []int64
	// Areas are where; nil is everywhere. A feature in any of them is seen.
	Areas []Area
	// Key stands for areas and columns: who has equal keys sees the same.
	Key [16]byte
	// Whole is the collection as it is for who sees all of it, for those who look for
	// rows. Nothing of it goes to the caller.
	Whole *Collection

	hidden bool
}

// Rows reports whether features are left out.
func (l *Limits) Rows() bool { return l != nil && l.Areas != nil }

// Columns reports whether properties are left out.
func (l *Limits) Columns() bool { return l != nil && l.hidden }

// Share is which part of the boxes of the areas they cover, 1 where rows are not
// limited: of what lies in the boxes so much is seen, if all is spread evenly.
func (l *Limits) Share() float64 {
	if !l.Rows() || len(l.Areas) == 0 {
		return 1
	}
	sum := 0.0
	for _, a := range l.Areas {
		sum += a.Share
	}
	return sum / float64(len(l.Areas))
}

// RuleIDs are Rules, never nil.
func (l *Limits) RuleIDs() []int64 {
	if l == nil {
		return []int64{}
	}
	return l.Rules
}

// Whole is the collection without the limits of its caller: its extent and counts
// are those of all features, which the caller is not to know.
func (c *Collection) Whole() *Collection {
	if c.Limits == nil {
		return c
	}
	return c.Limits.Whole
}

// Limited is the collection as somebody sees it whose roles have these rules, all of
// them for it or for every collection; areas has the area of a rule in the storage
// SRID, by its id. Without rules it is the collection itself.
//
// A rule for the collection goes before one of the same role for all, of areas and of
// columns each. What several roles let see adds up; a role that says nothing takes
// nothing away and adds nothing. A rule that cannot be told because its area is
// missing shows no feature.
func (c *Collection) Limited(rules []*RoleLimit, areas map[int64]Area) *Collection {
	if len(rules) == 0 {
		return c
	}
	seen := *c
	l := &Limits{Whole: c}
	for _, r := range rules {
		l.Rules = append(l.Rules, r.ID)
	}
	slices.Sort(l.Rules)
	l.Rules = slices.Compact(l.Rules)
	seen.Limits = l
	if where, said := areasOf(rules, areas); said {
		l.Areas = where
		seen.narrowRows()
	}
	if shown, said := columnsOf(c, rules); said {
		seen.narrowColumns(shown)
	}
	l.Key = keyOf(&seen)
	return &seen
}

// speaking are, for each role, the rules that say something, the closest alone.
func speaking(rules []*RoleLimit, says func(*RoleLimit) bool) []*RoleLimit {
	byRole := map[Role]*RoleLimit{}
	for _, r := range rules {
		if held := byRole[r.Role]; says(r) && (held == nil || held.Collection == "") {
			byRole[r.Role] = r
		}
	}
	var out []*RoleLimit
	for _, r := range rules {
		if byRole[r.Role] == r && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

func areasOf(rules []*RoleLimit, areas map[int64]Area) (where []Area, said bool) {
	where = []Area{}
	for _, r := range speaking(rules, func(r *RoleLimit) bool { return r.Areas != nil }) {
		if len(r.Areas) == 0 {
			return nil, false
		}
		said = true
		if area, ok := areas[r.ID]; ok {
			where = append(where, area)
		}
	}
	return where, said
}

// AreaRules are those of the rules of all roles that say in which areas the features
// of a collection are seen.
func AreaRules(collection string, all []*RoleLimit) []*RoleLimit {
	said := speaking(all, func(r *RoleLimit) bool {
		return r.Areas != nil && (r.Collection == "" || r.Collection == collection)
	})
	return slices.DeleteFunc(said, func(r *RoleLimit) bool { return len(r.Areas) == 0 })
}

func columnsOf(c *Collection, rules []*RoleLimit) (shown map[string]bool, said bool) {
	shown = map[string]bool{}
	for _, r := range speaking(rules, func(r *RoleLimit) bool { return r.Columns != ColumnsUnsaid }) {
		said = true
		for _, f := range c.Fields {
			if r.shows(f) {
				shown[f.Name] = true
			}
		}
	}
	return shown, said
}

// shows takes capitals for small letters where it hides.
func (r *RoleLimit) shows(f Field) bool {
	named := func(name string) bool { return name == f.Name || name == f.Column }
	if r.Columns == ColumnsHidden {
		named = func(name string) bool { return strings.EqualFold(name, f.Name) || strings.EqualFold(name, f.Column) }
	}
	return slices.ContainsFunc(r.Names, named) == (r.Columns == ColumnsShown)
}

// narrowRows: what is told of the whole collection is told of the areas. Features may
// reach beyond them.
func (c *Collection) narrowRows() {
	c.Extent = EmptyEnvelope(SRIDWGS84)
	for _, a := range c.Limits.Areas {
		if b := a.Bounds; !b.Empty() {
			c.Extent = c.Extent.Extend(b.MinX, b.MinY).Extend(b.MaxX, b.MaxY)
		}
	}
	if c.FeatureCount > 0 {
		c.FeatureCount = -1
	}
	c.WithoutGeometry = 0 // what is nowhere is in no area
	c.Pyramid = c.Pyramid.within(c.Limits.Areas)
}

// narrowColumns leaves hidden properties out of everything that names them. The one
// that ids are taken from stays: its values are the ids.
func (c *Collection) narrowColumns(shown map[string]bool) {
	var fields, hidden []Field
	for _, f := range c.Fields {
		if shown[f.Name] || f.Name == c.IDField {
			fields = append(fields, f)
		} else {
			hidden = append(hidden, f)
		}
	}
	if len(hidden) == 0 {
		return
	}
	c.Limits.hidden = true
	c.Fields = fields
	gone := func(name string) bool {
		return slices.ContainsFunc(hidden, func(f Field) bool { return f.Name == name })
	}
	if gone(c.SearchField) {
		c.SearchField = ""
	}
	if gone(c.TimeField) {
		c.TimeField = ""
	}
	c.Required = slices.DeleteFunc(slices.Clone(c.Required), gone)
	if gone(c.Pyramid.Dissolve) {
		c.Pyramid.Plain, c.Pyramid.Dissolve = true, "" // shapes of small scales are those of the values
	}
	c.Pyramid.Generalisation = nil
	if speaksOf(c.Style, hidden) {
		c.Style = nil
	}
}

func keyOf(c *Collection) (key [16]byte) {
	h := sha256.New()
	text := func(s string) { h.Write(append(binary.AppendUvarint(nil, uint64(len(s))), s...)) }
	if c.Limits.Rows() {
		h.Write(binary.AppendUvarint([]byte{'a'}, uint64(len(c.Limits.Areas))))
		for _, a := range c.Limits.Areas {
			text(a.EWKB)
		}
	}
	if c.Limits.Columns() {
		h.Write([]byte{'c'})
		for _, f := range c.Fields {
			text(f.Name)
		}
	}
	copy(key[:], h.Sum(nil))
	return key
}
