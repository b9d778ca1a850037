package incidents

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/active.sql
	queryActive string
	//go:embed queries/audit.sql
	queryAudit string
	//go:embed queries/calls.sql
	queryCalls string
	//go:embed queries/entry.sql
	queryEntry string
	//go:embed queries/hold.sql
	queryHold string
	//go:embed queries/known.sql
	queryKnown string
	//go:embed queries/link.sql
	queryLink string
	//go:embed queries/list.sql
	queryList string
	//go:embed queries/listen.sql
	queryListen string
	//go:embed queries/one.sql
	queryOne string
	//go:embed queries/open.sql
	queryOpen string
	//go:embed queries/operator.sql
	queryOperator string
	//go:embed queries/save.sql
	querySave string
	//go:embed queries/some.sql
	querySome string
	//go:embed queries/standing.sql
	queryStanding string
	//go:embed queries/timeline.sql
	queryTimeline string
)
