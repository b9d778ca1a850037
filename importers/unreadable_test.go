package importers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers"
)

// A file of a known kind that is not read is named, with what to do instead.
func TestUnreadableFilesAreNamed(t *testing.T) {
	t.Parallel()
	wide := func(s string) string { return strings.Join(strings.Split(s, ""), "\x00") + "\x00" }
	compound := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	for _, test := range []struct{ name, content, want string }{
		{"plan.dwg", "AC1032\x00\x00\x00", "DWG, 2018), which cannot be read here; save it as DXF"},
		{"plan", "AC1018\x00\x00\x00", "DWG, 2004"},
		{"sheet.dgn", compound + wide("Dgn~Mf"), "save it as DGN V7 or DXF"},
		{"book.xls", compound + wide("Workbook"), "save it as .xlsx or .csv"},
		{"locked.xlsx", compound + wide("EncryptedPackage"), "a document with a password"},
		{"wfs.gml", `<?xml version="1.0"?><ows:ExceptionReport/>`, "a server that reports an error"},
		{"house.rvt", compound + wide("BasicFileInfo"), "a Revit model"},
		{"base.mdb", "\x00\x01\x00\x00Standard Jet DB\x00", "an Access database"},
		{"ortho.tif", "II*\x00\x08", "a raster image"},
		{"plan.pdf", "%PDF-1.7", "a PDF document"},
		{"all.rar", "Rar!\x1a\x07\x01\x00", "a RAR archive"},
		{"all.7z", "7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
		{"house.ifc", "ISO-10303-21;", "a building model"},
		{"map.mxd", "anything", "only points to data"},
		{"server.sde", "anything", "a connection to a database"},
		{"page.geojson", "\n<!DOCTYPE html><html>404", "a web page (HTML)"},
		{"table.xls", "<html><table>", "save it as .xlsx"},
		{"big.gpkg", "version https://git-lfs.github.com/spec/v1\n", "git lfs pull"},
		{"lite.sqlite", "SQLite format 3\x00", "that is no GeoPackage"},
		{"wide.geojson", "\xff\xfe{\x00", "save it as UTF-8"},
		{"layer.js", `var x = {"type":"FeatureCollection"}`, "GeoJSON within a program"},
		{"thua.prj", "PROJCS[", "a part of a Shapefile, whose .shp is missing"},
		{"thua.dbt", "x", "the file of long texts of a dBASE table, whose .dbf is missing"},
		{"thua.map", "\x00", "a part of a MapInfo table"},
		{"unknown.bin", "\x01\x02\x03\x04", "is in no format that is read here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), test.name)
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			_, err = importers.Layers(t.Context(), in, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.name) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// What is packed once more is named, in a folder and in an archive.
func TestArchivesInsideAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, want := range map[string]string{"goi.kmz": "name it by itself", "baocao.docx": "a Word document"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("PK\x03\x04 and more"), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := importers.OpenInput(t.Context(), dir, nil, importers.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if _, err := importers.Layers(t.Context(), in, nil); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
