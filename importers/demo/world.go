package demo

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// planeSRID is the system in which the province is laid out and stored.
const planeSRID spatial.SRID = 9210

// waterway is a river, stream or canal as drawn; points are lon lat.
type waterway struct {
	name, nameEN string
	widthMeters  float64
	navigable    bool
	points       orb.LineString
}

// wayStatus is where a road or railway stands in its life.
type wayStatus string

const (
	inUse    wayStatus = "in_use"
	building wayStatus = "building"
	planned  wayStatus = "planned"
)

// way is a main road or railway as drawn; points are lon lat.
type way struct {
	ref, name, nameEN string
	class             string // national, provincial, arterial, expressway, rail, metro
	lanes             int
	status            wayStatus
	points            orb.LineString
}

// commune is a ward or commune since July 2025; site is lon lat.
type commune struct {
	code, name, district string
	site                 orb.Point
	weight               float64 // km²
	former               []string
}

// track turns lon, lat, lon, lat… into a line.
func track(lonLat ...float64) orb.LineString {
	line := make(orb.LineString, 0, len(lonLat)/2)
	for i := 0; i+1 < len(lonLat); i += 2 {
		line = append(line, orb.Point{lonLat[i], lonLat[i+1]})
	}
	return line
}

// world is the province in the plane, shared by every layer.
type world struct {
	toPlane *crs.Transform // lon lat -> easting, northing
	outline orb.Polygon
	wards   []ward
	roads   []planeWay
	rivers  []planeRiver
	parks   []park
}

// ward is a commune with its polygon in the plane.
type ward struct {
	commune
	shape orb.MultiPolygon
	parts []formerCommune
}

type planeWay struct {
	way
	line orb.LineString
}

type planeRiver struct {
	waterway
	line orb.LineString
}

// newWorld lays the province out. It costs some tens of milliseconds.
func newWorld() (*world, error) {
	toPlane, err := crs.NewTransform(spatial.SRIDWGS84, planeSRID)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	w := &world{toPlane: toPlane}
	ring, err := w.project(orb.LineString(outline()))
	if err != nil {
		return nil, err
	}
	w.outline = orb.Polygon{orb.Ring(ring)}
	for _, r := range mainRoads() {
		line, err := w.project(r.points)
		if err != nil {
			return nil, err
		}
		w.roads = append(w.roads, planeWay{r, snapped(smooth(line))})
	}
	for _, r := range rivers() {
		line, err := w.project(r.points)
		if err != nil {
			return nil, err
		}
		w.rivers = append(w.rivers, planeRiver{r, snapped(smooth(line))})
	}
	if err := w.layOutWards(); err != nil {
		return nil, err
	}
	return w, w.layOutParks()
}

// project takes lon lat to the plane.
func (w *world) project(line orb.LineString) (orb.LineString, error) {
	out := make(orb.LineString, len(line))
	for i, p := range line {
		q, err := w.point(p)
		if err != nil {
			return nil, err
		}
		out[i] = q
	}
	return out, nil
}

func (w *world) point(lonLat orb.Point) (orb.Point, error) {
	x, y, err := w.toPlane.Point(lonLat[0], lonLat[1])
	if err != nil {
		return orb.Point{}, fmt.Errorf("demo: project %v: %w", lonLat, err)
	}
	return round(orb.Point{x, y}), nil
}

// round snaps to the millimetre.
func round(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1000) / 1000, math.Round(p[1]*1000) / 1000}
}

// dice returns the random numbers that belong to these names, the same on
// every machine.
func dice(names ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintln(h, names...)
	seed := h.Sum64()
	return rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))
}

// between is uniform in [low, high).
func between(r *rand.Rand, low, high float64) float64 { return low + r.Float64()*(high-low) }

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }
