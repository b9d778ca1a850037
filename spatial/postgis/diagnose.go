package postgis

import (
	"context"
	_ "embed"
	"encoding/json"
)

//go:embed queries/diagnose.sql
var queryDiagnose string

// Diagnosis is what a session of the serving pool sees of its database.
type Diagnosis struct {
	ServerVersion     string // "15.18 (Debian …)"
	PostGIS           string // "3.3.2", empty without the extension
	MissingExtensions []string
	Role              string
	Superuser         bool
	JIT               bool
	ParallelWorkers   int // per gather
	MaxConnections    int
	SRSWritable       bool // the role may write spatial_ref_sys
	SRSDiffering      int  // rows of spatial_ref_sys that SyncSRS would change
	DatabaseBytes     int64
	HasTables         bool // some migration was applied
}

// Diagnose looks at the database through the pool and changes nothing.
func (db *DB) Diagnose(ctx context.Context) (Diagnosis, error) {
	const op = "postgis: diagnose"
	var d Diagnosis
	var needed []string
	for _, e := range extensions {
		needed = append(needed, string(e))
	}
	err := db.Pool.QueryRow(ctx, queryDiagnose, needed).Scan(
		&d.ServerVersion, &d.PostGIS, &d.MissingExtensions, &d.Superuser, &d.Role, &d.JIT,
		&d.ParallelWorkers, &d.MaxConnections, &d.SRSWritable, &d.DatabaseBytes, &d.HasTables)
	if err != nil {
		return d, Wrap(ctx, op, err)
	}
	if d.PostGIS == "" {
		return d, nil
	}
	wanted, err := json.Marshal(wantedSRS())
	if err != nil {
		return d, Wrap(ctx, op, err)
	}
	err = db.Pool.QueryRow(ctx, querySRSDiffer, wanted).Scan(&d.SRSDiffering)
	return d, Wrap(ctx, op, err)
}
