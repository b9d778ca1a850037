package ogr

import (
	"bytes"
	"strings"
)

// kind is a family of files that one driver reads.
type kind struct {
	format string // Schema.Format
	title  string // for messages, with its article
	driver string // GDAL's short name
	// single marks formats of one layer a file, named after the file.
	single bool
	// rawText marks formats whose text reaches us in the file's bytes.
	rawText bool
	// heights marks formats with layers of unknown type that may hold heights.
	heights bool
	// keepIDs marks formats with lasting feature ids apart from the fields.
	keepIDs bool
	// sparse marks formats that always announce the same layers: empty ones are
	// left out.
	sparse bool
}

func mapinfo() kind {
	return kind{format: "mapinfo", title: "a MapInfo table", driver: "MapInfo File", single: true, rawText: true}
}

func dgn() kind {
	return kind{format: "dgn", title: "a MicroStation DGN V7 drawing", driver: "DGN", single: true, rawText: true, heights: true}
}

func filegdb() kind {
	return kind{format: "filegdb", title: "a FileGDB", driver: "OpenFileGDB", keepIDs: true}
}

func gml() kind { return kind{format: "gml", title: "GML", driver: "GML", heights: true} }

func ods() kind { return kind{format: "ods", title: "an ODS spreadsheet", driver: "ODS"} }

func osm() kind {
	return kind{format: "osm", title: "OpenStreetMap data", driver: "OSM", sparse: true}
}

func dwg() kind {
	return kind{format: "dwg", title: "a DWG drawing of AutoCAD 2000", driver: "CAD", heights: true, sparse: true}
}

// headSize covers the comments that generators put before a root element.
const headSize = 4096

// kindOf tells by the first bytes; ok is false for what is none of ours. A
// FileGDB is a folder and found by its files.
func kindOf(head []byte) (k kind, ok bool) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case isTAB(text), isMIF(text):
		return mapinfo(), true
	case isDGN(head):
		return dgn(), true
	case isODS(head):
		return ods(), true
	case isPBF(head):
		return osm(), true
	case bytes.HasPrefix(head, []byte("AC1015")):
		return dwg(), true
	case len(text) > 0 && text[0] == '<':
		return kindOfXML(text)
	}
	return kind{}, false
}

func isTAB(text []byte) bool {
	return len(text) > 6 && strings.EqualFold(string(text[:6]), "!table")
}

func isMIF(text []byte) bool {
	lower := bytes.ToLower(text)
	number := bytes.TrimLeft(bytes.TrimPrefix(lower, []byte("version")), " \t")
	if !bytes.HasPrefix(lower, []byte("version")) || len(number) == 0 || number[0] < '0' || number[0] > '9' {
		return false
	}
	return bytes.Contains(lower, []byte("\ndelimiter ")) || bytes.Contains(lower, []byte("\ncolumns ")) ||
		bytes.Contains(lower, []byte("\ncharset ")) || bytes.Contains(lower, []byte("\ncoordsys "))
}

// isDGN looks for the TCB element of a 2-D or 3-D design file, or the header
// element of a cell library (ISFF reference guide, "Type 9" and "Type 5").
func isDGN(head []byte) bool {
	return len(head) >= 512 && (bytes.HasPrefix(head, []byte{0x08, 0x09, 0xfe, 0x02}) ||
		bytes.HasPrefix(head, []byte{0xc8, 0x09, 0xfe, 0x02}) || bytes.HasPrefix(head, []byte{0x08, 0x05, 0x17, 0x00}))
}

const odsType = "application/vnd.oasis.opendocument.spreadsheet"

// isODS expects the entry "mimetype" first in the package, stored as it is
// (OpenDocument 1.3 part 2 §3.3).
func isODS(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) &&
		bytes.Contains(head[:min(len(head), 200)], []byte("mimetype"+odsType))
}

// isPBF looks into the first BlobHeader: its length, then field 1 "OSMHeader".
func isPBF(head []byte) bool {
	return len(head) > 15 && head[0] == 0 && head[1] == 0 && bytes.HasPrefix(head[4:], []byte("\x0a\x09OSMHeader"))
}

func kindOfXML(text []byte) (kind, bool) {
	root := rootElement(text)
	name := root
	if i := bytes.IndexAny(root, " \t\r\n/>"); i >= 0 {
		name = root[:i]
	}
	local := name[bytes.IndexByte(name, ':')+1:]
	switch strings.ToLower(string(local)) {
	case "osm":
		return osm(), true
	case "schema", "kml", "gpx", "rss", "feed", "gmlfeatureclasslist", "dictionary", "definitions":
		return kind{}, false
	}
	// A generator may declare the namespace further in.
	return gml(), bytes.Contains(root, []byte("opengis.net/gml")) || bytes.Contains(text, []byte("<gml:"))
}

// rootElement is the text from the name of the root element on.
func rootElement(text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '<')
		if i < 0 {
			return nil
		}
		text = text[i+1:]
		end := ">"
		switch {
		case bytes.HasPrefix(text, []byte("?")):
			end = "?>"
		case bytes.HasPrefix(text, []byte("!--")):
			end = "-->"
		case bytes.HasPrefix(text, []byte("!DOCTYPE")):
			if i := bytes.IndexAny(text, "[>"); i >= 0 && text[i] == '[' {
				end = "]>"
			}
		default:
			return text
		}
		i = bytes.Index(text, []byte(end))
		if i < 0 {
			return nil
		}
		text = text[i+len(end):]
	}
}
