package gtfsrt

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/MobilityData/gtfs-realtime-bindings/golang/gtfs"
	"google.golang.org/protobuf/proto"

	"gisd/spatial/live"
)

// Encode writes a full feed of where the devices are, each one entity and vehicle by
// the device's id, its label the device's name. Attributes tripId, routeId,
// startDate and plate, as Decode names them, come back as the feed's own. Equal
// input gives equal bytes.
func Encode(sightings []live.Sighting, now time.Time) ([]byte, error) {
	full := gtfs.FeedHeader_FULL_DATASET
	feed := &gtfs.FeedMessage{
		Header: &gtfs.FeedHeader{
			GtfsRealtimeVersion: proto.String("2.0"), Incrementality: &full, Timestamp: proto.Uint64(uint64(now.Unix())),
		},
		Entity: make([]*gtfs.FeedEntity, len(sightings)),
	}
	for i := range sightings {
		feed.Entity[i] = entity(&sightings[i])
	}
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(feed)
	if err != nil {
		return nil, fmt.Errorf("gtfsrt: encode: %w", err)
	}
	return body, nil
}

func entity(s *live.Sighting) *gtfs.FeedEntity {
	p := &s.Position
	v := &gtfs.VehiclePosition{
		Position:  &gtfs.Position{Latitude: proto.Float32(float32(p.Lat)), Longitude: proto.Float32(float32(p.Lon))},
		Timestamp: proto.Uint64(uint64(p.Time.Unix())),
		Vehicle:   &gtfs.VehicleDescriptor{Id: proto.String(s.Device.ID)},
	}
	if p.SpeedKMH.Known {
		v.Position.Speed = proto.Float32(float32(p.SpeedKMH.Value / metresPerSecond))
	}
	if p.BearingDegrees.Known {
		v.Position.Bearing = proto.Float32(float32(p.BearingDegrees.Value))
	}
	if s.Device.Name != "" {
		v.Vehicle.Label = proto.String(s.Device.Name)
	}
	var told struct{ TripID, RouteID, StartDate, Plate any }
	if len(p.Attributes) > 0 && json.Unmarshal(p.Attributes, &told) == nil {
		trip := gtfs.TripDescriptor{TripId: text(told.TripID), RouteId: text(told.RouteID), StartDate: text(told.StartDate)}
		if trip.TripId != nil || trip.RouteId != nil {
			v.Trip = &trip
		}
		v.Vehicle.LicensePlate = text(told.Plate)
	}
	return &gtfs.FeedEntity{Id: proto.String(s.Device.ID), Vehicle: v}
}

// text is a member that is a text, else nil.
func text(v any) *string {
	if s, ok := v.(string); ok && s != "" {
		return &s
	}
	return nil
}
