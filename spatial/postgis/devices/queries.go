package devices

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/devices.sql
	queryDevices string
	//go:embed queries/device_register.sql
	queryDeviceRegister string
	//go:embed queries/device_revoke.sql
	queryDeviceRevoke string
	//go:embed queries/device_remove.sql
	queryDeviceRemove string
	//go:embed queries/listen.sql
	queryListen string
	//go:embed queries/last_positions.sql
	queryLastPositions string
	//go:embed queries/positions_write.sql
	queryPositionsWrite string
	//go:embed queries/ensure_day.sql
	queryEnsureDay string
	//go:embed queries/drop_before.sql
	queryDropBefore string
	//go:embed queries/identity_add.sql
	queryIdentityAdd string
	//go:embed queries/identity_remove.sql
	queryIdentityRemove string
	//go:embed queries/pending_note.sql
	queryPendingNote string
	//go:embed queries/pending_prune.sql
	queryPendingPrune string
	//go:embed queries/pending_list.sql
	queryPendingList string
	//go:embed queries/pending_reject.sql
	queryPendingReject string
	//go:embed queries/pending_remove.sql
	queryPendingRemove string
)
