// Package gtfsrt reads and writes the vehicle positions of GTFS Realtime 2.0.
//
// Positions are lon, lat in SRID 4326 degrees; the feed has them as float32, about
// a metre at Vietnam's longitudes. The feed's speeds are metres per second, ours
// km/h. There is no I/O.
package gtfsrt

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"
	"google.golang.org/protobuf/proto"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Scheme of the identities of vehicles: "gtfs:61B-012.34", the vehicle's id in the
// feed.
const Scheme = "gtfs"

// MediaType of a feed.
const MediaType = "application/x-protobuf"

// maxEntities bounds a feed.
const maxEntities = 10_000

const metresPerSecond = 3.6 // km/h

// Decode reads the vehicle positions of a feed; entities of trip updates and alerts
// are passed over. A vehicle is known by its id, else by its label, else by the
// entity's id; without a time of its own by the feed's, else at now. It fails with
// CodeInvalid where the body is no feed, CodeTooLarge above 10,000 entities. Fixes
// that no device can have come with an empty identity.
func Decode(body []byte, now time.Time) ([]live.Fix, error) {
	const op = "gtfsrt: decode"
	var feed gtfs.FeedMessage
	if err := proto.Unmarshal(body, &feed); err != nil {
		return nil, &spatial.Error{Code: spatial.CodeInvalid, Op: op, Message: "The body is not a GTFS Realtime feed.", Err: err}
	}
	if len(feed.Entity) > maxEntities {
		return nil, &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: fmt.Sprintf("A feed holds at most %d entities.", maxEntities)}
	}
	at := now
	if stamp := feed.GetHeader().GetTimestamp(); stamp > 0 && stamp < math.MaxInt32 {
		at = time.Unix(int64(stamp), 0).UTC()
	}
	var fixes []live.Fix
	for _, e := range feed.Entity {
		v := e.GetVehicle()
		if v.GetPosition() == nil || e.GetIsDeleted() {
			continue
		}
		name := first(v.GetVehicle().GetId(), v.GetVehicle().GetLabel(), e.GetId())
		fixes = append(fixes, live.Fix{Identity: live.Identity(Scheme, name), Position: position(v, at)})
	}
	return fixes, nil
}

func first(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

func position(v *gtfs.VehiclePosition, at time.Time) live.Position {
	if stamp := v.GetTimestamp(); stamp > 0 && stamp < math.MaxInt32 {
		at = time.Unix(int64(stamp), 0).UTC()
	}
	from := v.GetPosition()
	p := live.Position{Lon: widen(from.GetLongitude()), Lat: widen(from.GetLatitude()), Time: at}
	if from.Speed != nil && *from.Speed >= 0 {
		p.SpeedKMH = live.Known(math.Round(widen(*from.Speed)*metresPerSecond*100) / 100)
	}
	if from.Bearing != nil && *from.Bearing >= 0 && *from.Bearing <= 360 {
		p.BearingDegrees = live.Known(widen(*from.Bearing))
	}
	members := map[string]any{}
	for name, text := range map[string]string{
		"tripId": v.GetTrip().GetTripId(), "routeId": v.GetTrip().GetRouteId(), "startDate": v.GetTrip().GetStartDate(),
		"stopId": v.GetStopId(), "label": v.GetVehicle().GetLabel(), "plate": v.GetVehicle().GetLicensePlate(),
	} {
		if text != "" {
			members[name] = text
		}
	}
	if v.CurrentStatus != nil {
		members["status"] = v.GetCurrentStatus().String()
	}
	if v.OccupancyStatus != nil {
		members["occupancy"] = v.GetOccupancyStatus().String()
	}
	if from.Odometer != nil {
		members["odometerMeters"] = *from.Odometer
	}
	p.Attributes = live.PackAttributes(members)
	return p
}

// widen is a float32 with the digits that it was written with, 106.65 rather than
// 106.650002.
func widen(v float32) float64 {
	wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	if err != nil {
		return float64(v) // not reached: what is written is read
	}
	return wide
}
