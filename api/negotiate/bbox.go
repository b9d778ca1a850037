package negotiate

import (
	"math"
	"strconv"
	"strings"

	"gisd/spatial"
)

// reason is a fault's text, written for whoever sent the value.
type reason string

// Error implements error.
func (r reason) Error() string { return string(r) }

func spatialReason(err error) string {
	if r, ok := err.(reason); ok {
		return string(r)
	}
	return "cannot be read"
}

// ParseNumbers reads the 4 or 6 numbers of a bbox and drops the heights of the
// six: minimum first, then maximum, in the order they stand.
func ParseNumbers(s string) ([4]float64, error) {
	if len(s) > 300 {
		return [4]float64{}, reason("must be 4 or 6 numbers separated by commas")
	}
	parts := strings.Split(s, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return [4]float64{}, reason("must be 4 or 6 numbers separated by commas")
	}
	numbers := make([]float64, len(parts))
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(part, "xX_pP") {
			return [4]float64{}, reason("must be 4 or 6 numbers separated by commas")
		}
		numbers[i] = v
	}
	if len(numbers) == 4 {
		return [4]float64(numbers), nil
	}
	if numbers[2] > numbers[5] {
		return [4]float64{}, reason("has a lower height above the upper one")
	}
	return [4]float64{numbers[0], numbers[1], numbers[3], numbers[4]}, nil
}

// ParseBBox reads a bbox in CRS84 (OGC 17-069r4 /req/core/fc-bbox-definition):
// west, south, east, north in degrees, edges inside. West may exceed east: the
// box then crosses the antimeridian. The result is in SRID 4326, x first.
func ParseBBox(s string) (spatial.Envelope, error) {
	n, err := ParseNumbers(s)
	if err != nil {
		return spatial.Envelope{}, err
	}
	switch {
	case math.Abs(n[0]) > 180 || math.Abs(n[2]) > 180:
		return spatial.Envelope{}, reason("has a longitude outside -180 to 180; the order is west,south,east,north")
	case math.Abs(n[1]) > 90 || math.Abs(n[3]) > 90:
		return spatial.Envelope{}, reason("has a latitude outside -90 to 90; the order is west,south,east,north")
	case n[1] > n[3]:
		return spatial.Envelope{}, reason("has its south above its north; the order is west,south,east,north")
	}
	return spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: n[0], MinY: n[1], MaxX: n[2], MaxY: n[3]}, nil
}

// FormatBBox writes the envelope's four numbers as ParseBBox reads them.
func FormatBBox(e spatial.Envelope) string {
	var b []byte
	for i, v := range [4]float64{e.MinX, e.MinY, e.MaxX, e.MaxY} {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return string(b)
}
