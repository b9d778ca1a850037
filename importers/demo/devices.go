package demo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Device is one device of the demo's operations part.
type Device struct {
	ID, Name string
	Kind     string    // bus, ambulance, barge, sensor, camera
	At       orb.Point // lon lat, SRID 4326; where a fixed one stands, else where it starts
	Fixed    bool
}

// Devices lists the demo's devices: buses, ambulances and barges that move,
// water-level sensors and cameras that do not.
func Devices() []Device {
	var out []Device
	add := func(kind, name string, at orb.Point, fixed bool) {
		n := 1
		for _, d := range out {
			if d.Kind == kind {
				n++
			}
		}
		out = append(out, Device{ID: fmt.Sprintf("%s%s_%02d", IDPrefix, kind, n), Name: fmt.Sprintf("%s %02d", name, n), Kind: kind, At: at, Fixed: fixed})
	}
	roads, water := mainRoads(), rivers()
	for i := range 24 {
		road := roads[i%9]
		add("bus", "Xe buýt "+road.ref, road.points[(i*3)%len(road.points)], false)
	}
	for i, station := range ambulanceStations() {
		for range 1 + i%2 {
			add("ambulance", "Xe cấp cứu 115", station.at, false)
		}
	}
	for i := range 8 {
		river := water[[]int{0, 0, 0, 3, 3, 3, 0, 3}[i]]
		add("barge", "Sà lan", river.points[len(river.points)-2-i*4], false)
	}
	for _, i := range []int{10, 30, 50, 60} {
		add("sensor", "Mực nước Sông Sài Gòn", water[0].points[i], true)
	}
	for _, i := range []int{8, 20} {
		add("sensor", "Mực nước Sông Thị Tính", water[1].points[i], true)
	}
	for i := range 12 {
		road := roads[i%4]
		add("camera", "Camera "+road.ref, road.points[len(road.points)/2], true)
	}
	return out
}
