package importers

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"gisd/spatial"
)

// idSource says where the ids of a version come from.
type idSource struct {
	field    int  // index of a field, -1
	native   bool // Record.ID
	geometry bool // the hash of it
	asked    bool // by --key: a record without one, or with one that was there before, is rejected
	kind     spatial.IDKind
}

// numbered is the fallback that always works.
func numbered() idSource { return idSource{field: -1, kind: spatial.IDInteger} }

func hashed() idSource {
	return idSource{field: -1, geometry: true, asked: true, kind: spatial.IDText}
}

func (s idSource) running() bool { return s.field < 0 && !s.native && !s.geometry }

func (s idSource) source() IDSource {
	switch {
	case s.field >= 0:
		return IDFromField
	case s.native:
		return IDFromSource
	case s.geometry:
		return IDFromGeometry
	}
	return IDFromNumber
}

// from names the source for the report.
func (s idSource) from(fields []spatial.Field) string {
	if s.field >= 0 {
		return fields[s.field].Name
	}
	return string(s.source())
}

// idNames are names that people give to keys, most trusted first.
func idNames() []string {
	return []string{"globalid", "guid", "uuid", "gid", "id", "fid", "ogc_fid", "objectid"}
}

// chooseID takes the key asked for, else what the ids of the version before came
// from, else the ids the source has of its own, else a field with a telling name;
// whether its values are unique shows in the reading.
func chooseID(s Schema, key string, base *Base) (idSource, error) {
	if key == KeyGeometry && fieldIndex(s, key) < 0 {
		if s.GeometryType == spatial.GeometryNone {
			return idSource{}, spatial.Invalid("importers: key", "the layer has no geometry to make keys of")
		}
		return hashed(), nil
	}
	if key != "" {
		return keyField(s, key)
	}
	if base != nil {
		switch base.IDSource {
		case IDFromField:
			if id, err := keyField(s, base.IDField); err == nil {
				id.asked = false
				return id, nil
			}
		case IDFromGeometry:
			if s.GeometryType != spatial.GeometryNone {
				return hashed(), nil
			}
		}
	}
	if kind, ok := idKindOf(s.NativeID); ok {
		return idSource{field: -1, native: true, kind: kind}, nil
	}
	for _, name := range idNames() {
		for i, f := range s.Fields {
			if kind, ok := idKindOf(f.Type); ok && strings.EqualFold(f.Name, name) {
				return idSource{field: i, kind: kind}, nil
			}
		}
	}
	return numbered(), nil
}

// fieldIndex finds a field by its name, else by its name in another case.
func fieldIndex(s Schema, name string) int {
	i := slices.IndexFunc(s.Fields, func(f FieldInfo) bool { return f.Name == name })
	if i < 0 {
		i = slices.IndexFunc(s.Fields, func(f FieldInfo) bool { return strings.EqualFold(f.Name, name) })
	}
	return i
}

func keyField(s Schema, key string) (idSource, error) {
	i := fieldIndex(s, key)
	if i < 0 {
		return idSource{}, spatial.Invalid("importers: key", "there is no field "+key+"; fields are "+fieldNames(s))
	}
	kind, ok := idKindOf(s.Fields[i].Type)
	if !ok {
		return idSource{}, spatial.Invalid("importers: key", "field "+key+" is a "+string(s.Fields[i].Type)+"; a key is text or an integer")
	}
	return idSource{field: i, asked: true, kind: kind}, nil
}

func idKindOf(t spatial.FieldType) (spatial.IDKind, bool) {
	switch t {
	case spatial.FieldInteger:
		return spatial.IDInteger, true
	case spatial.FieldString:
		return spatial.IDText, true
	}
	return "", false
}

func fieldNames(s Schema) string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// maxIDBytes keeps ids fit for a URL.
const maxIDBytes = 200

// idCheck sees every id once and tells repeated and unusable ones. Integers in
// ascending order are kept as ranges; those that come in disorder as bits, 64
// neighbours in a word, for as many words as maxIDWords. Everything else is a
// 64-bit hash of 10 to 13 bytes.
type idCheck struct {
	kind   spatial.IDKind
	ranges []idRange
	words  map[int64]uint64 // bits of ids by id / 64
	seed   maphash.Seed
	seen   hashSet
}

// maxIDWords is enough for four million ids in a dense disorder, and costs at
// most 2 MiB where ids are sparse. Once it is reached the ids of a new word are
// hashed.
const maxIDWords = 1 << 16

// idRange is first..last, both in it.
type idRange struct{ first, last int64 }

func newIDCheck(kind spatial.IDKind) *idCheck {
	return &idCheck{kind: kind, words: map[int64]uint64{}, seed: maphash.MakeSeed()}
}

// add reports whether an id may serve, and whether it was there before.
func (c *idCheck) add(v *Value) (usable, repeated bool) {
	if !v.Valid {
		return false, false
	}
	if c.kind == spatial.IDInteger {
		return true, c.addInteger(v.Int)
	}
	if len(v.Bytes) == 0 || len(v.Bytes) > maxIDBytes || bytes.ContainsAny(v.Bytes, "/\x00\n\r") {
		return false, false
	}
	return true, !c.seen.add(maphash.Bytes(c.seed, v.Bytes))
}

func (c *idCheck) addInteger(id int64) (repeated bool) {
	n := len(c.ranges)
	switch {
	case n > 0 && id == c.ranges[n-1].last+1:
		c.ranges[n-1].last = id
		return false
	case n == 0 || id > c.ranges[n-1].last:
		c.ranges = append(c.ranges, idRange{id, id})
		return false
	}
	i, found := slices.BinarySearchFunc(c.ranges, id, func(r idRange, id int64) int { return cmp.Compare(r.first, id) })
	if found || i > 0 && id <= c.ranges[i-1].last {
		return true
	}
	word, bit := id>>6, uint64(1)<<(id&63)
	bits, known := c.words[word]
	if !known && len(c.words) >= maxIDWords {
		return !c.seen.add(maphash.Comparable(c.seed, id))
	}
	c.words[word] = bits | bit
	return bits&bit != 0
}
