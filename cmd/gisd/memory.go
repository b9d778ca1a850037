package main

import "runtime/debug"

// importGCPercent trades a few collections, which are cheap where one record is
// alive at a time, for half of what would lie around between them.
const importGCPercent = 40

// spareMemory suits the process to an import or an inspection, which shares its machine with the
// database that it fills.
func spareMemory() {
	debug.SetGCPercent(importGCPercent)
	unmapProgram()
}
