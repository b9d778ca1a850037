package fence

import (
	"encoding/json"
	"time"
)

// Drawn is a fence that somebody has drawn.
type Drawn struct {
	ID, Name  string
	Geometry  json.RawMessage // GeoJSON Polygon or MultiPolygon, degrees, lon lat
	ChangedAt time.Time
}

// EventQuery says which events to list; zero members are any.
type EventQuery struct {
	Rule, Device  string
	Since, Before time.Time // of the events' times; Since is inside, Before is not
	Limit         int
}
