package jobs

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/serialize.sql
	querySerialize string
	//go:embed queries/count.sql
	queryCount string
	//go:embed queries/insert.sql
	queryInsert string
	//go:embed queries/next.sql
	queryNext string
	//go:embed queries/beat.sql
	queryBeat string
	//go:embed queries/end.sql
	queryEnd string
	//go:embed queries/interrupt.sql
	queryInterrupt string
	//go:embed queries/get.sql
	queryGet string
	//go:embed queries/list.sql
	queryList string
	//go:embed queries/cancel.sql
	queryCancel string
	//go:embed queries/kept.sql
	queryKept string
	//go:embed queries/forget.sql
	queryForget string
)
