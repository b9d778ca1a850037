package arcgis

import (
	"context"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// layer is a collection as a feature layer.
type layer struct {
	c      *spatial.Collection
	rows   *spatial.Collection // with the object ids, see Collection.WithID
	oid    string              // name of the field of object ids
	fields []field             // of rows, in their order
	srid   spatial.SRID        // of the layer
}

// The types of fields.
const (
	typeOID    = "esriFieldTypeOID"
	typeString = "esriFieldTypeString"
	typeDouble = "esriFieldTypeDouble"
	typeSmall  = "esriFieldTypeSmallInteger"
	typeDate   = "esriFieldTypeDate"
)

// unlimited is the length that ArcGIS gives texts without one.
const unlimited = 1073741822

// field describes a property.
type field struct {
	Name     string  `json:"name"`
	Type     string  `json:"type"`
	Alias    string  `json:"alias"`
	Length   int     `json:"length,omitempty"`
	Nullable bool    `json:"nullable"`
	Editable bool    `json:"editable"`
	Domain   *domain `json:"domain"`
	Default  any     `json:"defaultValue"`

	source spatial.Field
}

// domain tells what codes mean.
type domain struct {
	Type   string       `json:"type"`
	Name   string       `json:"name"`
	Values []codedValue `json:"codedValues"`
}

type codedValue struct {
	Name string `json:"name"`
	Code any    `json:"code"`
}

// geometryTypeOf is Esri's name of a type; false for what no layer can hold, since
// a layer has geometries of one kind.
func geometryTypeOf(t spatial.GeometryType) (name string, ok bool) {
	switch t {
	case spatial.GeometryPoint:
		return "esriGeometryPoint", true
	case spatial.GeometryMultiPoint:
		return "esriGeometryMultipoint", true
	case spatial.GeometryLineString, spatial.GeometryMultiLineString:
		return "esriGeometryPolyline", true
	case spatial.GeometryPolygon, spatial.GeometryMultiPolygon:
		return "esriGeometryPolygon", true
	case spatial.GeometryNone:
		return "", true
	}
	return "", false
}

// newLayer reads no code lists: describe adds them.
func newLayer(c *spatial.Collection, lang string) (*layer, error) {
	if _, ok := geometryTypeOf(c.GeometryType); !ok {
		return nil, spatial.NotFound("arcgis: layer", "The collection holds geometries of several kinds, which a feature layer cannot. Use OGC API - Features or a download.")
	}
	l := &layer{c: c, oid: oidName(c), srid: spatial.SRIDWGS84}
	if crs.Supported(c.SRID) {
		l.srid = c.SRID
	}
	l.rows = c.WithID(l.oid)
	l.fields = []field{{Name: l.oid, Type: typeOID, Alias: l.oid, source: l.rows.Fields[0]}}
	for _, f := range c.Fields {
		l.fields = append(l.fields, newField(f, lang))
	}
	return l, nil
}

// oidName is a name that no property and no column has.
func oidName(c *spatial.Collection) string {
	name := "objectid"
	for n := 1; ; n++ {
		taken := false
		for _, f := range c.Fields {
			taken = taken || strings.EqualFold(f.Name, name) || strings.EqualFold(f.Column, name)
		}
		if !taken {
			return name
		}
		name = "objectid_" + strconv.Itoa(n)
	}
}

func newField(f spatial.Field, lang string) field {
	out := field{Name: f.Column, Type: typeString, Alias: f.Title.In(lang), Nullable: true, source: f}
	if out.Alias == "" {
		out.Alias = f.Name
	}
	switch f.Type {
	case spatial.FieldInteger, spatial.FieldNumber:
		out.Type = typeDouble // a number of 32 bits would lose what a bigint holds
	case spatial.FieldBoolean:
		out.Type = typeSmall
		out.Domain = &domain{Type: "codedValue", Name: "boolean", Values: []codedValue{
			{spatial.Text{VI: "không", EN: "no"}.In(lang), 0}, {spatial.Text{VI: "có", EN: "yes"}.In(lang), 1},
		}}
	case spatial.FieldDate, spatial.FieldDateTime:
		out.Type, out.Length = typeDate, 8
	case spatial.FieldString, spatial.FieldJSON:
		out.Length = unlimited
	}
	return out
}

// addDomains reads the code lists of the fields; the result is by id, for symbols.
func (r *request) addDomains(ctx context.Context, l *layer) (map[string][]spatial.CodeValue, error) {
	lists := map[string][]spatial.CodeValue{}
	for i := range l.fields {
		f := &l.fields[i]
		id := f.source.CodeList
		if id == "" || f.source.Type != spatial.FieldString {
			continue
		}
		list, err := r.h.CodeLists.CodeList(ctx, id)
		if spatial.CodeOf(err) == spatial.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		lists[id] = list.Values
		f.Domain = &domain{Type: "codedValue", Name: id, Values: []codedValue{}}
		for _, v := range list.Values {
			name := v.Label.In(r.lang)
			if name == "" {
				name = v.Code
			}
			f.Domain.Values = append(f.Domain.Values, codedValue{name, v.Code})
		}
	}
	return lists, nil
}

// find returns the field of that name, of a column or a property, in any case.
func (l *layer) find(name string) (int, bool) {
	for i, f := range l.fields {
		if strings.EqualFold(f.Name, name) {
			return i, true
		}
	}
	for i, f := range l.fields {
		if strings.EqualFold(f.source.Name, name) {
			return i, true
		}
	}
	return 0, false
}

// geometry is the name of the geometry in filters, "" where there is none.
func (l *layer) geometry() string {
	if l.c.GeometryType == spatial.GeometryNone {
		return ""
	}
	for _, name := range []string{"geometry", "geom"} {
		if _, taken := l.rows.Field(name); !taken {
			return name
		}
	}
	return ""
}
