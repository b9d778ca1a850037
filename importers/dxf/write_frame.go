package dxf

import "fmt"

// Handles of what stands in every drawing.
const (
	handleVPort = iota + 1
	handleLinetypes
	handleByBlock
	handleByLayer
	handleContinuous
	handleLayers
	handleStyles
	handleStandard
	handleViews
	handleUCS
	handleApps
	handleACAD
	handleGISD
	handleDimStyles
	handleDimStandard
	handleRecords
	handleModel
	handlePaper
	handleModelBlock
	handleModelEnd
	handlePaperBlock
	handlePaperEnd
	handleRoot
	handleGroups

	firstLayerHandle = 0x40
	firstHandle      = firstLayerHandle + maxWrittenLayers
)

// framer appends groups of the frame around the entities.
type framer struct{ b []byte }

func (f *framer) text(code int, v string)   { f.b = appendGroup(f.b, code, v) }
func (f *framer) int(code int, v int64)     { f.b = appendInt(f.b, code, v) }
func (f *framer) handle(code int, v int64)  { f.b = appendHandle(f.b, code, v) }
func (f *framer) float(code int, v float64) { f.b = appendNumber(f.b, code, v) }

func (f *framer) section(name string) { f.text(0, "SECTION"); f.text(2, name) }
func (f *framer) endSection()         { f.text(0, "ENDSEC") }

func (f *framer) point(code int, x, y, z float64) {
	f.float(code, x)
	f.float(code+10, y)
	f.float(code+20, z)
}

// table opens a symbol table of so many entries.
func (f *framer) table(name string, handle int64, entries int) {
	f.text(0, "TABLE")
	f.text(2, name)
	f.handle(5, handle)
	f.int(330, 0)
	f.text(100, "AcDbSymbolTable")
	f.int(70, int64(entries))
}

// record opens an entry of a symbol table.
func (f *framer) record(kind string, handle, owner int64, class, name string) {
	f.text(0, kind)
	code := 5
	if kind == "DIMSTYLE" {
		code = 105
	}
	f.handle(code, handle)
	f.handle(330, owner)
	f.text(100, "AcDbSymbolTableRecord")
	f.text(100, class)
	f.text(2, name)
}

// head is everything before the entities.
func (d *drawer) head(dst []byte) []byte {
	f := framer{dst}
	if d.h.SRID != 0 {
		f.text(999, fmt.Sprintf("coordinates in %s, x first", d.h.SRID))
	}
	d.header(&f)
	f.section("CLASSES")
	f.endSection()
	f.section("TABLES")
	f.table("VPORT", handleVPort, 0)
	f.text(0, "ENDTAB")
	d.linetypes(&f)
	d.layerTable(&f)
	d.otherTables(&f)
	f.endSection()
	f.section("BLOCKS")
	f.block("*Model_Space", handleModel, handleModelBlock, handleModelEnd)
	f.block("*Paper_Space", handlePaper, handlePaperBlock, handlePaperEnd)
	f.endSection()
	f.section("ENTITIES")
	return f.b
}

func (d *drawer) header(f *framer) {
	f.section("HEADER")
	f.text(9, "$ACADVER")
	f.text(1, "AC1021")
	f.text(9, "$DWGCODEPAGE")
	f.text(3, "ANSI_1252") // text is UTF-8 whatever stands here
	f.text(9, "$INSBASE")
	f.point(10, 0, 0, 0)
	if !d.box.Empty() {
		f.text(9, "$EXTMIN")
		f.point(10, d.box.MinX, d.box.MinY, 0)
		f.text(9, "$EXTMAX")
		f.point(10, d.box.MaxX, d.box.MaxY, 0)
	}
	f.text(9, "$HANDSEED")
	f.handle(5, d.handle+1)
	f.text(9, "$MEASUREMENT")
	f.int(70, 1)
	f.text(9, "$INSUNITS")
	if d.metres() {
		f.int(70, 6)
	} else {
		f.int(70, 0)
	}
	f.endSection()
}

func (d *drawer) linetypes(f *framer) {
	f.table("LTYPE", handleLinetypes, 3)
	for i, name := range []string{"ByBlock", "ByLayer", "Continuous"} {
		f.record("LTYPE", handleByBlock+int64(i), handleLinetypes, "AcDbLinetypeTableRecord", name)
		f.int(70, 0)
		f.text(3, "")
		f.int(72, 65)
		f.int(73, 0)
		f.float(40, 0)
	}
	f.text(0, "ENDTAB")
}

func (d *drawer) layerTable(f *framer) {
	names := d.names
	if !d.layers["0"] {
		names = append([]string{"0"}, names...)
	}
	f.table("LAYER", handleLayers, len(names))
	for i, name := range names {
		f.record("LAYER", firstLayerHandle+int64(i), handleLayers, "AcDbLayerTableRecord", name)
		f.int(70, 0)
		f.int(62, 7)
		f.text(6, "Continuous")
	}
	f.text(0, "ENDTAB")
}

func (d *drawer) otherTables(f *framer) {
	f.table("STYLE", handleStyles, 1)
	f.record("STYLE", handleStandard, handleStyles, "AcDbTextStyleTableRecord", "Standard")
	f.int(70, 0)
	f.float(40, 0)
	f.float(41, 1)
	f.float(50, 0)
	f.int(71, 0)
	f.float(42, 2.5)
	f.text(3, "arial.ttf")
	f.text(4, "")
	f.text(0, "ENDTAB")
	f.table("VIEW", handleViews, 0)
	f.text(0, "ENDTAB")
	f.table("UCS", handleUCS, 0)
	f.text(0, "ENDTAB")
	f.table("APPID", handleApps, 2)
	for i, name := range []string{"ACAD", appName} {
		f.record("APPID", handleACAD+int64(i), handleApps, "AcDbRegAppTableRecord", name)
		f.int(70, 0)
	}
	f.text(0, "ENDTAB")
	f.table("DIMSTYLE", handleDimStyles, 1)
	f.text(100, "AcDbDimStyleTable")
	f.record("DIMSTYLE", handleDimStandard, handleDimStyles, "AcDbDimStyleTableRecord", "Standard")
	f.int(70, 0)
	f.text(0, "ENDTAB")
	f.table("BLOCK_RECORD", handleRecords, 2)
	for i, name := range []string{"*Model_Space", "*Paper_Space"} {
		f.record("BLOCK_RECORD", handleModel+int64(i), handleRecords, "AcDbBlockTableRecord", name)
		f.int(340, 0)
	}
	f.text(0, "ENDTAB")
}

// block writes the empty block that a space is.
func (f *framer) block(name string, owner, begin, end int64) {
	f.text(0, "BLOCK")
	f.handle(5, begin)
	f.handle(330, owner)
	f.text(100, "AcDbEntity")
	f.text(8, "0")
	f.text(100, "AcDbBlockBegin")
	f.text(2, name)
	f.int(70, 0)
	f.point(10, 0, 0, 0)
	f.text(3, name)
	f.text(1, "")
	f.text(0, "ENDBLK")
	f.handle(5, end)
	f.handle(330, owner)
	f.text(100, "AcDbEntity")
	f.text(8, "0")
	f.text(100, "AcDbBlockEnd")
}

// tail is everything behind the entities.
func (d *drawer) tail(dst []byte) []byte {
	f := framer{dst}
	f.endSection()
	f.section("OBJECTS")
	f.text(0, "DICTIONARY")
	f.handle(5, handleRoot)
	f.int(330, 0)
	f.text(100, "AcDbDictionary")
	f.int(281, 1)
	f.text(3, "ACAD_GROUP")
	f.handle(350, handleGroups)
	f.text(0, "DICTIONARY")
	f.handle(5, handleGroups)
	f.handle(330, handleRoot)
	f.text(100, "AcDbDictionary")
	f.int(281, 1)
	f.endSection()
	if d.empty > 0 {
		f.text(999, fmt.Sprintf("%d features without geometry are not in this drawing", d.empty))
	}
	if d.leftOut > 0 {
		f.text(999, fmt.Sprintf("%d values are left out: XDATA holds 16 KiB an entity", d.leftOut))
	}
	f.text(0, "EOF")
	return f.b
}
