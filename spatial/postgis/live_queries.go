package postgis

import _ "embed"

// The statements of devices and positions.
var (
	//go:embed queries/live_devices.sql
	queryLiveDevices string
	//go:embed queries/live_device_register.sql
	queryLiveDeviceRegister string
	//go:embed queries/live_device_revoke.sql
	queryLiveDeviceRevoke string
	//go:embed queries/live_device_remove.sql
	queryLiveDeviceRemove string
	//go:embed queries/live_listen.sql
	queryLiveListen string
	//go:embed queries/live_last_positions.sql
	queryLiveLastPositions string
	//go:embed queries/live_positions_write.sql
	queryLivePositionsWrite string
	//go:embed queries/live_ensure_day.sql
	queryLiveEnsureDay string
	//go:embed queries/live_drop_before.sql
	queryLiveDropBefore string
)
