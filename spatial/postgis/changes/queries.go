package changes

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/listen.sql
	queryListen string
	//go:embed queries/open.sql
	queryOpen string
	//go:embed queries/number.sql
	queryNumber string
	//go:embed queries/state.sql
	queryState string
	//go:embed queries/read.sql
	queryRead string
	//go:embed queries/trim.sql
	queryTrim string
	//go:embed queries/reader_lock.sql
	queryReaderLock string
	//go:embed queries/reader_open.sql
	queryReaderOpen string
	//go:embed queries/reader_done.sql
	queryReaderDone string
	//go:embed queries/soil.sql
	querySoil string
	//go:embed queries/widen.sql
	queryWiden string
	//go:embed queries/unwatched.sql
	queryUnwatched string
	//go:embed queries/mend.sql
	queryMend string
)
