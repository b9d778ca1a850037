package postgis

import _ "embed"

// The statements of jobs.
var (
	//go:embed queries/job_serialize.sql
	queryJobSerialize string
	//go:embed queries/job_count.sql
	queryJobCount string
	//go:embed queries/job_insert.sql
	queryJobInsert string
	//go:embed queries/job_next.sql
	queryJobNext string
	//go:embed queries/job_beat.sql
	queryJobBeat string
	//go:embed queries/job_end.sql
	queryJobEnd string
	//go:embed queries/job_interrupt.sql
	queryJobInterrupt string
	//go:embed queries/job_get.sql
	queryJobGet string
	//go:embed queries/job_list.sql
	queryJobList string
	//go:embed queries/job_cancel.sql
	queryJobCancel string
	//go:embed queries/job_kept.sql
	queryJobKept string
	//go:embed queries/job_forget.sql
	queryJobForget string
)
