package ogc

import (
	"slices"
	"strings"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// wire is a coordinate system as a caller named it.
type wire struct {
	uri    string
	srid   spatial.SRID
	latLon bool // the order on the wire; in memory x stands first
}

var crs84 = wire{uri: crs.CRS84URI, srid: spatial.SRIDWGS84}

// globalSRIDs are offered for every collection: the web's, and Vietnam's
// national projections.
func globalSRIDs() []spatial.SRID {
	srids := []spatial.SRID{spatial.SRIDWGS84, spatial.SRIDWebMercator}
	for _, s := range crs.All() {
		if s.Datum == crs.DatumVN2000 && !s.Geographic {
			srids = append(srids, s.SRID)
		}
	}
	return append(srids, 32648, 32649)
}

func globalURIs() []string {
	uris := []string{crs.CRS84URI}
	for _, srid := range globalSRIDs() {
		if s, ok := crs.Lookup(srid); ok {
			uris = append(uris, s.URI)
		}
	}
	return uris
}

// offeredURIs are the systems of one collection: all of the global ones, and
// its own (OGC 18-058r1 /req/crs/crs-uri, /req/crs/fc-md-storageCrs-valid-value).
func offeredURIs(c *spatial.Collection) []string {
	uris := globalURIs()
	if own := storageURI(c); own != "" && !slices.Contains(uris, own) {
		uris = append(uris, own)
	}
	return uris
}

// listedURIs say the same in the document of all collections, which has the
// global ones once (/req/crs/fc-md-crs-list-global).
func listedURIs(offered []string) []string {
	return append([]string{"#/crs"}, offered[len(globalURIs()):]...)
}

// storageURI is empty where the storage system is not one that this server can
// deliver.
func storageURI(c *spatial.Collection) string {
	if c.GeometryType == spatial.GeometryNone {
		return ""
	}
	if c.SRID == spatial.SRIDWGS84 {
		return crs.CRS84URI // stored lon, lat
	}
	if s, ok := crs.Lookup(c.SRID); ok {
		return s.URI
	}
	return ""
}

// readCRS reads the parameter crs or bbox-crs; CRS84 when absent. Only what the
// collection offers is taken (OGC 18-058r1 /req/crs/fc-crs-valid-value).
func readCRS(p *negotiate.Params, name string, c *spatial.Collection) wire {
	text, ok := p.Text(name)
	if !ok {
		return crs84
	}
	w, ok := offered(c, text)
	if !ok {
		p.Fault(name, "is not one of the coordinate systems that the collection lists")
	}
	return w
}

// offered is a system by its name, if the collection offers it; else CRS84 and
// false.
func offered(c *spatial.Collection, text string) (wire, bool) {
	uris := offeredURIs(c)
	ref, err := crs.ParseReference(text)
	if err != nil {
		return crs84, false
	}
	w := wire{srid: ref.SRID, latLon: ref.LatLon, uri: crs.CRS84URI}
	if s, ok := crs.Lookup(ref.SRID); ok && (ref.LatLon || ref.SRID != spatial.SRIDWGS84) {
		w.uri = s.URI
	}
	if !slices.Contains(uris, w.uri) {
		return crs84, false
	}
	return w, true
}

// readBBox reads bbox and bbox-crs into an envelope, x first.
func readBBox(p *negotiate.Params, c *spatial.Collection) *spatial.Envelope {
	w := readCRS(p, "bbox-crs", c)
	if w.uri == crs.CRS84URI {
		return p.BBox("bbox")
	}
	text, ok := p.Text("bbox")
	if !ok {
		return nil
	}
	n, err := negotiate.ParseNumbers(text)
	if err != nil {
		p.Fault("bbox", err.Error())
		return nil
	}
	if w.latLon {
		n[0], n[1], n[2], n[3] = n[1], n[0], n[3], n[2]
	}
	if w.srid == spatial.SRIDWGS84 {
		return boxInDegrees(p, n)
	}
	if n[0] > n[2] || n[1] > n[3] {
		p.Fault("bbox", "has its minimum above its maximum")
		return nil
	}
	return &spatial.Envelope{SRID: w.srid, MinX: n[0], MinY: n[1], MaxX: n[2], MaxY: n[3]}
}

// boxInDegrees applies the rules of CRS84 to numbers that came lat first.
func boxInDegrees(p *negotiate.Params, n [4]float64) *spatial.Envelope {
	box := spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: n[0], MinY: n[1], MaxX: n[2], MaxY: n[3]}
	again, err := negotiate.ParseBBox(negotiate.FormatBBox(box))
	if err != nil {
		p.Fault("bbox", strings.Replace(err.Error(), "west,south,east,north", "south,west,north,east", 1))
		return nil
	}
	return &again
}

// decimals on the wire: a tenth of a millimetre.
func (w wire) decimals() int {
	if s, ok := crs.Lookup(w.srid); ok && !s.Geographic {
		return 4
	}
	return 9
}
