package features

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/count_timeout.sql
	queryCountTimeout string
	//go:embed queries/total.sql
	queryTotal string
	//go:embed queries/collection_readable.sql
	queryCollectionReadable string
	//go:embed queries/export_timeout.sql
	queryExportTimeout string
	//go:embed queries/export_srs.sql
	queryExportSRS string
	//go:embed queries/edit_begin.sql
	queryEditBegin string
	//go:embed queries/edit_flaws.sql
	queryEditFlaws string
	//go:embed queries/edit_bare.sql
	queryEditBare string
	//go:embed queries/edit_last_id.sql
	queryEditLastID string
	//go:embed queries/edit_audit.sql
	queryEditAudit string
	//go:embed queries/feed_number.sql
	queryFeedNumber string
	//go:embed queries/feed_forgotten.sql
	queryFeedForgotten string
)
