package live

import "time"

// Rules are what the fixes of a kind of device are judged by; docs/live.md is
// their table.
type Rules struct {
	// MovingInterval and StoppedInterval are how often a device reports at least.
	MovingInterval, StoppedInterval time.Duration
	MaxSpeedKMH                     float64 // between two fixes; 0 judges no speed
	MaxAccuracyMeters               float64 // of a fix that moves the marker; 0 judges none
}

// Vietnam's rule for commercial vehicles (Circular 09/2015/TT-BGTVT, article 4): a
// fix every 30 seconds under way, every 15 minutes at a stop.
const (
	vehicleMoving  = 30 * time.Second
	vehicleStopped = 15 * time.Minute
)

// RulesOf are the rules of a kind, as they come with gisd.
func RulesOf(k Kind) Rules {
	r := Rules{MovingInterval: vehicleMoving, StoppedInterval: vehicleStopped, MaxSpeedKMH: 200, MaxAccuracyMeters: 200}
	switch k {
	case KindBus, KindTruck:
		r.MaxSpeedKMH = 160
	case KindAmbulance:
		r.MaxSpeedKMH = 180
	case KindTrain:
		r.MaxSpeedKMH = 350
	case KindBarge: // AIS: class A at anchor every 3 minutes, class B under way every 30 s
		r.MovingInterval, r.MaxSpeedKMH = 3*time.Minute, 100
	case KindSensor:
		r.MovingInterval = vehicleStopped
	case KindCamera:
		r.MovingInterval, r.StoppedInterval = time.Hour, time.Hour
	}
	return r
}

// State says whether a device is heard from as often as its kind reports.
type State string

// A device that has missed one report is stale, one that has missed five offline.
const (
	Online  State = "online"
	Stale   State = "stale"
	Offline State = "offline"
)

const (
	staleAfter   = 2 // intervals
	offlineAfter = 6
)

// state is that of a device last heard from that long ago.
func (r Rules) state(silent time.Duration, moving bool) State {
	interval := r.StoppedInterval
	if moving {
		interval = r.MovingInterval
	}
	switch {
	case silent > offlineAfter*interval:
		return Offline
	case silent > staleAfter*interval:
		return Stale
	}
	return Online
}

// Flag marks what a rule found about a fix. The numbers are stored.
type Flag uint8

// Flags of a fix, and whether it was kept from the marker for them.
const (
	FlagClock    Flag = 1 << iota // its time is ahead of the server's clock
	FlagSpeed                     // it could not have been reached from the fix before
	FlagAccuracy                  // its radius is too large
	FlagZero                      // 0° 0°: the receiver had no fix
	FlagHeld                      // kept in the history only, the marker stays
)

var flagNames = [...]string{"clock", "speed", "accuracy", "zero", "held"}

// Names lists the flags as the wire has them.
func (f Flag) Names() []string {
	var names []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
