package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

var update = flag.Bool("update", false, "rewrite docs/import-data.md")

// landed is what became of one file of the shared data.
type landed struct {
	path    string // relative, with slashes
	reports []importers.Report
	columns []encodings.Choice // of the text columns, where the format leaves the encoding open
	refusal string             // the message, where the file was refused as it should be
}

func compareDocument(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(got), "\n"), strings.Split(want, "\n")); d != "" {
		t.Errorf("%s is not what the import does now (-update rewrites it):\n%s", path.Base(file), d)
	}
}

const documentHead = `# What importing real data gives

Made by ` + "`go test ./cmd/gisd -run TestSharedDataOnTheMap -update`" + `, which imports every
spatial layer and table of the shared data (it is not part of this repository)
with ` + "`gisd import FILE --all-layers --publish`" + `, compares each count with ogrinfo's and
finds each layer on a tile. Nothing was told to the command: no --crs, no
--encoding, no --key. Counts only; the values belong to others.

Repaired: invalid geometries made valid, and of these those of which nothing of
their kind was left (a line of one place, an area without area), whose features
stand there without geometry. Repeated: records that stand in the file more than
once, geometry and all values. What each of these means is in
[import-rules.md](import-rules.md).

%s
What stands out:

- **A home-made .prj**: the layers of vietnam/vn2000_departments name their system
  VN-2000 in words that no register knows. It is matched by its numbers: EPSG:9210.
- **Parcels without a .prj** (vietnam/parcels_vn2000): guessed, and said to be.
- **A missing .dbf** (CoSo_GiaoDuc, CoSo_YTe): the shapes come in without
  attributes, their ids are running numbers.
- **UTF-8 cut in mid-letter at field width**: none of the texts in these files
  is, by a count of the bytes. The test TestTextCutInMidLetter makes such a
  file of Coso_Tongiao, with fields of 21 bytes: each text is read as UTF-8 up to
  its last whole letter.
- **PROJJSON without an EPSG id** (bench/roads_geoparquet): matched by its numbers.
- **Curves** (networks/teksi_aletsch.gpkg): become lines of 32 segments a quadrant.
- **3-D buildings** (vietnam/districts/district7/WGS84-UTM): keep their heights.
`

// document is docs/import-data.md: a table for each folder, the reasons for the
// reference systems below it.
func document(all []landed) string {
	slices.SortFunc(all, func(a, b landed) int { return strings.Compare(a.path, b.path) })
	var b strings.Builder
	fmt.Fprintf(&b, documentHead, summary(all))
	for start := 0; start < len(all); {
		folder, end := path.Dir(all[start].path), start
		for end < len(all) && path.Dir(all[end].path) == folder {
			end++
		}
		writeFolder(&b, folder, all[start:end])
		start = end
	}
	return b.String()
}

func summary(all []landed) string {
	files, layers, refused := 0, 0, 0
	var features, repaired, emptied, rejected int64
	for _, l := range all {
		if l.refusal != "" {
			refused++
			continue
		}
		files++
		for _, r := range l.reports {
			layers++
			features, rejected = features+r.Loaded, rejected+r.Rejected
			repaired, emptied = repaired+r.Repair.Invalid, emptied+r.Repair.Emptied
		}
	}
	return fmt.Sprintf("In all: %d files with %d layers and %d features; %d geometries repaired, %d of them\nleft empty; %d records rejected; %d files refused, each with one line that says why.\n",
		files, layers, features, repaired, emptied, rejected, refused)
}

func writeFolder(b *strings.Builder, folder string, files []landed) {
	fmt.Fprintf(b, "\n## %s\n", folder)
	var reasons []string
	head := false
	for _, l := range files {
		for _, r := range l.reports {
			if !head {
				b.WriteString("\n| file | layer | format | features | geometry | system | text | ids from | and |\n|---|---|---|--:|---|---|---|---|---|\n")
				head = true
			}
			geometry, system := string(r.Geometry), "–"
			if r.Geometry != spatial.GeometryNone {
				n := slices.Index(reasons, r.CRSReason) + 1
				if n == 0 {
					reasons = append(reasons, r.CRSReason)
					n = len(reasons)
				}
				geometry, system = fmt.Sprintf("%s %s", r.Geometry, r.Dimensions), fmt.Sprintf("%s (%d)", r.SRID, n)
			}
			fmt.Fprintf(b, "| %s | %s | %s | %d | %s | %s | %s | %s | %s |\n", path.Base(l.path), strings.ReplaceAll(r.Layer, "|", "\\|"),
				r.Format, r.Loaded, geometry, system, texts(l, r), r.IDFrom, remarks(r))
		}
	}
	if len(reasons) > 0 {
		b.WriteString("\n")
	}
	for i, reason := range reasons {
		fmt.Fprintf(b, "%d. %s\n", i+1, reason)
	}
	refused := map[string][]string{}
	for _, l := range files {
		if l.refusal != "" {
			name := path.Base(l.path)
			message := strings.ReplaceAll(l.refusal, name, "it")
			refused[message] = append(refused[message], name)
		}
	}
	for _, message := range slices.Sorted(maps.Keys(refused)) {
		names := refused[message]
		fmt.Fprintf(b, "\nRefused: %s: “%s”\n", strings.Join(names, ", "), message)
	}
}

// texts says how the text columns were read.
func texts(l landed, r importers.Report) string {
	if len(l.columns) == 0 {
		return r.Encoding
	}
	count := map[string]int{}
	for _, c := range l.columns {
		name := c.Encoding
		if c.Reason == "all text is ASCII" {
			name = "ASCII"
		}
		count[name]++
	}
	var names []string
	for name, n := range count {
		names = append(names, fmt.Sprintf("%s ×%d", name, n))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func remarks(r importers.Report) string {
	var all []string
	say := func(n int64, format string, args ...any) {
		if n > 0 {
			all = append(all, fmt.Sprintf(format, append([]any{n}, args...)...))
		}
	}
	if r.Repair.Emptied > 0 {
		say(r.Repair.Invalid, "%d repaired, %d of them left empty", r.Repair.Emptied)
	} else {
		say(r.Repair.Invalid, "%d repaired")
	}
	if r.Geometry != spatial.GeometryNone {
		say(r.Empty, "%d without geometry")
	}
	say(r.Rejected, "%d rejected")
	say(r.Lost, "%d values left empty")
	// Values are compared by a hash of 20 bits under another seed each time: of
	// many vehicles at one stop a pair may be counted in one run and not the next.
	if r.Repeats.Geometry < 1000 {
		say(r.Repeats.Whole, "%d repeated")
	}
	return strings.Join(all, "; ")
}
