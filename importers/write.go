package importers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"gisd/spatial"
)

// Write reads the source into a file of the format, which goes to w from its
// first byte to its last. It returns the number of records read; progress, which may
// be nil, is called about once a second. What w has received after an error is no
// file.
func Write(ctx context.Context, to Exporter, w io.Writer, src Source, h *Header, progress func(Progress)) (n int64, err error) {
	scratch, err := os.MkdirTemp("", "gisd-export-")
	if err != nil {
		return 0, StorageError("importers: export", TemporaryFolder, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	given := h
	given.LeftOut = 0
	_, alone := to.(GeometryAlone)
	var ids bool
	if _, without := to.(WithoutIDs); without && h.IDKind != "" && h.IDField == "" {
		h, ids = withIDField(h), true
	}
	var values []Value
	out, err := to.Create(ctx, w, scratch, h)
	if err != nil {
		return 0, err
	}
	started := time.Now()
	told := started
	err = src.Read(ctx, func(r *Record) error {
		n++
		if progress != nil && n&1023 == 0 && time.Since(told) >= time.Second {
			told = time.Now()
			progress(Progress{Stage: StageWrite, Layer: h.Layer, Read: n, Total: h.Count, Seconds: time.Since(started).Seconds()})
		}
		if alone && len(r.Geometry) == 0 {
			given.LeftOut++ // the writer may have something to say of it in the file
		}
		if !ids {
			return out.Write(r)
		}
		own := *r
		values = append(append(values[:0], r.ID), r.Values...)
		own.Values = values
		return out.Write(&own)
	})
	// A writer holds files open: it is closed whatever happened.
	return n, errors.Join(err, out.Close())
}

// withIDField is the header with a field for the id, which repeats it from then on.
func withIDField(h *Header) *Header {
	own := *h
	id := spatial.Field{Name: "id", Type: spatial.FieldInteger}
	if h.IDKind == spatial.IDText {
		id.Type = spatial.FieldString
	}
	for slices.ContainsFunc(h.Fields, func(f spatial.Field) bool { return strings.EqualFold(f.Name, id.Name) }) {
		id.Name = "feature_" + id.Name
	}
	id.Column = id.Name
	own.Fields, own.IDField = slices.Concat([]spatial.Field{id}, h.Fields), id.Name
	return &own
}

// ExporterFor finds the format of a file name by the longest ending that fits.
// The error is unsupported and lists the endings.
func ExporterFor(name string, formats []Exporter) (Exporter, error) {
	base := strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
	var found Exporter
	var ending string
	var known []string
	for _, f := range formats {
		for i, e := range f.Extensions() {
			if i == 0 {
				known = append(known, e)
			}
			if strings.HasSuffix(base, e) && len(e) > len(ending) {
				found, ending = f, e
			}
		}
	}
	if found == nil {
		return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "importers: export",
			Message: fmt.Sprintf("%.80q ends in no format that is written here: %s", name, strings.Join(known, ", "))}
	}
	return found, nil
}
