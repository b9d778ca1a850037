package fences

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/geofences.sql
	queryGeofences string
	//go:embed queries/geofence_put.sql
	queryGeofencePut string
	//go:embed queries/geofence_delete.sql
	queryGeofenceDelete string
	//go:embed queries/rules.sql
	queryRules string
	//go:embed queries/rule_put.sql
	queryRulePut string
	//go:embed queries/rule_delete.sql
	queryRuleDelete string
	//go:embed queries/outlines_drawn.sql
	queryOutlinesDrawn string
	//go:embed queries/events_write.sql
	queryEventsWrite string
	//go:embed queries/events.sql
	queryEvents string
	//go:embed queries/events_prune.sql
	queryEventsPrune string
	//go:embed queries/listen.sql
	queryListen string
)
