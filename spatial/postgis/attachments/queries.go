package attachments

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/add.sql
	queryAdd string
	//go:embed queries/add_part.sql
	queryAddPart string
	//go:embed queries/audit.sql
	queryAudit string
	//go:embed queries/collection.sql
	queryCollection string
	//go:embed queries/count.sql
	queryCount string
	//go:embed queries/delete.sql
	queryDelete string
	//go:embed queries/list.sql
	queryList string
	//go:embed queries/lock.sql
	queryLock string
	//go:embed queries/lost.sql
	queryLost string
	//go:embed queries/one.sql
	queryOne string
	//go:embed queries/part.sql
	queryPart string
	//go:embed queries/purge.sql
	queryPurge string
	//go:embed queries/room.sql
	queryRoom string
)
