package main

import (
	"context"
	"errors"
	"fmt"

	"gisd/api/problem"
	"gisd/importers"
	"gisd/importers/rejects"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/imports"
	tilespostgis "gisd/tiles/postgis"
)

// loading is one import as it was asked for, by whomever: the command line, a
// watched folder, a request to the server.
type loading struct {
	path     string // on this machine, "-" for standard input
	name     string // what the source is called in the record; "" by its path
	flags    *importFlags
	options  importers.Options
	rejected *rejects.Files
	progress func(importers.Progress)
	permit   func(collection string) error // nil permits every one
}

// importAsked does what the flags say with the file, folder or address.
func (a *app) importAsked(ctx context.Context, source string, f *importFlags) error {
	spareMemory()
	switch {
	case f.watch && f.every > 0:
		return usagef("--watch and --every exclude each other")
	case f.watch:
		return a.watchFolder(ctx, source, f)
	case f.every != 0:
		return a.importEvery(ctx, source, f)
	}
	path, _, release, err := a.local(ctx, source, nil)
	if err != nil {
		return err
	}
	defer release()
	return a.importFile(ctx, path, f)
}

// importFile imports what lies on this machine and shows what was done.
func (a *app) importFile(ctx context.Context, path string, f *importFlags) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	if f.mapping, err = readMapping(f.mapPath); err != nil {
		return err
	}
	rejected := rejectFile(f.reject)
	if err := rejected.Check(path); err != nil {
		return usagef("--reject: %v", err)
	}
	progress := newProgress(a.stderr, f.json)
	tell := func(s importers.Progress) {
		if s.Stage == importers.StageLoad {
			unmapProgram() // what was needed to open the file and to plan
		}
		progress.show(s)
	}
	reports, err := a.load(ctx, a.database, loading{path: path, flags: f, options: o, rejected: rejected, progress: tell})
	progress.end()
	if err = errors.Join(err, rejected.Close()); err != nil {
		return err
	}
	return a.showReports(reports, f)
}

// rejectFile writes reasons in both languages, what a reader says in English too.
func rejectFile(path string) *rejects.Files {
	f := rejects.At(path)
	f.Vietnamese = func(text string) string { return problem.Say(text, "vi") }
	return f
}

// load is the one way from a file to collections. The database is opened once
// the file has shown that it can be read.
func (a *app) load(ctx context.Context, database func(context.Context) (*postgis.DB, func(), error), l loading) ([]*importers.Report, error) {
	in, err := importers.OpenInput(ctx, l.path, a.stdin, importers.DefaultLimits())
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f, o := l.flags, l.options
	o.Source = importers.Provenance{Name: in.Name, Bytes: in.Bytes(), Digest: in.Digest}
	if l.name != "" {
		o.Source.Name = l.name
	}
	o.Progress = l.progress
	if f.mapping != nil {
		f.mapping.Options(&o)
	}
	layers, err := chooseLayers(ctx, in, f)
	if err != nil {
		return nil, err
	}
	jobs, err := importJobs(layers, o, f, l.rejected)
	if err != nil {
		return nil, err
	}
	db, release, err := database(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	for i := range jobs {
		if l.permit != nil {
			if err := l.permit(jobs[i].Options.Collection); err != nil {
				return nil, err
			}
		}
		jobs[i].Options.Home, jobs[i].Options.Known = a.cfg.HomeArea, knownExtents(db)
		if f.mapping != nil {
			jobs[i] = through(f.mapping, f.mapPath, jobs[i])
		}
	}
	return importers.RunAll(ctx, jobs, a.importSink(db))
}

// importSink is where every import of the program goes.
func (a *app) importSink(db *postgis.DB) *imports.Sink {
	return imports.NewSink(db, a.log).Packing(tilespostgis.NewPyramids(db, a.log))
}

// importJobs gives each layer its collection.
func importJobs(layers []importers.Layer, o importers.Options, f *importFlags, rejected *rejects.Files) ([]importers.Job, error) {
	taken := map[string]string{}
	jobs := make([]importers.Job, len(layers))
	for i, l := range layers {
		lo := o
		if f.allLayers {
			lo.Collection = importers.CollectionID(o.Collection, l.Name)
		}
		if other, ok := taken[lo.Collection]; ok {
			return nil, usagef("layers %s and %s would both become the collection %s: import them one by one with --layer", other, l.Name, lo.Collection)
		}
		taken[lo.Collection] = l.Name
		lo.Rejects = rejected.Of(l.Name)
		jobs[i] = importers.Job{Layer: l.Name, Options: lo, Open: func(ctx context.Context) (importers.Source, error) {
			return importers.OpenLayer(ctx, l, f.sourceOptions())
		}}
	}
	return jobs, nil
}

// sourceOptions are how a layer is read.
func (f *importFlags) sourceOptions() importers.SourceOptions {
	o := importers.SourceOptions{Encoding: f.encoding, AxesAsNamed: f.swapXY}
	if f.mapping != nil {
		o = f.mapping.SourceOptions(o)
	}
	return o
}

// showReports prints what was done; rejected records make an exit code of their
// own.
func (a *app) showReports(reports []*importers.Report, f *importFlags) error {
	rejected := int64(0)
	for _, r := range reports {
		rejected += r.Rejected
		if f.json {
			if err := writeJSON(a.stdout, r); err != nil {
				return err
			}
			continue
		}
		writeReport(a.stdout, r)
		if r.Version == 1 && !f.publish && !r.DryRun {
			fmt.Fprintf(a.stdout, "  draft: `gisd collections publish %[1]s` shows it; editors see it once it has a department (`gisd collections set %[1]s --department NAME`)\n", r.Collection)
		}
		for _, c := range r.Changes {
			fmt.Fprintf(a.stderr, "gisd: %s: %s\n", r.Collection, c)
		}
		if r.CRSGuess {
			fmt.Fprintf(a.stderr, "gisd: reference system %s: %s\n", r.SRID, r.CRSReason)
		}
	}
	if rejected > 0 {
		return &exitError{code: exitRejected}
	}
	return nil
}

// chooseLayers applies --layer and --all-layers; not to choose is bad usage.
func chooseLayers(ctx context.Context, in *importers.Input, f *importFlags) ([]importers.Layer, error) {
	layers, err := importers.Layers(ctx, in, importFormats())
	if err != nil {
		return nil, err
	}
	if f.allLayers {
		return importers.Parts(layers), nil
	}
	name := f.layer
	if name == "" && f.mapping != nil && len(layers) > 1 { // the only one may have another name next month
		name = f.mapping.Layer
	}
	l, err := importers.ChooseLayer(layers, name)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return []importers.Layer{l}, nil
}

// knownExtents are where the published collections of a database lie; a guess of
// a reference system is held against them. A draft may still be in the wrong zone.
func knownExtents(db *postgis.DB) func(context.Context) ([]spatial.Envelope, error) {
	return func(ctx context.Context) ([]spatial.Envelope, error) {
		catalogue := postgis.NewCatalogue(db)
		if err := catalogue.Reload(ctx); err != nil {
			return nil, err
		}
		var boxes []spatial.Envelope
		for _, c := range catalogue.Collections(commandLine()) {
			if c.Published && !c.Extent.Empty() {
				boxes = append(boxes, c.Extent)
			}
		}
		return boxes, nil
	}
}
