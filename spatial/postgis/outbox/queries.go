package outbox

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/add.sql
	queryAdd string
	//go:embed queries/advance.sql
	queryAdvance string
	//go:embed queries/announce.sql
	queryAnnounce string
	//go:embed queries/audit.sql
	queryAudit string
	//go:embed queries/backlog.sql
	queryBacklog string
	//go:embed queries/dead.sql
	queryDead string
	//go:embed queries/delivered.sql
	queryDelivered string
	//go:embed queries/due.sql
	queryDue string
	//go:embed queries/endpoint.sql
	queryEndpoint string
	//go:embed queries/fill.sql
	queryFill string
	//go:embed queries/followed.sql
	queryFollowed string
	//go:embed queries/lead.sql
	queryLead string
	//go:embed queries/list.sql
	queryList string
	//go:embed queries/listen.sql
	queryListen string
	//go:embed queries/listen_changes.sql
	queryListenChanges string
	//go:embed queries/messages.sql
	queryMessages string
	//go:embed queries/number.sql
	queryNumber string
	//go:embed queries/number_all.sql
	queryNumberAll string
	//go:embed queries/postponed.sql
	queryPostponed string
	//go:embed queries/remove.sql
	queryRemove string
	//go:embed queries/retry.sql
	queryRetry string
	//go:embed queries/ripe.sql
	queryRipe string
	//go:embed queries/trim.sql
	queryTrim string
	//go:embed queries/trouble.sql
	queryTrouble string
)
