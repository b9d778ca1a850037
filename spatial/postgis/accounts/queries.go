package accounts

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/user_insert.sql
	queryUserInsert string
	//go:embed queries/user_insert_first.sql
	queryUserInsertFirst string
	//go:embed queries/user_by_name.sql
	queryUserByName string
	//go:embed queries/user_list.sql
	queryUserList string
	//go:embed queries/user_set_roles.sql
	queryUserSetRoles string
	//go:embed queries/user_set_password.sql
	queryUserSetPassword string
	//go:embed queries/login_attempt.sql
	queryLoginAttempt string
	//go:embed queries/login_succeeded.sql
	queryLoginSucceeded string
	//go:embed queries/session_insert.sql
	querySessionInsert string
	//go:embed queries/session_by_token.sql
	querySessionByToken string
	//go:embed queries/session_touch.sql
	querySessionTouch string
	//go:embed queries/session_delete.sql
	querySessionDelete string
	//go:embed queries/key_insert.sql
	queryKeyInsert string
	//go:embed queries/key_by_hash.sql
	queryKeyByHash string
	//go:embed queries/key_list.sql
	queryKeyList string
	//go:embed queries/key_touch.sql
	queryKeyTouch string
	//go:embed queries/key_rotate.sql
	queryKeyRotate string
	//go:embed queries/key_revoke.sql
	queryKeyRevoke string
	//go:embed queries/limit_insert.sql
	queryLimitInsert string
	//go:embed queries/limit_delete.sql
	queryLimitDelete string
	//go:embed queries/limit_list.sql
	queryLimitList string
	//go:embed queries/area_sources.sql
	queryAreaSources string
	//go:embed queries/audit_insert.sql
	queryAuditInsert string
)
