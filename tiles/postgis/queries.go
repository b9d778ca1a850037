package postgis

import _ "embed"

// The static statements, one file each. A test prepares every file on a real
// PostGIS.
var (
	//go:embed queries/cell_hold.sql
	queryCellHold string
	//go:embed queries/cell_list.sql
	queryCellList string
	//go:embed queries/cell_lock.sql
	queryCellLock string
	//go:embed queries/cell_put.sql
	queryCellPut string
	//go:embed queries/cell_record.sql
	queryCellRecord string
	//go:embed queries/cell_remove.sql
	queryCellRemove string
	//go:embed queries/pyramid_band_insert.sql
	queryPyramidBandInsert string
	//go:embed queries/pyramid_delete.sql
	queryPyramidDelete string
	//go:embed queries/pyramid_done.sql
	queryPyramidDone string
	//go:embed queries/pyramid_has_band.sql
	queryPyramidHasBand string
	//go:embed queries/pyramid_insert.sql
	queryPyramidInsert string
	//go:embed queries/pyramid_lock.sql
	queryPyramidLock string
	//go:embed queries/pyramid_missed.sql
	queryPyramidMissed string
	//go:embed queries/pyramid_of.sql
	queryPyramidOf string
	//go:embed queries/pyramid_pending.sql
	queryPyramidPending string
	//go:embed queries/pyramid_ready.sql
	queryPyramidReady string
	//go:embed queries/pyramid_snapshot.sql
	queryPyramidSnapshot string
	//go:embed queries/pyramid_table_bytes.sql
	queryPyramidTableBytes string
	//go:embed queries/pyramid_stats.sql
	queryPyramidStats string
	//go:embed queries/small_behind.sql
	querySmallBehind string
	//go:embed queries/small_cells.sql
	querySmallCells string
	//go:embed queries/small_clear.sql
	querySmallClear string
	//go:embed queries/small_edited.sql
	querySmallEdited string
	//go:embed queries/small_note.sql
	querySmallNote string
	//go:embed queries/small_take.sql
	querySmallTake string
)
