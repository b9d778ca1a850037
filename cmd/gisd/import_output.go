package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"gisd/importers"
)

// rejectFile writes rejected records as CSV. The file comes into being with the
// first of them.
type rejectFile struct {
	path string
	file *os.File
	csv  *csv.Writer
}

// layerRejects writes the records of one layer.
type layerRejects struct {
	*rejectFile
	layer string
}

func (r *rejectFile) of(layer string) layerRejects { return layerRejects{r, layer} }

func newRejectFile(path string) *rejectFile { return &rejectFile{path: path} }

// check finds out now whether the file can be written: a typo in its name must
// not show only after hours of work, with the first record that is rejected.
func (r *rejectFile) check(input string) error {
	if r.path == "" {
		return nil
	}
	before, missing := os.Stat(r.path)
	if source, err := os.Stat(input); err == nil && missing == nil && os.SameFile(before, source) {
		return usagef("--reject %s would overwrite the file to import", r.path)
	}
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return usagef("--reject: %v", err)
	}
	err = f.Close()
	if errors.Is(missing, fs.ErrNotExist) {
		err = errors.Join(err, os.Remove(r.path))
	}
	return err
}

// Reject implements importers.RejectWriter.
func (r layerRejects) Reject(record int64, e importers.RecordError, lost bool) error {
	if r.path == "" {
		return nil
	}
	if r.file == nil {
		f, err := os.Create(r.path)
		if err != nil {
			return err
		}
		r.file, r.csv = f, csv.NewWriter(f)
		if err := r.csv.Write([]string{"layer", "record", "field", "loaded", "reason_vi", "reason_en", "raw", "id"}); err != nil {
			return err
		}
	}
	number := ""
	if record > 0 {
		number = strconv.FormatInt(record, 10)
	}
	return r.csv.Write([]string{r.layer, number, e.Field, strconv.FormatBool(lost), e.Reason.VI, e.Reason.EN, e.Raw, e.ID})
}

func (r *rejectFile) close() error {
	if r.file == nil {
		return nil
	}
	r.csv.Flush()
	return errors.Join(r.csv.Error(), r.file.Close())
}

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
		fmt.Fprintf(w, "  repaired: %d invalid geometries, area %.6g before and %.6g after, %d left empty\n", r.Repair.Invalid, r.Repair.AreaBefore, r.Repair.AreaAfter, r.Repair.Emptied)
	}
	if r.Empty > 0 {
		fmt.Fprintf(w, "  without geometry: %d\n", r.Empty)
	}
	if r.Rejected > 0 || r.Lost > 0 {
		fmt.Fprintf(w, "  rejected: %d of %d records; values left empty: %d\n", r.Rejected, r.Read, r.Lost)
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
	fmt.Fprintf(w, "  took: %.1f s to load, %.1f s to settle, %.2f s to publish\n", r.Seconds.Load, r.Seconds.Settle, r.Seconds.Publish)
}
