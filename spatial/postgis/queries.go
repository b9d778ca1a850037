package postgis

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/migrate_timeouts.sql
	queryMigrateTimeouts string
	//go:embed queries/migrate_set_timeouts.sql
	queryMigrateSetTimeouts string
	//go:embed queries/migrate_lock.sql
	queryMigrateLock string
	//go:embed queries/migrate_unlock.sql
	queryMigrateUnlock string
	//go:embed queries/migrate_table.sql
	queryMigrateTable string
	//go:embed queries/migrate_applied.sql
	queryMigrateApplied string
	//go:embed queries/migrate_record.sql
	queryMigrateRecord string
	//go:embed queries/migrate_forget.sql
	queryMigrateForget string
	//go:embed queries/srs_differ.sql
	querySRSDiffer string
	//go:embed queries/srs_sync.sql
	querySRSSync string
	//go:embed queries/catalogue_collections.sql
	queryCatalogueCollections string
	//go:embed queries/catalogue_fields.sql
	queryCatalogueFields string
	//go:embed queries/catalogue_pyramids.sql
	queryCataloguePyramids string
	//go:embed queries/catalogue_limits.sql
	queryCatalogueLimits string
	//go:embed queries/catalogue_areas.sql
	queryCatalogueAreas string
	//go:embed queries/catalogue_fingerprint.sql
	queryCatalogueFingerprint string
	//go:embed queries/catalogue_listen.sql
	queryCatalogueListen string
)
