package orders

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/session.sql
	querySession string
	//go:embed queries/lead.sql
	queryLead string
	//go:embed queries/lead_end.sql
	queryLeadEnd string
	//go:embed queries/ask.sql
	queryAsk string
	//go:embed queries/table.sql
	queryTable string
	//go:embed queries/fields.sql
	queryFields string
	//go:embed queries/wanted.sql
	queryWanted string
	//go:embed queries/indexes.sql
	queryIndexes string
)
