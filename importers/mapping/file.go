package mapping

import (
	"gisd/importers"
	"gisd/spatial"
)

// File is a mapping file. Its text is YAML:
//
//	version: 1
//	crs: EPSG:9210
//	key: so_thua
//	fields:
//	  - {from: SOTHUA, name: so_thua, type: integer}
//	  - {from: LOAIDAT, name: loai_dat, codelist: land_use, default: CHUA_RO}
//	  - {from: GHICHU, skip: true}
//	  - {name: dien_tich, area: {unit: m2}}
//	join:
//	  - {file: chu_su_dung.xlsx, key: "Số thửa", on: SOTHUA}
type File struct {
	Layer    string       // the layer it is for; "" for any
	SRID     spatial.SRID // 0 leaves it to the source
	SwapXY   bool
	Encoding string // "" leaves it to the source
	Key      string // name of a field as it leaves, or importers.KeyGeometry
	Title    spatial.Text
	Geometry Columns
	// SkipNew drops fields that the file does not list; else they are kept.
	SkipNew bool
	Fields  []Field
	Joins   []Join
	Text    string // as read
}

// Columns are the columns of a table that hold its geometry; "" finds them.
type Columns struct {
	X, Y   string // easting or longitude, northing or latitude
	Column string // a column of WKT, WKB in hex or GeoJSON
}

// Field says what becomes of one field, or makes one.
type Field struct {
	Line     int
	From     string // name in the source or in a joined file; "" for a made one
	Name     string // as it leaves; From when not given
	Type     spatial.FieldType
	Title    spatial.Text
	Unit     string
	CodeList string
	Codes    map[string]string // values that are written otherwise
	Format   string            // of dates in text: "dd/mm/yyyy"
	Decimal  string            // "," where numbers in text have a decimal comma
	Default  *string           // for null
	Skip     bool
	Area     string // "m2", "ha", "km2": the area of the geometry
	Length   string // "m", "km"
	Constant *string
}

// made reports whether the field is not taken from the file.
func (f *Field) made() bool { return f.Area != "" || f.Length != "" || f.Constant != nil }

// Join adds the fields of another table by a key.
type Join struct {
	Line   int
	File   string
	Layer  string   // "" for the only one
	Key    string   // field of the other table
	On     string   // field of this file; Key when not given
	Fields []string // those to take; none takes all but the key
}

// SourceOptions adds what the mapping says of how the file is read; what o holds
// already wins.
func (f *File) SourceOptions(o importers.SourceOptions) importers.SourceOptions {
	take := func(to *string, from string) {
		if *to == "" || *to == "auto" {
			*to = from
		}
	}
	take(&o.Encoding, f.Encoding)
	take(&o.XColumn, f.Geometry.X)
	take(&o.YColumn, f.Geometry.Y)
	take(&o.GeometryColumn, f.Geometry.Column)
	o.AxesAsNamed = o.AxesAsNamed || f.SwapXY
	return o
}

// Options adds what the mapping says of the import; what o holds already wins.
func (f *File) Options(o *importers.Options) {
	if o.SRID == 0 {
		o.SRID = f.SRID
	}
	if o.Key == "" {
		o.Key = f.Key
	}
	if o.Title == (spatial.Text{}) {
		o.Title = f.Title
	}
	o.SwapXY = o.SwapXY || f.SwapXY
	o.Source.Mapping = f.Text
}
