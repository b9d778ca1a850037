package importers

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gisd/spatial"
)

// Columns settles the columns of the fields: the name without diacritics, in
// lower case, [a-z_][a-z0-9_]*, at most 59 bytes, unique, and none of the names
// that every table has for itself.
func Columns(infos []FieldInfo) []spatial.Field { return columnsBeside(nil, infos) }

// columnsBeside is Columns for fields that come into a table which has some.
func columnsBeside(held []spatial.Field, infos []FieldInfo) []spatial.Field {
	used := map[string]bool{
		spatial.IDColumn: true, "revision": true, "recorded_at": true, "changed_by": true, "geom": true,
		"tableoid": true, "xmin": true, "cmin": true, "xmax": true, "cmax": true, "ctid": true,
	}
	for _, f := range held {
		used[f.Column] = true
	}
	fields := make([]spatial.Field, len(infos))
	for i, f := range infos {
		column := launder(f.Name)
		for n := 2; used[column]; n++ {
			column = launder(f.Name) + "_" + strconv.Itoa(n)
		}
		used[column] = true
		fields[i] = spatial.Field{Name: f.Name, Column: column, Type: f.Type, Title: f.Title, Unit: f.Unit, CodeList: f.CodeList}
	}
	return fields
}

// sharesColumn tells whether the field that the ids are taken from needs no column
// of its own: it is called id and a whole number, so that the table says the same
// with one column less. A version that takes the place of one that has both keeps
// both, for the sake of what people have built upon its columns.
func (p *Plan) sharesColumn(key spatial.Field) bool {
	if key.Type != spatial.FieldInteger || launder(key.Name) != spatial.IDColumn {
		return false
	}
	if p.Base == nil || p.Merge != nil {
		return true
	}
	held, ok := p.Base.Field(key.Name)
	return !ok || held.IsID()
}

func launder(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	s := strings.TrimRight(b.String(), "_")
	switch {
	case s == "":
		s = "field"
	case s[0] >= '0' && s[0] <= '9':
		s = "_" + s
	}
	return strings.TrimRight(s[:min(len(s), 55)], "_")
}

// CheckID refuses what cannot be the id of a collection. The error is invalid.
func CheckID(id string) error {
	if regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`).MatchString(id) {
		return nil
	}
	return spatial.Invalid("importers: run", fmt.Sprintf("%.80q is no collection id: it begins with a letter a-z and goes on with a-z, 0-9, - and _, at most 63 in all", id))
}

// CollectionID is the id of the collection that a layer goes into when all
// layers of a file are imported: ID_layer, fit for an id.
func CollectionID(id, layer string) string {
	s := strings.TrimRight(id, "_") + "_" + strings.TrimLeft(launder(layer), "_")
	return strings.TrimRight(s[:min(len(s), 63)], "_")
}
