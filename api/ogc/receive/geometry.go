package receive

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gisd/api/ogc/coords"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// geometry reads a geometry object into the storage system. Without the object, or
// with null, the feature has none.
func (r *reader) geometry(edit *spatial.Edit, raw json.RawMessage, at string) {
	edit.SetsGeometry = true
	if len(raw) == 0 || isNull(raw) {
		return
	}
	c := r.Collection
	if c.GeometryType == spatial.GeometryNone {
		r.out.Fault(at, "must be null: features of this collection have no geometry")
		return
	}
	ewkb, err := r.Geometries.ReadGeometry(raw)
	if err != nil {
		r.out.Fault(at, err.Error())
		return
	}
	if len(ewkb) == 0 {
		r.out.Fault(at, "is empty")
		return
	}
	kind, z, _, err := coords.Type(ewkb)
	if err != nil {
		r.out.Fault(at, "cannot be read")
		return
	}
	if fault := admits(c, kind, z); fault != "" {
		r.out.Fault(at, fault)
		return
	}
	if fault := r.relocate(ewkb); fault != "" {
		r.out.Fault(at, fault)
		return
	}
	edit.Geometry = spatial.Geometry{SRID: r.storage.To().SRID, EWKB: ewkb}
}

// readPlace reads the geometry of a JSON-FG feature in the system that the feature, or
// the whole document, names; it is the exact one, and geometry beside it stands for
// programs that know WGS 84 alone (OGC 21-045r1 §7.6).
func (r *reader) readPlace(edit *spatial.Edit, place json.RawMessage, uri, at string) {
	if r.Systems == nil {
		edit.SetsGeometry = true
		r.out.Fault(at, "is not read; send the geometry with the header Content-Crs")
		return
	}
	if uri == "" {
		uri = r.whole
	}
	if uri == "" {
		r.geometry(edit, place, at)
		return
	}
	from, ok := r.Systems(uri)
	transform, err := crs.NewTransform(from.SRID, r.storage.To().SRID)
	if !ok || err != nil {
		edit.SetsGeometry = true
		r.out.Fault(at, "is in a system that the collection does not list; see its crs")
		return
	}
	own := *r
	r.From, r.storage = from, transform
	r.geometry(edit, place, at)
	r.From, r.storage = own.From, own.storage
}

// relocate brings the coordinates into the storage system where they stand. The
// first that is outside of its system or of the storage's is told.
func (r *reader) relocate(ewkb []byte) (fault string) {
	err := r.walker.Rewrite(ewkb, func(flat []float64, stride int) error {
		if fault = unfinished(r.walker.Kind(), flat, stride); fault != "" {
			return coords.ErrDamaged
		}
		if r.From.LatLon {
			coords.Swap(flat, stride)
		}
		for i := 0; i+1 < len(flat); i += stride {
			x, y, err := r.storage.Checked(flat[i], flat[i+1])
			from := r.storage.From()
			if err != nil || from.Geographic && math.Abs(flat[i]) > 180 || math.IsNaN(x) || math.IsNaN(y) {
				fault = r.outside(flat[i], flat[i+1])
				return coords.ErrDamaged
			}
			flat[i], flat[i+1] = x, y
		}
		return nil
	})
	if err != nil && fault == "" {
		return "cannot be read"
	}
	return fault
}

// unfinished is what RFC 7946 §3.1.4 and §3.1.6 ask of lines and rings, without
// which the database reads no geometry at all.
func unfinished(kind uint32, flat []float64, stride int) (fault string) {
	n := len(flat) / stride
	switch {
	case kind == 2 && n < 2:
		return "has a line of fewer than two positions"
	case kind == 3 && n < 4:
		return "has a ring of fewer than four positions"
	case kind == 3 && !slices.Equal(flat[:stride], flat[(n-1)*stride:]):
		return "has a ring that does not end where it begins"
	}
	return ""
}

// outside says which position lies where the collection can have none, in the
// order of the axes in which it came.
func (r *reader) outside(x, y float64) string {
	if r.From.LatLon {
		x, y = y, x
	}
	first, second := strconv.FormatFloat(x, 'f', -1, 64), strconv.FormatFloat(y, 'f', -1, 64)
	return fmt.Sprintf("has the position %s %s outside of the area of %v or of %v, in which the collection is kept; see the order of the axes",
		first, second, r.storage.From().SRID, r.Collection.SRID)
}

// The codes of WKB in the order of singleTypes and multiTypes.
var (
	singleTypes = [...]spatial.GeometryType{spatial.GeometryPoint, spatial.GeometryLineString, spatial.GeometryPolygon}
	multiTypes  = [...]spatial.GeometryType{spatial.GeometryMultiPoint, spatial.GeometryMultiLineString, spatial.GeometryMultiPolygon}
)

// admits holds type and dimensions of a geometry against what the collection
// promises.
func admits(c *spatial.Collection, kind uint32, z bool) (fault string) {
	ok := c.GeometryType == spatial.GeometryAny
	if i := slices.Index(singleTypes[:], c.GeometryType); i >= 0 {
		ok = int(kind) == i+1
	}
	if i := slices.Index(multiTypes[:], c.GeometryType); i >= 0 {
		ok = int(kind) == i+1 || int(kind) == i+4
	}
	switch {
	case !ok:
		return fmt.Sprintf("must be a %s", c.GeometryType)
	case c.Dimensions == spatial.XYM || c.Dimensions == spatial.XYZM:
		return "cannot be changed here: the collection keeps measures, which GeoJSON cannot carry"
	case z && c.Dimensions != spatial.XYZ:
		return "has heights, which the collection does not keep"
	case !z && c.Dimensions == spatial.XYZ:
		return "lacks the heights that the collection keeps"
	}
	return ""
}
