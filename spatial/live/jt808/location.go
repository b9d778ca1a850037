package jt808

import (
	"encoding/binary"
	"encoding/hex"
	"time"

	"gisd/spatial/live"
)

// Bits of the status word (JT/T 808-2019 §8.12, table 25).
const (
	ignitionOn = 1 << 0
	located    = 1 << 1
	south      = 1 << 2
	west       = 1 << 3
)

// basic is the length of a location without its additional items.
const basic = 28

// location reads one location (§8.12): alarms, status, lat, lon, altitude, speed,
// direction, time, additional items. One without a fix adds nothing; false is one
// that is cut short.
func location(body []byte, out *live.Message) bool {
	if len(body) < basic {
		return false
	}
	alarms, status := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	members := map[string]any{"ignition": status&ignitionOn != 0, "altitude": int16(binary.BigEndian.Uint16(body[16:]))}
	if alarms != 0 {
		members["alarms"] = alarms
	}
	if !additional(body[basic:], members) {
		return false
	}
	at, ok := stamp(body[22:28])
	if !ok || status&located == 0 {
		return true
	}
	p := live.Position{
		Lat:            float64(binary.BigEndian.Uint32(body[8:])) / 1e6,
		Lon:            float64(binary.BigEndian.Uint32(body[12:])) / 1e6,
		SpeedKMH:       live.Known(float64(binary.BigEndian.Uint16(body[18:])) / 10),
		BearingDegrees: live.Known(float64(binary.BigEndian.Uint16(body[20:]) % 360)),
		Time:           at,
		Attributes:     live.PackAttributes(members),
	}
	if status&south != 0 {
		p.Lat = -p.Lat
	}
	if status&west != 0 {
		p.Lon = -p.Lon
	}
	out.Fixes = append(out.Fixes, live.Fix{Position: p})
	return true
}

// additional reads items of id, length and value (table 27). Those of one's own are
// left out.
func additional(items []byte, members map[string]any) bool {
	for len(items) > 0 {
		if len(items) < 2 || len(items) < 2+int(items[1]) {
			return false
		}
		id, v := items[0], items[2:2+int(items[1])]
		items = items[2+len(v):]
		switch {
		case id == 0x01 && len(v) == 4:
			members["odometerMeters"] = int64(binary.BigEndian.Uint32(v)) * 100
		case id == 0x02 && len(v) == 2:
			members["fuelLitres"] = float64(binary.BigEndian.Uint16(v)) / 10
		case id == 0x03 && len(v) == 2:
			members["recorderKmh"] = float64(binary.BigEndian.Uint16(v)) / 10
		case id == 0x30 && len(v) == 1:
			members["signal"] = v[0]
		case id == 0x31 && len(v) == 1:
			members["satellites"] = v[0]
		}
	}
	return true
}

// stamp reads YYMMDDhhmmss in BCD, GMT+8.
func stamp(bcd []byte) (time.Time, bool) {
	at, err := time.ParseInLocation("060102150405", hex.EncodeToString(bcd), time.FixedZone("GMT+8", 8*60*60))
	return at.UTC(), err == nil && at.Year() >= 2000
}
