package postgis

import _ "embed"

// The statements of the queue of changes.
var (
	//go:embed queries/dirty_listen.sql
	queryDirtyListen string
	//go:embed queries/dirty_open.sql
	queryDirtyOpen string
	//go:embed queries/dirty_number.sql
	queryDirtyNumber string
	//go:embed queries/dirty_state.sql
	queryDirtyState string
	//go:embed queries/dirty_read.sql
	queryDirtyRead string
	//go:embed queries/dirty_trim.sql
	queryDirtyTrim string
	//go:embed queries/dirty_reader_lock.sql
	queryDirtyReaderLock string
	//go:embed queries/dirty_reader_open.sql
	queryDirtyReaderOpen string
	//go:embed queries/dirty_reader_done.sql
	queryDirtyReaderDone string
	//go:embed queries/dirty_soil.sql
	queryDirtySoil string
	//go:embed queries/dirty_widen.sql
	queryDirtyWiden string
	//go:embed queries/dirty_unwatched.sql
	queryDirtyUnwatched string
	//go:embed queries/dirty_mend.sql
	queryDirtyMend string
)
