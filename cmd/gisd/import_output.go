package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"gisd/importers"
)

// progress shows how an import goes: a line that renews itself on a terminal, a
// line every few seconds elsewhere, JSON lines where asked for.
type progress struct {
	w        io.Writer
	json     bool
	terminal bool
	last     time.Time
	stage    importers.Stage
}

func newProgress(w io.Writer, asJSON bool) *progress {
	p := &progress{w: w, json: asJSON}
	if f, ok := w.(*os.File); ok && !asJSON {
		st, err := f.Stat()
		p.terminal = err == nil && st.Mode()&os.ModeCharDevice != 0
	}
	return p
}

const progressEvery = 5 * time.Second

func (p *progress) show(s importers.Progress) {
	if p.json {
		_ = writeJSON(p.w, s)
		return
	}
	if !p.terminal && (s.Stage == p.stage && time.Since(p.last) < progressEvery || s.Read == 0 && s.Stage == importers.StageLoad) {
		return
	}
	p.stage, p.last = s.Stage, time.Now()
	line := fmt.Sprintf("%s: %s", s.Layer, s.Stage)
	if s.Stage == importers.StageLoad {
		line += fmt.Sprintf(" %d", s.Read)
		if s.Total > 0 {
			line += fmt.Sprintf(" of %d (%d %%)", s.Total, 100*s.Read/s.Total)
		}
		if s.Seconds > 1 {
			rate := float64(s.Read) / s.Seconds
			line += fmt.Sprintf(", %.0f/s", rate)
			if s.Total > s.Read && rate > 0 {
				line += fmt.Sprintf(", %.0f s left", float64(s.Total-s.Read)/rate)
			}
		}
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.w, line)
}

func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func writeReport(w io.Writer, r *importers.Report) {
	done := "imported"
	if r.DryRun {
		done = "would be imported"
	}
	fmt.Fprintf(w, "%s: %d features %s as version %d (%s %s, %s; ids from %s)\n", r.Collection, r.Features, done, r.Version, r.Geometry, r.Dimensions, r.SRID, r.IDFrom)
	fmt.Fprintf(w, "  %s: inserted %d, updated %d, unchanged %d, deleted %d, rejected %d\n", r.Mode, r.Inserted, r.Updated, r.Unchanged, r.Deleted, r.Rejected)
	fmt.Fprintf(w, "  reference system: %s\n  text: %s\n", r.CRSReason, r.Encoding)
	if r.Repair.Invalid > 0 {
		writeRepair(w, &r.Repair)
	}
	writeRepeats(w, r.Repeats)
	if r.Empty > 0 {
		fmt.Fprintf(w, "  without geometry: %d\n", r.Empty)
	}
	if r.Rejected > 0 || r.Lost > 0 {
		fmt.Fprintf(w, "  rejected: %d of %d records; values left empty: %d\n", r.Rejected, r.Read, r.Lost)
	}
	if len(r.Fields) > 0 {
		names := make([]string, len(r.Fields))
		for i, f := range r.Fields {
			names[i] = fmt.Sprintf("%s %d", f.Field, f.Updated)
		}
		fmt.Fprintf(w, "  updated in: %s\n", strings.Join(names, ", "))
	}
	for _, c := range r.Changes {
		fmt.Fprintf(w, "  change: %s\n", c)
	}
	if e := r.Edits; e.Discarded+e.Rebased+e.Conflicts > 0 {
		fmt.Fprintf(w, "  edits since the last import: %d; made again %d (the file contradicts %d of them), discarded %d\n", e.Found, e.Rebased, e.Conflicts, e.Discarded)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "  note: %s\n", n)
	}
	fmt.Fprintf(w, "  took: %.1f s to load, %.1f s to settle, %.2f s to publish, %.1f s to index names\n", r.Seconds.Load, r.Seconds.Settle, r.Seconds.Publish, r.Seconds.Finish)
}

// writeRepeats says how many records stand in the file more than once.
func writeRepeats(w io.Writer, r importers.Repeats) {
	switch {
	case r.Geometry+r.Whole == 0:
		return
	case r.Geometry == 0: // of a table, or none of those without geometry
		fmt.Fprintf(w, "  repeated: %d records are an earlier one in everything\n", r.Whole)
		return
	}
	among := ""
	if r.Among > 0 {
		among = fmt.Sprintf(" (among the first %d geometries)", r.Among)
	}
	fmt.Fprintf(w, "  repeated: %d records have the geometry of an earlier one, %d are an earlier one in everything%s\n", r.Geometry, r.Whole, among)
}

// writeRepair gives the areas in full: a change of a square metre counts.
func writeRepair(w io.Writer, r *importers.Repair) {
	unit := ""
	if r.AreaUnit != "" {
		unit = " " + r.AreaUnit
	}
	fmt.Fprintf(w, "  repaired: %d invalid geometries, area %.2f%s before and %.2f%s after, %d left empty\n", r.Invalid, r.AreaBefore, unit, r.AreaAfter, unit, r.Emptied)
	for i, f := range r.Features {
		if i == 10 {
			fmt.Fprintf(w, "    … (--json lists more)\n")
			break
		}
		fmt.Fprintf(w, "    id %s: area %.2f%s before, %.2f%s after: %s\n", f.ID, f.AreaBefore, unit, f.AreaAfter, unit, f.Reason)
	}
}
