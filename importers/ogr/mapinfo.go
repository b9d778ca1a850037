package ogr

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gisd/importers"
)

// tabLimit bounds what is read of a .tab file, which describes a table in a few
// lines; metadata may follow.
const tabLimit = 1 << 20

// namesOthers reports whether a .tab describes a view or a seamless table, or
// takes its data from a file of another name.
func namesOthers(f importers.File) bool {
	head, err := f.Head(tabLimit)
	return err == nil && isTAB(bytes.TrimLeft(head, " \t\r\n")) && tabReference().Match(head)
}

func tabReference() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(open\s+table\s+|file\s+|"\\IsSeamless"\s*=\s*)"([^"\r\n]*)"`)
}

func charsetLine() *regexp.Regexp {
	return regexp.MustCompile(`(?im)^(\s*(?:!charset\s+|(?:type\s+\S+\s+)?charset\s+)"?)([\w-]+)`)
}

// declares says what encoding a charset name of MapInfo stands for, and whether
// its bytes are to be judged by us: MapInfo knows no Vietnamese charset, so text
// in TCVN3 or VNI stands under one of the western ones.
func declares(charset string) (encoding string, ours bool) {
	switch strings.ToLower(charset) {
	case "", "neutral":
		return "", true
	case "windowslatin1":
		return "windows-1252", true
	case "iso8859_1":
		return "iso-8859-1", true
	}
	return "utf-8", false // GDAL decodes the others, which say truly what they hold
}

// judgeMapInfo reads the charset of a table; ours as declares has it.
func judgeMapInfo(f importers.File) (encoding string, ours bool) {
	head, err := f.Head(tabLimit)
	if err != nil {
		return "", true
	}
	m := charsetLine().FindSubmatch(head[:headerEnd(head)])
	if m == nil {
		return "", true
	}
	return declares(string(m[2]))
}

// headerEnd is where a MIF's header ends: text further on is data.
func headerEnd(head []byte) int {
	if m := regexp.MustCompile(`(?im)^\s*(columns\s+\d+|data\s*$)`).FindIndex(head); m != nil && isMIF(bytes.TrimLeft(head, " \t\r\n")) {
		return m[0]
	}
	return len(head)
}

// trustMapInfo doubts what GDAL makes of a projection that it does not know: it
// calls metres degrees then.
func trustMapInfo(f importers.File, wkt string) importers.CRS {
	c := importers.CRS{WKT: wkt}
	head, err := f.Head(tabLimit)
	if err != nil || !strings.HasPrefix(wkt, "GEOGCS") {
		return c
	}
	m := coordSysLine().FindSubmatch(head[:headerEnd(head)])
	if m == nil {
		return c
	}
	// Thousands stand for an affine transformation and for bounds.
	number, err := strconv.Atoi(string(m[1]))
	if err != nil || number%1000 == longLat {
		return c
	}
	return importers.CRS{Reason: fmt.Sprintf("its CoordSys has projection %d, which GDAL does not know", number%1000)}
}

// lacksValues reports a MIF without the file that has its attributes.
func (d *dataset) lacksValues() bool {
	return d.kind.format == "mapinfo" && strings.HasSuffix(strings.ToLower(d.main), ".mif") &&
		!slices.ContainsFunc(d.parts, func(p part) bool { return p.file.Ext() == ".mid" })
}

// longLat is the number of MapInfo's "projection" whose coordinates are degrees.
const longLat = 1

func coordSysLine() *regexp.Regexp {
	return regexp.MustCompile(`(?im)^\s*coordsys\s+earth\s+projection\s+(\d+)`)
}

// placeMapInfo puts a .tab or .mif into the private folder: its bytes are to
// come through undecoded where we judge them, and a .tab names neighbours only.
func placeMapInfo(to string, f importers.File) error {
	head, err := f.Head(tabLimit)
	if err != nil {
		return err
	}
	tab := isTAB(bytes.TrimLeft(head, " \t\r\n"))
	_, ours := judgeMapInfo(f)
	end := headerEnd(head)
	edited := head[:end]
	if ours {
		edited = charsetLine().ReplaceAll(edited, []byte("${1}Neutral"))
	}
	if tab {
		edited = tabReference().ReplaceAllFunc(edited, lastElement)
	}
	if bytes.Equal(edited, head[:end]) {
		return os.Symlink(f.Path, to)
	}
	return splice(to, edited, f.Path, int64(end))
}

// lastElement cuts the folders off the file that a reference names; on disk it
// lies beside.
func lastElement(reference []byte) []byte {
	open := bytes.IndexByte(reference, '"')
	if bytes.HasPrefix(reference, []byte(`"`)) {
		return reference // "\IsSeamless" = "TRUE"
	}
	name := reference[open+1 : len(reference)-1]
	name = name[bytes.LastIndexAny(name, `/\`)+1:]
	return append(append(append([]byte(nil), reference[:open+1]...), name...), '"')
}

// splice writes the edited beginning and the rest of the file at path.
func splice(to string, edited []byte, path string, from int64) (err error) {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := r.Seek(from, io.SeekStart); err != nil {
		return err
	}
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(edited)
	if err == nil {
		_, err = io.Copy(w, r)
	}
	return errors.Join(err, w.Close())
}
