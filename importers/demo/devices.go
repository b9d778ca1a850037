package demo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Device is one fixed device of the demo's operations part.
type Device struct {
	ID, Name string
	Kind     string    // sensor, camera
	At       orb.Point // lon lat, SRID 4326
}

// Devices lists the demo's water-level sensors and cameras. What moves is
// simulated along Routes.
func Devices() []Device {
	var out []Device
	count := map[string]int{}
	add := func(kind, name string, at orb.Point) {
		count[kind]++
		n := count[kind]
		out = append(out, Device{ID: fmt.Sprintf("%s%s_%02d", IDPrefix, kind, n), Name: fmt.Sprintf("%s %02d (mẫu)", name, n), Kind: kind, At: at})
	}
	roads, water := mainRoads(), rivers()
	for _, i := range []int{10, 30, 50, 60} {
		add("sensor", "Mực nước Sông Sài Gòn", water[0].points[i])
	}
	for _, i := range []int{8, 20} {
		add("sensor", "Mực nước Sông Thị Tính", water[1].points[i])
	}
	for i := range 12 {
		road := roads[i%4]
		add("camera", "Camera "+road.ref, road.points[(i/4+1)*len(road.points)/4])
	}
	return out
}

// Routes are the lines that the demo's vehicles and barges follow: the roads in
// use and the navigable rivers, lon lat, SRID 4326.
func Routes() (roads, waterways []orb.LineString) {
	for _, r := range mainRoads() {
		if r.status == inUse {
			roads = append(roads, smooth(r.points))
		}
	}
	for _, r := range rivers() {
		if r.navigable {
			waterways = append(waterways, smooth(r.points))
		}
	}
	return roads, waterways
}
