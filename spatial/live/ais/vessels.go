package ais

import (
	"fmt"
	"math"
	"time"

	"gisd/spatial/live"
	"gisd/spatial/live/nmea"
)

// Scheme of the identities of vessels: "mmsi:574001230".
const Scheme = "mmsi"

// maxKnown bounds of how many vessels name and type are remembered.
const maxKnown = 4096

// Vessels makes fixes of the sentences that one station heard; it remembers what
// vessels say of themselves and adds it to where they are. It is an nmea.Vessels
// and belongs to one goroutine.
type Vessels struct {
	assembler Assembler
	known     map[uint32]*Static
}

var _ nmea.Vessels = (*Vessels)(nil)

// Take implements nmea.Vessels.
func (v *Vessels) Take(s nmea.Sentence, now time.Time) (live.Fix, bool) {
	m, ok := v.assembler.Take(s, now)
	if !ok || m.MMSI == 0 || m.MMSI > 999_999_999 {
		return live.Fix{}, false
	}
	if m.Static != nil {
		v.remember(m.MMSI, m.Static)
	}
	if m.Position == nil {
		return live.Fix{}, false
	}
	if s.Time.IsZero() {
		s.Time = now
	}
	fix := live.Fix{Identity: live.Identity(Scheme, fmt.Sprintf("%09d", m.MMSI)), Position: position(m, v.known[m.MMSI], s.Time)}
	return fix, fix.Identity != ""
}

func (v *Vessels) remember(mmsi uint32, s *Static) {
	if v.known == nil {
		v.known = map[uint32]*Static{}
	}
	old := v.known[mmsi]
	if old == nil {
		if len(v.known) >= maxKnown {
			clear(v.known)
		}
		v.known[mmsi] = s
		return
	}
	// Part A of message 24 has the name only, part B all but that.
	merge := func(into *string, from string) {
		if from != "" {
			*into = from
		}
	}
	merge(&old.Name, s.Name)
	merge(&old.CallSign, s.CallSign)
	merge(&old.Destination, s.Destination)
	if s.ShipType != 0 {
		old.ShipType = s.ShipType
	}
	if s.LengthMeters != 0 {
		old.LengthMeters, old.BeamMeters = s.LengthMeters, s.BeamMeters
	}
	if s.IMO != 0 {
		old.IMO = s.IMO
	}
	if s.DraughtMeters != 0 {
		old.DraughtMeters = s.DraughtMeters
	}
}

// highAccuracy is the radius that the flag of a report stands for.
const highAccuracy = 10

func position(m Message, s *Static, heard time.Time) live.Position {
	p := live.Position{Lon: round(m.Position.Lon, 1e7), Lat: round(m.Position.Lat, 1e7), Time: sentAt(m.Position.SecondOfUTC, heard)}
	if v := m.Position.SpeedKnots; v != nil {
		p.SpeedKMH = live.Known(round(*v*live.KnotsToKMH, 1e4))
	}
	if v := m.Position.Course; v != nil {
		p.BearingDegrees = live.Known(*v)
	}
	if m.Position.High {
		p.AccuracyMeters = live.Known(highAccuracy)
	}
	members := map[string]any{"mmsi": m.MMSI}
	if v := m.Position.Heading; v != nil {
		members["heading"] = *v
	}
	if v := m.Position.Status; v != nil && *v != 15 {
		members["status"] = *v
	}
	if v := m.Position.TurnPerMin; v != nil {
		members["turnPerMinute"] = round(*v, 10)
	}
	if s != nil {
		describe(members, s)
	}
	p.Attributes = live.PackAttributes(members)
	return p
}

func describe(members map[string]any, s *Static) {
	for name, text := range map[string]string{"name": s.Name, "callSign": s.CallSign, "destination": s.Destination} {
		if text != "" {
			members[name] = text
		}
	}
	for name, v := range map[string]int{"imo": int(s.IMO), "shipType": s.ShipType, "lengthMeters": s.LengthMeters, "beamMeters": s.BeamMeters} {
		if v != 0 {
			members[name] = v
		}
	}
	if s.DraughtMeters != 0 {
		members["draughtMeters"] = s.DraughtMeters
	}
}

// sentAt is the last moment before it was heard that had this second of the minute:
// reports carry no more, and stations hear them within seconds.
func sentAt(second int, heard time.Time) time.Time {
	if second > 59 {
		return heard
	}
	at := heard.Truncate(time.Minute).Add(time.Duration(second) * time.Second)
	const clocksApart = 5 * time.Second
	if at.After(heard.Add(clocksApart)) {
		at = at.Add(-time.Minute)
	}
	return at
}

func round(v, scale float64) float64 { return math.Round(v*scale) / scale }
