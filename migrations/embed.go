// Package migrations embeds the numbered SQL that builds the database: the
// runner is in spatial/postgis. No coordinates are handled here.
package migrations

import "embed"

// Files holds NNNN_name.up.sql and NNNN_name.down.sql.
//
//go:embed *.sql
var Files embed.FS
