package teltonika

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"gisd/spatial/live"
)

// codec is how records of one codec are laid out, in bytes.
type codec struct {
	id         int // of ids of elements
	count      int // of numbers of elements
	generation int // of the type of generation
	variable   bool
}

var codecs = map[byte]codec{
	0x08: {id: 1, count: 1},
	0x8e: {id: 2, count: 2, variable: true},
	0x10: {id: 2, count: 1, generation: 1},
}

// elements are the I/O elements that mean the same on all of the makers' devices;
// others are io<ID>.
var elements = map[int]struct {
	name  string
	scale float64
}{
	16:  {"odometerMeters", 1},
	21:  {"signal", 1},
	66:  {"powerVolts", 0.001},
	67:  {"batteryVolts", 0.001},
	182: {"hdop", 0.1},
	239: {"ignition", 1},
	240: {"movement", 1},
}

var errNumbers = errors.New("teltonika: the numbers of records at both ends differ")

// cursor reads big-endian numbers; past the end it yields zeros and says so.
type cursor struct {
	data  []byte
	short bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.data) {
		c.short = true
		return make([]byte, min(n, 8))
	}
	taken := c.data[:n]
	c.data = c.data[n:]
	return taken
}

func (c *cursor) uint(n int) (v uint64) {
	for _, b := range c.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// decode reads the data of a packet: how many records it says to hold, -1 where it
// is of another kind and wants no answer, and the fixes of those with coordinates.
func decode(body []byte) (int, []live.Fix, error) {
	layout, ok := codecs[body[0]]
	if !ok {
		return -1, nil, nil
	}
	records := int(body[1])
	if int(body[len(body)-1]) != records {
		return 0, nil, errNumbers
	}
	c := cursor{data: body[2 : len(body)-1]}
	var fixes []live.Fix
	for i := range records {
		fix, located := c.record(layout)
		if c.short {
			return 0, nil, errRecord(i)
		}
		if located {
			fixes = append(fixes, fix)
		}
	}
	if len(c.data) > 0 {
		return 0, nil, errNumbers
	}
	return records, fixes, nil
}

// record: milliseconds since 1970, priority, lon, lat, altitude, angle, satellites,
// km/h, then elements by the size of their values.
func (c *cursor) record(layout codec) (fix live.Fix, located bool) {
	at := time.UnixMilli(int64(c.uint(8))).UTC()
	members := map[string]any{"priority": c.uint(1)}
	place := c.take(15)
	if c.short {
		return fix, false
	}
	lon, lat := int32(binary.BigEndian.Uint32(place)), int32(binary.BigEndian.Uint32(place[4:]))
	members["altitude"] = int16(binary.BigEndian.Uint16(place[8:]))
	members["satellites"] = place[12]
	fix.Position = live.Position{
		Lon: float64(lon) / 1e7, Lat: float64(lat) / 1e7, Time: at,
		BearingDegrees: live.Known(float64(binary.BigEndian.Uint16(place[10:]) % 360)),
	}
	if speed := binary.BigEndian.Uint16(place[13:]); place[12] > 0 { // without satellites it says nothing
		fix.Position.SpeedKMH = live.Known(float64(speed))
	}
	if event := c.uint(layout.id); event != 0 {
		members["event"] = event
	}
	c.take(layout.generation)
	c.take(layout.count) // of all elements
	for _, size := range []int{1, 2, 4, 8} {
		for range c.uint(layout.count) {
			id, v := int(c.uint(layout.id)), c.uint(size)
			if c.short {
				return fix, false
			}
			element(members, id, v)
		}
	}
	if layout.variable {
		for range c.uint(2) {
			id := int(c.uint(2))
			value := c.take(int(c.uint(2)))
			if c.short {
				return fix, false
			}
			members["io"+strconv.Itoa(id)] = hex.EncodeToString(value)
		}
	}
	fix.Position.Attributes = live.PackAttributes(members)
	// What has never seen a satellite says 0, 0.
	return fix, lon != 0 || lat != 0
}

func element(members map[string]any, id int, v uint64) {
	e, ok := elements[id]
	switch {
	case !ok:
		members["io"+strconv.Itoa(id)] = v
	case e.scale == 1:
		members[e.name] = v
	default:
		members[e.name] = float64(v) / (1 / e.scale)
	}
}
