package importers

import (
	"context"
	"math"
	"strings"

	"gisd/spatial/crs"
)

// misnamed is a claim of degrees that the coordinates contradict, as a .prj copied
// from another layer, GeoJSON of a program that does not transform, and what GDAL
// makes of a projection of MapInfo that it does not know.
func misnamed(ctx context.Context, src Source, c CRS, form Form) (bool, crs.Sample, error) {
	if !inDegrees(c) {
		return false, crs.Sample{}, nil
	}
	s, err := sample(ctx, src, checkRecords, form)
	if err != nil {
		return false, s, err
	}
	return beyondDegrees(s), s, nil
}

// inDegrees reports whether a system has degrees for coordinates, as far as that
// is known of it.
func inDegrees(c CRS) bool {
	if s, ok := crs.Lookup(c.SRID); ok {
		return s.Geographic
	}
	head := strings.ToUpper(strings.TrimSpace(c.WKT[:min(len(c.WKT), 60)]))
	return strings.HasPrefix(head, "GEOGCS") || strings.HasPrefix(head, "GEOGCRS")
}

// beyondDegrees reports whether no position at all can be degrees, in whichever
// order. Positions at 0, 0 stand for none.
func beyondDegrees(s crs.Sample) bool {
	n := 0
	for i := range min(len(s.X), len(s.Y)) {
		x, y := math.Abs(s.X[i]), math.Abs(s.Y[i])
		switch {
		case x == 0 && y == 0:
			continue
		case max(x, y) <= 360:
			return false
		}
		n++
	}
	return n > 0
}

// nameOf is a system as people know it.
func nameOf(c CRS) string {
	switch {
	case c.SRID != 0:
		return c.SRID.String()
	case c.Name != "":
		return c.Name
	}
	return "a geographic system"
}
