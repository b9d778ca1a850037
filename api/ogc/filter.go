package ogc

import (
	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// readFilter reads filter, filter-lang and filter-crs; nil is no filter. What
// comes back has its literals in SRID 4326, lon first.
func readFilter(p *negotiate.Params, c *spatial.Collection) spatial.Filter {
	from := readCRS(p, "filter-crs", c)
	if node := p.Filter(crs.Reference{SRID: from.srid, LatLon: from.latLon}); node != nil {
		return node
	}
	return nil
}
