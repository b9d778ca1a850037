package importers

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// unreadable says what a file is that no format here reads, and what to save it
// as; "" for a file of no known kind.
func unreadable(f File) string {
	head, err := f.Head(4096)
	if err != nil {
		return ""
	}
	for _, judge := range []func(File, []byte) string{unreadableMagic, unreadableText} {
		if what := judge(f, head); what != "" {
			return what
		}
	}
	switch f.Ext() {
	case ".mxd", ".aprx", ".mapx", ".lyrx", ".qgs", ".qgz":
		return "a project of a desktop program, which only points to data; name the data itself"
	case ".lyr", ".qlr", ".qml", ".sld":
		return "a style, which holds no features; name the data itself"
	case ".sde":
		return "a connection to a database; export the layers to a GeoPackage or FileGDB"
	case ".xlsb":
		return "a binary Excel workbook; save it as .xlsx or .csv"
	case ".dgn":
		return "no design file that is read here; save it as DGN V7 or DXF"
	case ".img", ".ecw", ".sid", ".jp2":
		return "a raster image; this program reads vector data"
	case ".shx", ".prj", ".qpj", ".cpg", ".sbn", ".sbx", ".qix":
		return "a part of a Shapefile, whose .shp is missing"
	case ".dbt", ".fpt":
		return "the file of long texts of a dBASE table, whose .dbf is missing"
	case ".mid", ".map", ".id", ".ind":
		return "a part of a MapInfo table, whose .tab or .mif is missing"
	}
	return ""
}

func unreadableMagic(f File, head []byte) string {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case has("AC10") && len(head) > 6:
		return fmt.Sprintf("an AutoCAD drawing (DWG, %s), which cannot be read here; save it as DXF (AutoCAD: SAVEAS, \"AutoCAD 2018 DXF\")", dwgVersion(string(head[:6])))
	case has("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return compound(f, head)
	case has("\x00\x01\x00\x00Standard Jet DB"), has("\x00\x01\x00\x00Standard ACE DB"):
		return "an Access database or personal geodatabase; export its layers to a FileGDB, GeoPackage or Shapefile"
	case has("II*\x00"), has("MM\x00*"), has("II+\x00"), has("MM\x00+"), has("\x89PNG"), has("\xff\xd8\xff"), has("GIF8"), has("BM") && f.Ext() == ".bmp":
		return "a raster image; this program reads vector data. A scanned map must be digitized first"
	case has("%PDF"):
		return "a PDF document; ask for the data it was plotted from (DXF, Shapefile, GeoPackage)"
	case has("Rar!\x1a\x07"):
		return "a RAR archive; unpack it, or pack it as ZIP"
	case has("7z\xbc\xaf\x27\x1c"):
		return "a 7-Zip archive; unpack it, or pack it as ZIP"
	case has("BZh"), has("\xfd7zXZ\x00"), has("\x28\xb5\x2f\xfd"), len(head) > 262 && string(head[257:262]) == "ustar":
		return "an archive of a kind that is not unpacked here; unpack it, or pack it as ZIP"
	case has("ISO-10303-21;"):
		return "a building model (IFC/STEP); export the outlines as DXF or GeoPackage"
	case has("LASF"):
		return "a point cloud (LAS/LAZ); this program reads vector data"
	case has("SQLite format 3\x00"):
		return "an SQLite database that is no GeoPackage (SpatiaLite, MBTiles …); export its layers to a GeoPackage"
	case has("version https://git-lfs"):
		return "a pointer of Git LFS and not the file itself; fetch that with git lfs pull"
	case has("PK\x03\x04"):
		return packed(f, head)
	case has("PGDMP"), has("-- PostgreSQL database dump"):
		return "a dump of a PostgreSQL database; restore it, and export the tables to a GeoPackage"
	}
	return ""
}

// packed tells what is a zip archive underneath.
func packed(f File, head []byte) string {
	switch ext := f.Ext(); {
	case bytes.Contains(head, []byte("word/")), ext == ".docx":
		return "a Word document; put its table into an .xlsx or .csv file"
	case ext == ".zip", ext == ".kmz", ext == ".shz":
		return "an archive within a folder or another archive, which is not unpacked there; name it by itself, or unpack it"
	}
	return ""
}

// unreadableText tells texts apart that hold something else than their name says.
func unreadableText(f File, head []byte) string {
	if bytes.HasPrefix(head, []byte("\xff\xfe{")) || bytes.HasPrefix(head, []byte("\xfe\xff\x00{")) {
		return "JSON in UTF-16; save it as UTF-8"
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	page := bytes.HasPrefix(text, []byte("<!doctype html")) || bytes.HasPrefix(text, []byte("<html"))
	switch {
	case page && f.Ext() == ".xls":
		return "a table of a web page under the name of a workbook; open it in a spreadsheet program and save it as .xlsx"
	case bytes.Contains(text, []byte("exceptionreport")) && text[0] == '<':
		return "the answer of a server that reports an error, and no data; open it to see what the server says"
	case page:
		return "a web page (HTML), as of an error or a login, and no data; open it to see what the server says"
	case len(text) > 0 && text[0] >= 'a' && text[0] <= 'z' && bytes.Contains(text, []byte(`"featurecollection"`)):
		return "GeoJSON within a program; take away what stands before its first { and after its last }"
	}
	return ""
}

// dwgVersion names the release by the mark at the beginning of the file.
func dwgVersion(mark string) string {
	switch mark {
	case "AC1009":
		return "R11/R12"
	case "AC1012":
		return "R13"
	case "AC1014":
		return "R14"
	case "AC1015":
		return "2000"
	case "AC1018":
		return "2004"
	case "AC1021":
		return "2007"
	case "AC1024":
		return "2010"
	case "AC1027":
		return "2013"
	case "AC1032":
		return "2018"
	}
	return mark
}

// compound tells the documents apart that use Microsoft's compound file: by the
// names in its directory (MS-CFB §2.6.1, UTF-16), else by the extension.
func compound(f File, head []byte) string {
	body, err := f.Head(1 << 20)
	if err != nil {
		body = head
	}
	has := func(name string) bool {
		wide := make([]byte, 0, 2*len(name))
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(body, wide)
	}
	ext := strings.ToLower(path.Ext(f.Name))
	switch {
	case has("Dgn~"), ext == ".dgn":
		return "a MicroStation DGN V8 drawing, which cannot be read here; save it as DGN V7 or DXF (MicroStation: File, Save As)"
	case has("EncryptedPackage"):
		return "a document with a password; open it, take the password off and save it again"
	case has("Workbook"), has("Book"), ext == ".xls":
		return "a workbook of Excel 97-2003; save it as .xlsx or .csv"
	case has("WordDocument"), ext == ".doc":
		return "a Word document; put its table into an .xlsx or .csv file"
	case has("RevitPreview"), has("BasicFileInfo"), ext == ".rvt":
		return "a Revit model; export it as DXF"
	case ext == ".mxd", ext == ".lyr":
		return "a map or style of ArcMap, which only points to data; name the data itself"
	}
	return "a document of Microsoft's compound format that holds no data readable here"
}
