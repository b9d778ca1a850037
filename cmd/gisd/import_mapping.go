package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/mapping"
)

// readMapping reads a mapping file; no path is no mapping.
func readMapping(path string) (*mapping.File, error) {
	if path == "" {
		return nil, nil
	}
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() { // reading a pipe waits for a writer
		return nil, usagef("--map: %s is no file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("--map: %s cannot be read: %v", path, cause(err))
	}
	f, err := mapping.Load(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// through lets what a job opens go through a mapping. Files to join lie beside
// the mapping file, unless their paths are absolute.
func through(f *mapping.File, path string, j importers.Job) importers.Job {
	open, o := j.Open, j.Options
	j.Open = func(ctx context.Context) (importers.Source, error) {
		src, err := open(ctx)
		if err != nil {
			return nil, err
		}
		out, err := mapping.Apply(ctx, src, f, mapping.Surroundings{
			CRS:  importers.CRSRequest{SRID: o.SRID, SwapXY: o.SwapXY, Home: o.Home, Known: o.Known},
			Open: tablesBeside(path),
		})
		if err != nil {
			return nil, errors.Join(err, src.Close())
		}
		return out, nil
	}
	return j
}

// openedTable closes its input with itself.
type openedTable struct {
	importers.Source
	in *importers.Input
}

func (t openedTable) Close() error { return errors.Join(t.Source.Close(), t.in.Close()) }

func tablesBeside(mappingPath string) func(context.Context, string, string) (importers.Source, error) {
	return func(ctx context.Context, file, layer string) (importers.Source, error) {
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(mappingPath), file)
		}
		in, err := importers.OpenInput(ctx, file, nil, importers.DefaultLimits())
		if err != nil {
			return nil, err
		}
		src, err := openTable(ctx, in, layer)
		if err != nil {
			return nil, errors.Join(err, in.Close())
		}
		return openedTable{src, in}, nil
	}
}

func openTable(ctx context.Context, in *importers.Input, layer string) (importers.Source, error) {
	layers, err := importers.Layers(ctx, in, importFormats())
	if err != nil {
		return nil, err
	}
	l, err := importers.ChooseLayer(layers, layer)
	if err != nil {
		return nil, err
	}
	return l.Open(ctx, importers.SourceOptions{})
}

// writeMapping writes a mapping file for a layer that was inspected. It does not
// write over one that is there: people have worked on it.
func writeMapping(path string, d *mapping.Draft) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return usagef("--write-map: %s is there already: name another file, or remove it", path)
	}
	if err != nil {
		return usagef("--write-map: %s cannot be written: %v", path, cause(err))
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return mapping.Write(f, d)
}

// cause is what the system says of a file, without the call that it says it of.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// draftOf is the mapping that changes nothing of what was inspected.
func draftOf(src importers.Source, in *importers.Inspection, o inspectOptions) *mapping.Draft {
	d := &mapping.Draft{Schema: src.Schema(), CRS: importers.CRS{SRID: in.SRID, Reason: in.CRSReason}, Encoding: o.encoding,
		SwapXY: o.crs.SwapXY, Samples: map[string][]string{}}
	d.Schema.Layer = in.Layer
	for _, f := range in.Fields {
		d.Samples[f.Name] = f.Samples
	}
	return d
}
