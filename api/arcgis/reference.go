package arcgis

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// reference is a spatial reference as Esri numbers them: those of EPSG but for web
// Mercator, whose own number stands first.
type reference struct {
	WKID   int `json:"wkid"`
	Latest int `json:"latestWkid"`
}

const wkidMercator = 102100

func referenceOf(srid spatial.SRID) reference {
	if srid == spatial.SRIDWebMercator {
		return reference{wkidMercator, int(srid)}
	}
	return reference{int(srid), int(srid)}
}

// sridOf finds a system by its number; false for one that is not known here.
func sridOf(wkid int) (spatial.SRID, bool) {
	switch wkid {
	case wkidMercator, 102113, 900913:
		return spatial.SRIDWebMercator, true
	}
	srid := spatial.SRID(wkid)
	return srid, crs.Supported(srid)
}

// parseReference reads a number, or an object with wkid or latestWkid.
func parseReference(text string) (spatial.SRID, bool) {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		return sridOf(n)
	}
	var given reference
	if json.Unmarshal([]byte(text), &given) != nil {
		return 0, false
	}
	if srid, ok := sridOf(given.Latest); ok && given.Latest != 0 {
		return srid, true
	}
	return sridOf(given.WKID)
}

// extent is a box in its system.
type extent struct {
	XMin      float64   `json:"xmin"`
	YMin      float64   `json:"ymin"`
	XMax      float64   `json:"xmax"`
	YMax      float64   `json:"ymax"`
	Reference reference `json:"spatialReference"`
}

// extentIn turns a box into another system, outwards; nil for an empty one, and for
// one that the system cannot hold.
func extentIn(e spatial.Envelope, to spatial.SRID) *extent {
	if e.Empty() {
		return nil
	}
	t, err := crs.NewTransform(e.SRID, to)
	if err != nil {
		return nil
	}
	box, err := t.Envelope(e)
	if err != nil || box.Empty() {
		return nil
	}
	scale := math.Pow10(decimalsOf(to))
	down := func(v float64) float64 { return math.Floor(v*scale) / scale }
	up := func(v float64) float64 { return math.Ceil(v*scale) / scale }
	return &extent{down(box.MinX), down(box.MinY), up(box.MaxX), up(box.MaxY), referenceOf(to)}
}

// decimalsOf leaves a tenth of a millimetre.
func decimalsOf(srid spatial.SRID) int {
	if s, ok := crs.Lookup(srid); ok && !s.Geographic {
		return 4
	}
	return 9
}
