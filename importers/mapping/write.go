package mapping

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"gisd/importers"
)

// Draft is what a mapping file is first made from.
type Draft struct {
	Schema   importers.Schema
	CRS      importers.CRS // settled; the zero value where it is not
	Encoding string        // as asked for, "" or "auto" where it was found
	SwapXY   bool          // as asked for
	Samples  map[string][]string
}

// Write writes a mapping file that changes nothing, for people to change: every
// field with its type and samples as comments. Load reads it back.
func Write(w io.Writer, d *Draft) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# What `gisd import --map` makes of %s.", comment(d.Schema.Layer))
	line("# A field: from, name, type (%s),", strings.Join(fieldTypes(), ", "))
	line("# title, unit, codelist, codes, format, decimal, default, skip.")
	line("# Made ones: {name: dien_tich, area: {unit: m2}}, length: {unit: m}, constant: text.")
	line("# join: [{file: other.xlsx, key: its field, on: field here}]")
	line("version: 1")
	line("layer: %s", scalar(d.Schema.Layer))
	if d.CRS.SRID != 0 {
		line("crs: %s # %s", d.CRS.SRID, comment(d.CRS.Reason))
	}
	if d.SwapXY {
		line("swap_xy: true")
	}
	if d.Encoding != "" && d.Encoding != "auto" {
		line("encoding: %s", scalar(d.Encoding))
	}
	line("new_fields: keep")
	if len(d.Schema.Fields) == 0 {
		line("fields: []")
	} else {
		line("fields:")
	}
	for _, f := range d.Schema.Fields {
		line("  - from: %s", scalar(f.Name))
		line("    name: %s", scalar(f.Name))
		note := ""
		if samples := d.Samples[f.Name]; len(samples) > 0 {
			note = " # " + comment(strings.Join(samples, " | "))
		}
		line("    type: %s%s", f.Type, note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// comment keeps text on its line.
func comment(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		s = string(r[:160]) + "…"
	}
	return s
}

// scalar writes text plainly where YAML 1.1 and 1.2 read it back as the same
// text, else in quotes, which JSON's are.
func scalar(s string) string {
	plain := regexp.MustCompile(`^\p{L}[\p{L}\p{Mn}\p{N}_]*([ .-]?[\p{L}\p{Mn}\p{N}_]+)*$`)
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
	default:
		if plain.MatchString(s) {
			return s
		}
	}
	quoted, err := json.Marshal(s)
	if err != nil { // text always marshals
		return `""`
	}
	return string(quoted)
}
