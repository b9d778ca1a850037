package ogr

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gisd/importers"
)

// dataset is what GDAL opens at once: a main file or folder with its parts.
type dataset struct {
	kind  kind
	file  string // name within the input
	title string // name for its layer where the format has but one
	main  string // name within the private folder
	parts []part
	bytes int64
	// drivers are what the installed GDAL has, once that is known.
	drivers []string
}

// part becomes a link in the private folder, or a copy that edit has changed.
type part struct {
	name string // within the private folder
	file importers.File
}

// datasets finds what is ours in the input, in its order.
func datasets(in *importers.Input) ([]dataset, error) {
	var all []dataset
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		if strings.EqualFold(path.Base(f.Name), "a00000001.gdbtable") {
			all = append(all, geodatabase(in, f))
			continue
		}
		head, err := f.Head(headSize)
		if err != nil {
			return nil, fmt.Errorf("ogr: open %s: %w", f.Name, err)
		}
		k, ok := kindOf(head)
		if !ok && !packedODS(f, head) {
			continue
		}
		if !ok {
			k = ods()
		}
		d := dataset{kind: k, file: f.Name, title: f.Base(), main: mainName(f, head), bytes: f.Size}
		d.parts = []part{{d.main, f}}
		d.add(companions(in, f, k))
		all = append(all, d)
	}
	return all, nil
}

// packedODS finds an ODS whose packer has put "mimetype" in a later place.
func packedODS(f importers.File, head []byte) bool {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	z, err := zip.OpenReader(f.Path)
	if err != nil {
		return false
	}
	defer z.Close()
	r, err := z.Open("mimetype")
	if err != nil {
		return false
	}
	defer r.Close()
	said, err := io.ReadAll(io.LimitReader(r, 100))
	return err == nil && strings.TrimSpace(string(said)) == odsType
}

// geodatabase takes the whole folder of its catalogue table.
func geodatabase(in *importers.Input, catalogue importers.File) dataset {
	folder := path.Dir(catalogue.Name)
	name := path.Base(folder)
	if folder == "." {
		name = in.Name
	}
	d := dataset{kind: filegdb(), file: folder + "/", title: strings.TrimSuffix(name, path.Ext(name)), main: "data.gdb"}
	if folder == "." {
		d.file = in.Name
	}
	for _, f := range neighbours(in, catalogue) {
		d.parts = append(d.parts, part{"data.gdb/" + localName(f.Name), f})
		d.bytes += f.Size
	}
	return d
}

func (d *dataset) add(files []importers.File) {
	for _, f := range files {
		d.parts = append(d.parts, part{localName(f.Name), f})
		d.bytes += f.Size
	}
}

// companions are the files that GDAL looks for beside f.
func companions(in *importers.Input, f importers.File, k kind) []importers.File {
	var exts []string
	any := false // under any name: a table may name other tables, a schema other schemas
	switch k.format {
	case "mapinfo":
		exts = []string{".tab", ".dat", ".dbf", ".map", ".id", ".ind", ".mid"}
		any = namesOthers(f)
	case "gml":
		exts = []string{".xsd", ".gfs"}
		any = true
	default:
		return nil
	}
	var found []importers.File
	for _, n := range neighbours(in, f) {
		ext := n.Ext()
		sameStem := strings.EqualFold(n.Base(), f.Base())
		if n.Name != f.Name && slices.Contains(exts, ext) && (sameStem || any && ext != ".gfs") {
			found = append(found, n)
		}
	}
	return found
}

// mainName has the extension by which GDAL's drivers insist to know their files.
func mainName(f importers.File, head []byte) string {
	name, want := localName(f.Name), ""
	switch k, ok := kindOf(head); {
	case !ok:
		want = ".ods"
	case k.format == "mapinfo" && isMIF(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")):
		want = ".mif"
	case k.format == "mapinfo":
		want = ".tab"
	case isPBF(head):
		want = ".pbf"
	case k.format != "gml":
		want = "." + k.format // dgn, ods, osm, dwg
	}
	if want == "" || f.Ext() == want {
		return name
	}
	return name + want
}

// maxNeighbours bounds what is linked for one dataset.
const maxNeighbours = 20_000

// neighbours are all files in f's folder; for a file that was named alone, as
// it lies on disk.
func neighbours(in *importers.Input, f importers.File) []importers.File {
	var found []importers.File
	for _, n := range in.Files {
		if path.Dir(n.Name) == path.Dir(f.Name) {
			found = append(found, n)
		}
	}
	if in.Named != f.Name || filepath.Base(f.Path) != f.Name {
		return found
	}
	folder := filepath.Dir(f.Path)
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > maxNeighbours {
		return found
	}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil || !st.Mode().IsRegular() || slices.ContainsFunc(found, func(n importers.File) bool { return n.Name == e.Name() }) {
			continue
		}
		found = append(found, importers.File{Name: e.Name(), Path: filepath.Join(folder, e.Name()), Size: st.Size()})
	}
	return found
}

// localName makes the last element of a name fit for a file of our own: no
// separator, no dots alone, no leading dash that a program takes for an option,
// none of the signs by which GDAL appends options to a path.
func localName(name string) string {
	n := path.Base(name)
	n = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\,=?*:;"'|<>{}[]$&%`, r) {
			return '_'
		}
		return r
	}, n)
	if len(n) > 200 {
		n = n[len(n)-200:]
	}
	if n == "" || n[0] == '.' || n[0] == '-' {
		n = "_" + n
	}
	return n
}
