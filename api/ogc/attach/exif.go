package attach

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// Tags of Exif 2.32 (CIPA DC-008) §4.6.
const (
	tagExif           = 0x8769 // where the photo's own directory lies
	tagGPS            = 0x8825
	tagTaken          = 0x9003
	tagOffset         = 0x9011 // of the time zone
	tagLatRef, tagLat = 1, 2
	tagLonRef, tagLon = 3, 4
)

// photo is when and where a JPEG was taken, as far as it says. A camera that names
// no time zone is taken to be in Vietnam.
func photo(jpeg []byte) (taken time.Time, place *[2]float64) {
	t, ok := tiffOf(jpeg)
	if !ok {
		return taken, nil
	}
	first := t.directory(t.order.Uint32(t.data[4:]))
	if at, ok := t.number(first[tagExif]); ok {
		own := t.directory(at)
		taken = moment(t.text(own[tagTaken]), t.text(own[tagOffset]))
	}
	if at, ok := t.number(first[tagGPS]); ok {
		gps := t.directory(at)
		lon, hasLon := t.degrees(gps[tagLon], gps[tagLonRef], "W", 180)
		lat, hasLat := t.degrees(gps[tagLat], gps[tagLatRef], "S", 90)
		if hasLon && hasLat && (lon != 0 || lat != 0) { // a receiver without a fix says 0 0
			place = &[2]float64{lon, lat}
		}
	}
	return taken, place
}

// vietnamOffset is the time zone of Vietnam, which knows no summer time.
const vietnamOffset = "+07:00"

func moment(text, offset string) time.Time {
	if offset == "" {
		offset = vietnamOffset
	}
	at, err := time.Parse("2006:01:02 15:04:05-07:00", text+offset)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// tiff is what stands in an APP1 segment behind "Exif": a TIFF file of its own.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// tiffOf finds it among the segments before the picture (ITU-T T.81 Annex B).
func tiffOf(jpeg []byte) (t tiff, ok bool) {
	const (
		markerAPP1 = 0xE1
		markerScan = 0xDA
	)
	for rest := jpeg[min(2, len(jpeg)):]; len(rest) >= 4 && rest[0] == 0xFF; {
		marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if marker == markerScan || size < 2 || 2+size > len(rest) {
			return t, false
		}
		segment := rest[4 : 2+size]
		rest = rest[2+size:]
		data, found := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
		if marker != markerAPP1 || !found || len(data) < 8 {
			continue
		}
		switch string(data[:4]) {
		case "II*\x00":
			return tiff{data, binary.LittleEndian}, true
		case "MM\x00*":
			return tiff{data, binary.BigEndian}, true
		}
		return t, false
	}
	return t, false
}

// entry is a field of a directory: 12 bytes.
type entry []byte

// directory reads the fields of the directory at an offset by their tags.
func (t tiff) directory(at uint32) map[uint16]entry {
	fields := map[uint16]entry{}
	if uint64(at)+2 > uint64(len(t.data)) {
		return fields
	}
	rest := t.data[at+2:]
	for range t.order.Uint16(t.data[at:]) {
		if len(rest) < 12 {
			break
		}
		fields[t.order.Uint16(rest)] = rest[:12]
		rest = rest[12:]
	}
	return fields
}

// value is the bytes of a field whose items have that size; nil where they do not
// lie in the file.
func (t tiff) value(e entry, size uint64) []byte {
	if e == nil {
		return nil
	}
	length := uint64(t.order.Uint32(e[4:])) * size
	if length <= 4 {
		return e[8 : 8+length]
	}
	at := uint64(t.order.Uint32(e[8:]))
	if at+length > uint64(len(t.data)) {
		return nil
	}
	return t.data[at : at+length]
}

func (t tiff) number(e entry) (uint32, bool) {
	const long = 4
	if e == nil || t.order.Uint16(e[2:]) != long {
		return 0, false
	}
	return t.order.Uint32(e[8:]), true
}

func (t tiff) text(e entry) string {
	return strings.Trim(string(t.value(e, 1)), "\x00 ")
}

// degrees reads three fractions: degrees, minutes, seconds.
func (t tiff) degrees(e, ref entry, negative string, most float64) (float64, bool) {
	raw := t.value(e, 8)
	if len(raw) < 24 {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for i := 0; i < 24; i += 8 {
		part := float64(t.order.Uint32(raw[i:])) / float64(t.order.Uint32(raw[i+4:]))
		if math.IsNaN(part) { // 0/0: not given
			part = 0
		}
		sum += part * unit
		unit /= 60
	}
	if t.text(ref) == negative {
		sum = -sum
	}
	return sum, math.Abs(sum) <= most
}
