package wfs

import (
	"encoding/hex"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// The namespace of features, and the prefix that this server uses for it.
const (
	namespace = "urn:x-gisd:features"
	prefix    = "gisd"
	// geometryName is the element of the geometry; no column has that name.
	geometryName = "geom"
)

// published are the collections with data that the caller may read.
func (r *request) published() []*spatial.Collection {
	var out []*spatial.Collection
	for _, c := range r.h.Catalogue.Collections(r.access) {
		if c.Version > 0 {
			out = append(out, c)
		}
	}
	return out
}

// find returns the collection of a type name.
func (r *request) find(name string) (*spatial.Collection, error) {
	if at := strings.LastIndexByte(name, ':'); at >= 0 {
		name = name[at+1:]
	}
	c, err := r.h.Catalogue.Collection(name, r.access)
	if err == nil && c.Version == 0 {
		err = spatial.NotFound("wfs: type", "There is no such collection.")
	}
	return c, err
}

func titleOf(c *spatial.Collection, lang string) string {
	if t := c.Title.In(lang); t != "" {
		return t
	}
	return c.ID
}

// system is a coordinate system as it is named in a request or an answer.
type system struct {
	name   string
	srid   spatial.SRID
	latLon bool // the order on the wire
}

func urn(srid spatial.SRID) string { return "urn:ogc:def:crs:EPSG::" + strconv.Itoa(int(srid)) }

// defaultSystem is that of the storage, WGS 84 where that is not known here.
func defaultSystem(c *spatial.Collection) system {
	srid := c.SRID
	if !crs.Supported(srid) {
		srid = spatial.SRIDWGS84
	}
	s, _ := crs.Lookup(srid)
	return system{urn(srid), srid, s.LatLonOrder}
}

// otherSystems are named for every type: the web's and VN-2000.
func otherSystems(c *spatial.Collection) []string {
	var names []string
	for _, s := range crs.All() {
		web := s.SRID == spatial.SRIDWGS84 || s.SRID == spatial.SRIDWebMercator
		if (web || s.Datum == crs.DatumVN2000 && !s.Geographic) && s.SRID != defaultSystem(c).srid {
			names = append(names, urn(s.SRID))
		}
	}
	return names
}

// parseSystem reads the name of a system; see the package documentation for the
// order of its axes.
func parseSystem(name string) (system, bool) {
	ref, err := crs.ParseReference(name)
	if err != nil {
		return system{}, false
	}
	s := system{name, ref.SRID, ref.LatLon}
	if len(name) > 5 && strings.EqualFold(name[:5], "EPSG:") {
		s.latLon = false
	}
	return s, true
}

// resourceID names a feature in a document: the type, a full stop, and the id with
// every byte escaped that a name in XML cannot have.
func resourceID(c *spatial.Collection, id string) string {
	b := append([]byte(c.ID), '.')
	for i := range len(id) {
		switch ch := id[i]; {
		case ch >= 'a' && ch <= 'z', ch >= 'A' && ch <= 'Z', ch >= '0' && ch <= '9', ch == '.', ch == '-':
			b = append(b, ch)
		default:
			b = hex.AppendEncode(append(b, '_'), []byte{ch})
		}
	}
	return string(b)
}

// parseResourceID takes it apart again.
func parseResourceID(text string) (collection, id string, ok bool) {
	collection, escaped, ok := strings.Cut(text, ".")
	if !ok || escaped == "" {
		return "", "", false
	}
	var b []byte
	for i := 0; i < len(escaped); i++ {
		if escaped[i] != '_' {
			b = append(b, escaped[i])
			continue
		}
		if i+2 >= len(escaped) {
			return "", "", false
		}
		ch, err := hex.DecodeString(escaped[i+1 : i+3])
		if err != nil {
			return "", "", false
		}
		b = append(b, ch...)
		i += 2
	}
	return collection, string(b), true
}
