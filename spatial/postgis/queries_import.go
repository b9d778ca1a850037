package postgis

import _ "embed"

// The statements of imports.
var (
	//go:embed queries/import_begin.sql
	queryImportBegin string
	//go:embed queries/import_changed_by.sql
	queryImportChangedBy string
	//go:embed queries/import_collection.sql
	queryImportCollection string
	//go:embed queries/import_collection_upsert.sql
	queryImportCollectionUpsert string
	//go:embed queries/import_done.sql
	queryImportDone string
	//go:embed queries/import_end.sql
	queryImportEnd string
	//go:embed queries/import_extent.sql
	queryImportExtent string
	//go:embed queries/import_field.sql
	queryImportField string
	//go:embed queries/import_forget_staging.sql
	queryImportForgetStaging string
	//go:embed queries/import_interrupted.sql
	queryImportInterrupted string
	//go:embed queries/import_lives.sql
	queryImportLives string
	//go:embed queries/import_search_fields.sql
	queryImportSearchFields string
	//go:embed queries/import_serialize.sql
	queryImportSerialize string
	//go:embed queries/import_session.sql
	queryImportSession string
	//go:embed queries/import_srid_check.sql
	queryImportSRIDCheck string
	//go:embed queries/import_srid_custom.sql
	queryImportSRIDCustom string
	//go:embed queries/import_srid_known.sql
	queryImportSRIDKnown string
	//go:embed queries/import_srid_register.sql
	queryImportSRIDRegister string
	//go:embed queries/import_staged_tables.sql
	queryImportStagedTables string
	//go:embed queries/import_try_lock.sql
	queryImportTryLock string
	//go:embed queries/import_unlock.sql
	queryImportUnlock string
	//go:embed queries/import_version.sql
	queryImportVersion string
	//go:embed queries/import_version_done.sql
	queryImportVersionDone string
)
