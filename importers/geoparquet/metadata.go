package geoparquet

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/file"

	"gisd/importers"
	"gisd/importers/flatbuf"
	"gisd/spatial"
)

// geometryColumn is what the file says of its primary geometry.
type geometryColumn struct {
	name     string
	encoding string   // "wkb", "wkt", "point" … "multipolygon"
	types    []string // "Point", "MultiPolygon Z"; none when it does not say
	crs      importers.CRS
	covering string          // column with its boxes
	others   map[string]bool // further geometry columns
}

// Bounds on an Arrow schema, whose parts may repeat one long text.
const (
	maxFields = 4096
	maxText   = 64 << 10
)

// geoMetadata is the member geo of the key-value metadata (GeoParquet 1.1).
type geoMetadata struct {
	Primary string `json:"primary_column"`
	Columns map[string]struct {
		Encoding string          `json:"encoding"`
		Types    []string        `json:"geometry_types"`
		Type     any             `json:"geometry_type"` // before version 1.0
		CRS      json.RawMessage `json:"crs"`
		Covering struct {
			Box struct {
				MinX []string `json:"xmin"`
			} `json:"bbox"`
		} `json:"covering"`
	} `json:"columns"`
}

func crs84() importers.CRS {
	return importers.CRS{SRID: spatial.SRIDWGS84, Reason: "the file names no reference system, which means OGC:CRS84"}
}

// value is a text of the key-value metadata.
func value(r *file.Reader, key string) string {
	if v := r.MetaData().KeyValueMetadata().FindValue(key); v != nil {
		return *v
	}
	return ""
}

// findGeometry looks for the geo metadata, then for Parquet's own geometry
// types, then for what GeoArrow declares; nil without any of them.
func findGeometry(r *file.Reader, top []*node) *geometryColumn {
	if g := declared(r, top); g != nil {
		return g
	}
	var found *geometryColumn
	for _, n := range top {
		if n.form != formLeaf || n.leaves[0].meaning.sort != sortGeometry {
			continue
		}
		if found == nil {
			found = &geometryColumn{name: n.name, encoding: "wkb", crs: nativeCRS(r, n.leaves[0].meaning.crs), others: map[string]bool{}}
			continue
		}
		found.others[n.name] = true
	}
	if found != nil {
		return found
	}
	return geoArrow(r, top)
}

func declared(r *file.Reader, top []*node) *geometryColumn {
	var m geoMetadata
	text := value(r, "geo")
	if text == "" || json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	c, ok := m.Columns[m.Primary]
	if !ok || find(top, m.Primary) == nil {
		return nil
	}
	g := &geometryColumn{name: m.Primary, encoding: strings.ToLower(c.Encoding), types: c.Types,
		crs: readCRS(c.CRS, crs84()), others: map[string]bool{}}
	if g.encoding == "" {
		g.encoding = "wkb"
	}
	switch t := c.Type.(type) {
	case string:
		g.types = append(g.types, t)
	case []any:
		for _, v := range t {
			if s, ok := v.(string); ok {
				g.types = append(g.types, s)
			}
		}
	}
	if g.crs.SRID == 0 && g.crs.WKT == "" && g.crs.Name == "" {
		g.crs = ownCRS(r)
	}
	if box := c.Covering.Box.MinX; len(box) > 0 {
		g.covering = box[0]
	}
	for name := range m.Columns {
		if name != m.Primary {
			g.others[name] = true
		}
	}
	return g
}

// ownCRS reads what this package's writer notes beside a null crs.
func ownCRS(r *file.Reader) importers.CRS {
	c := importers.CRS{WKT: value(r, keyWKT)}
	if n, err := strconv.ParseInt(strings.TrimPrefix(value(r, keyCRS), "EPSG:"), 10, 32); err == nil && n > 0 {
		c.SRID, c.Reason = spatial.SRID(n), "the file's metadata says "+value(r, keyCRS)
	}
	return c
}

func find(top []*node, name string) *node {
	for _, n := range top {
		if n.name == name {
			return n
		}
	}
	return nil
}

// nativeCRS reads the CRS of a GEOMETRY or GEOGRAPHY type (Parquet Geospatial.md).
func nativeCRS(r *file.Reader, text string) importers.CRS {
	switch {
	case text == "":
		return crs84()
	case strings.HasPrefix(text, "srid:"):
		return importers.CRS{Name: "EPSG:" + strings.TrimPrefix(text, "srid:")}
	case strings.HasPrefix(text, "projjson:"):
		return crsOfText(value(r, strings.TrimPrefix(text, "projjson:")))
	}
	return crsOfText(text)
}

// geoArrow finds the first column with an extension type of GeoArrow in the
// Arrow schema that many writers keep: a Message (Arrow Message.fbs) after four
// bytes of 0xff and its size, or, from old writers, after its size alone.
func geoArrow(r *file.Reader, top []*node) *geometryColumn {
	raw, err := base64.StdEncoding.DecodeString(value(r, "ARROW:schema"))
	if err != nil || len(raw) < 8 {
		return nil
	}
	if binary.LittleEndian.Uint32(raw) == math.MaxUint32 {
		raw = raw[4:]
	}
	var u flatbuf.Buffer
	message := u.Root(raw[4:])
	schema := message.Child(2)
	fields := schema.Children(1)
	for i := range min(fields.Len(), maxFields) {
		f := fields.Get(i)
		name, metadata := extension(&f)
		if u.Damaged {
			return nil
		}
		if !strings.HasPrefix(name, "geoarrow.") || len(f.Vector(0, 1)) > maxText {
			continue
		}
		column := f.Text(0)
		if find(top, column) == nil {
			continue
		}
		g := &geometryColumn{name: column, encoding: strings.TrimPrefix(name, "geoarrow."), others: map[string]bool{}}
		var m struct {
			CRS json.RawMessage `json:"crs"`
		}
		if json.Unmarshal([]byte(metadata), &m) == nil {
			g.crs = readCRS(m.CRS, importers.CRS{})
		}
		return g
	}
	return nil
}

// extension is the name and the metadata of a field's extension type.
func extension(f *flatbuf.Table) (name, metadata string) {
	pairs := f.Children(6)
	for i := range min(pairs.Len(), 32) {
		p := pairs.Get(i)
		if pairs.Damaged() || len(p.Vector(0, 1)) > maxText || len(p.Vector(1, 1)) > maxText {
			continue
		}
		switch p.Text(0) {
		case "ARROW:extension:name":
			name = p.Text(1)
		case "ARROW:extension:metadata":
			metadata = p.Text(1)
		}
	}
	return name, metadata
}

// usualName says whether a column of bytes is called as geometries are.
func usualName(name string) bool {
	switch strings.ToLower(name) {
	case "geometry", "geom", "the_geom", "wkb_geometry", "wkb", "shape", "geog", "geography":
		return true
	}
	return false
}
