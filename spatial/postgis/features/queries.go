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
)
