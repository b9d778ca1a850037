package ogr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"gisd/spatial"
)

// runner runs GDAL's programs over one dataset in its private folder.
type runner struct {
	format Format
	kind   kind
	file   string // to show
	bytes  int64
	folder *folder
	others string // the drivers that are switched off, for GDAL_SKIP
}

// newRunner makes the private folder; close removes it.
func (f Format) newRunner(ctx context.Context, d *dataset) (*runner, error) {
	if f.Limits == (Limits{}) {
		f.Limits = DefaultLimits()
	}
	r := &runner{format: f, kind: d.kind, file: d.file, bytes: d.bytes}
	for _, program := range []string{"ogrinfo", "ogr2ogr"} {
		if _, err := exec.LookPath(f.program(program)); err != nil {
			return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "ogr: open", Err: err, Message: fmt.Sprintf(
				"%s is %s, which is read with GDAL's %s; it is not installed here (apt-get install gdal-bin)", d.file, d.kind.title, program)}
		}
	}
	var err error
	if r.folder, err = place(d); err != nil {
		return nil, err
	}
	if len(d.drivers) == 0 {
		if d.drivers, err = r.drivers(ctx); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	if r.others, err = r.switchedOff(d.drivers); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (f Format) program(name string) string { return filepath.Join(f.Programs, name) }

func (r *runner) close() error {
	if r.folder == nil {
		return nil
	}
	return r.folder.remove()
}

// drivers lists the short names of what this GDAL has.
func (r *runner) drivers(ctx context.Context) ([]string, error) {
	out, err := r.output(ctx, "ogrinfo", "--formats")
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.SplitSeq(string(out), "\n") {
		// "  MapInfo File -vector- (rw+v): MapInfo File"
		name, _, ok := strings.Cut(line, " -")
		if ok && strings.HasPrefix(line, "  ") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names, nil
}

// switchedOff is every driver but the one that reads the dataset and those that
// serve the dump: the programs have no other way to be held to one driver
// before GDAL 3.7.
func (r *runner) switchedOff(drivers []string) (string, error) {
	if !slices.Contains(drivers, r.kind.driver) {
		return "", &spatial.Error{Code: spatial.CodeUnsupported, Op: "ogr: open",
			Message: fmt.Sprintf("%s is %s, which the GDAL that is installed here cannot read", r.file, r.kind.title)}
	}
	return strings.Join(slices.DeleteFunc(slices.Clone(drivers), func(name string) bool {
		return name == r.kind.driver || slices.Contains([]string{"PGDUMP", "PGDump", "Memory", "MEM"}, name)
	}), ","), nil
}

// environment is all that a child knows of the world.
func (r *runner) environment() []string {
	tmp := filepath.Join(r.folder.path, "tmp")
	return append([]string{
		"LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + r.folder.path, "TMPDIR=" + tmp, "CPL_TMPDIR=" + tmp,
		"GDAL_SKIP=" + r.others, "GDAL_DRIVER_PATH=disable", "GDAL_PYTHON_DRIVER_PATH=" + tmp, "GDAL_NUM_THREADS=1", "GDAL_CACHEMAX=16",
		"OPENBLAS_NUM_THREADS=1", // GDAL links it by way of Armadillo; it takes memory for each thread at once
		"CPL_LOG_ERRORS=NO", "CPL_DEBUG=OFF", "PG_USE_COPY=YES", "PROJ_NETWORK=OFF",
		"GDAL_HTTP_PROXY=127.0.0.1:9", "GDAL_HTTPS_PROXY=127.0.0.1:9", "GDAL_HTTP_TIMEOUT=1", "GDAL_HTTP_MAX_RETRY=0",
		"http_proxy=127.0.0.1:9", "https_proxy=127.0.0.1:9", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS={none}",
		"GML_DOWNLOAD_SCHEMA=NO", "GML_SKIP_RESOLVE_ELEMS=ALL", "OSM_MAX_TMPFILE_SIZE=64",
	}, r.format.Environment...)
}

// outputLimit bounds a listing.
const outputLimit = 16 << 20

// output runs a program to its end.
func (r *runner) output(ctx context.Context, program string, args ...string) ([]byte, error) {
	c, err := r.start(ctx, r.format.program(program), args...)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(c, outputLimit))
	if err == nil && len(out) == outputLimit {
		err = errTooLong
	}
	if err == nil {
		err = c.finish()
	}
	if err != nil {
		return nil, r.fail(ctx, program, c.why(ctx, err))
	}
	return out, nil
}

// fail names the file, its format and what is wrong with it.
func (r *runner) fail(ctx context.Context, program string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, ok := errors.AsType[*spatial.Error](err); ok {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "ogr: read",
		Message: fmt.Sprintf("%s is %s that %s cannot read: %v", r.file, r.kind.title, program, err)}
}
