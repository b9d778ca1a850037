package load

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Fleet is devices that drive to and fro at 54 km/h at most, each along a street of
// its own. Where one is follows from the time alone. Degrees, lon lat.
type Fleet struct {
	streets []street
	start   time.Time
}

type street struct{ lon, lat, east, north, phase float64 }

// The box in which fleets drive: 44 km each way.
const (
	FleetWest, FleetSouth = 106.55, 10.85
	FleetSize             = 0.4
)

const (
	streetLength = 0.02 // degrees to each side
	turnsPerSec  = 15 / (streetLength * 110_000)
)

// NewFleet returns so many devices, the same in each run.
func NewFleet(n int) *Fleet {
	r := rand.New(rand.NewPCG(1, 2))
	f := &Fleet{streets: make([]street, n), start: time.Now()}
	for i := range f.streets {
		sin, cos := math.Sincos(r.Float64() * 2 * math.Pi)
		f.streets[i] = street{FleetWest + r.Float64()*FleetSize, FleetSouth + r.Float64()*FleetSize, cos * streetLength, sin * streetLength, r.Float64() * 2 * math.Pi}
	}
	return f
}

// Len is how many devices there are.
func (f *Fleet) Len() int { return len(f.streets) }

// DeviceName is the id of a device of a fleet.
func DeviceName(i int) string { return "load-" + strconv.Itoa(i) }

// AppendPosition appends where a device is at a time, as POST /live/positions reads it.
func (f *Fleet) AppendPosition(dst []byte, i int, at time.Time) []byte {
	s := &f.streets[i]
	sin, cos := math.Sincos(s.phase + at.Sub(f.start).Seconds()*turnsPerSec)
	dst = append(dst, `{"device":"load-`...)
	dst = strconv.AppendInt(dst, int64(i), 10)
	dst = append(dst, `","lon":`...)
	dst = strconv.AppendFloat(dst, s.lon+s.east*sin, 'f', 6, 64)
	dst = append(dst, `,"lat":`...)
	dst = strconv.AppendFloat(dst, s.lat+s.north*sin, 'f', 6, 64)
	dst = append(dst, `,"time":"`...)
	dst = at.UTC().AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
	dst = append(dst, `","speed":`...)
	dst = strconv.AppendFloat(dst, math.Abs(cos)*54, 'f', 1, 64)
	dst = append(dst, `,"bearing":`...)
	bearing := math.Mod(math.Atan2(s.east*cos, s.north*cos)*180/math.Pi+360, 360)
	dst = strconv.AppendFloat(dst, bearing, 'f', 1, 64)
	return append(dst, '}')
}
