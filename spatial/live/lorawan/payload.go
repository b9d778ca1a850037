package lorawan

import (
	"maps"
	"slices"
)

// Bounds of what a decoded payload may bring along.
const (
	maxDepth    = 4
	maxReadings = 100
	maxText     = 256
)

// flatten takes numbers, truths and texts of a decoded payload; those of inner
// objects get their names joined by dots.
func flatten(into map[string]any, prefix string, payload map[string]any, depth int) {
	for _, name := range slices.Sorted(maps.Keys(payload)) {
		if len(into) >= maxReadings || len(prefix)+len(name) > maxText {
			return
		}
		switch v := payload[name].(type) {
		case map[string]any:
			if depth < maxDepth {
				flatten(into, prefix+name+".", v, depth+1)
			}
		case float64, bool:
			into[prefix+name] = v
		case string:
			if len(v) <= maxText {
				into[prefix+name] = v
			}
		}
	}
}

// find looks for coordinates in a decoded payload: members latitude and longitude,
// lat and lon or lng, of the payload or of an object in it (Cayenne LPP puts them
// into one).
func find(payload map[string]any, depth int) (place, bool) {
	for _, names := range [][2]string{{"latitude", "longitude"}, {"lat", "lon"}, {"lat", "lng"}, {"Latitude", "Longitude"}} {
		lat, ok1 := payload[names[0]].(float64)
		lon, ok2 := payload[names[1]].(float64)
		p := place{Lat: &lat, Lon: &lon}
		if !ok1 || !ok2 || !p.valid() {
			continue
		}
		if altitude, ok := payload["altitude"].(float64); ok {
			p.Altitude = &altitude
		}
		if accuracy, ok := payload["accuracy"].(float64); ok {
			p.Accuracy = &accuracy
		}
		return p, true
	}
	if depth < maxDepth {
		for _, name := range slices.Sorted(maps.Keys(payload)) {
			if inner, ok := payload[name].(map[string]any); ok {
				if p, ok := find(inner, depth+1); ok {
					return p, true
				}
			}
		}
	}
	return place{}, false
}
