package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/mapping"
	"gisd/importers/rejects"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis"
)

// importFlags are the flags of `gisd import`.
type importFlags struct {
	collection, layer, crs, encoding, mode, key string
	reject, title, visibility, mapPath          string
	allLayers, dryRun, publish, json, swapXY    bool
	deleteMissing, allowLoss                    bool
	discardEdits, rebaseEdits                   bool
	maxErrors                                   int64
	mapping                                     *mapping.File // nil without --map
}

func newImportCommand(a *app) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|ZIP|-",
		Short: "Load a file into a collection, as its next version",
		Long: "Load a Shapefile, GeoPackage or GeoJSON (folders, zip and gzip archives and standard input too) into a collection.\n" +
			"All of it happens or nothing, with --all-layers too. Without --publish a new collection is a draft that editors see.\n" +
			"Exit codes: 0 done, 1 failed and nothing changed, 2 done but some records were rejected, 64 bad usage.",
		Example: "  gisd import parcels.zip --collection parcels --publish\n" +
			"  gisd import plan.gpkg --collection plan --layer zones --mode replace --key code\n" +
			"  gisd import changes.shp --collection parcels --mode upsert --key GUID --delete-missing\n" +
			"  gisd import roads.shp --collection roads --crs EPSG:9210 --dry-run",
		Args: oneArgument("the file, folder or archive"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.mode = strings.ToLower(f.mode)
			return a.importFile(cmd.Context(), args[0], &f, cmd.Flags().Changed("title"))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.collection, "collection", "", "id of the collection (required)")
	flags.StringVar(&f.layer, "layer", "", "the layer to take, where a file has several")
	flags.BoolVar(&f.allLayers, "all-layers", false, "take every layer, each into a collection ID_layer; all of them or none")
	flags.StringVar(&f.crs, "crs", "auto", "reference system of the coordinates, as EPSG:9210; auto finds out")
	flags.BoolVar(&f.swapXY, "swap-xy", false, "the first ordinate is the northing or the latitude; without it that is found out")
	flags.StringVar(&f.encoding, "encoding", "auto", "encoding of text: utf-8, tcvn3, vni, cp1258, viscii, latin1 …, mixed (each value by itself); auto finds out for each column")
	flags.StringVar(&f.mode, "mode", "create", "create a collection; replace what it holds, append to it, or upsert: update by key and add what is new")
	flags.StringVar(&f.key, "key", "", "`FIELD` that holds the ids, or geometry; else what the ids came from before, else one is found, else records are numbered")
	flags.BoolVar(&f.deleteMissing, "delete-missing", false, "with --mode upsert: delete the features that the file does not have")
	flags.BoolVar(&f.allowLoss, "allow-loss", false, "a field may go, or change to a type that holds less")
	flags.BoolVar(&f.discardEdits, "discard-edits", false, "edits made since the last import may be lost")
	flags.BoolVar(&f.rebaseEdits, "rebase-edits", false, "make edits since the last import again on the new version, by key")
	flags.StringVar(&f.mapPath, "map", "", "mapping `FILE` (YAML, see gisd inspect --write-map): fields to rename, convert, skip, compute, join")
	flags.StringVar(&f.reject, "reject", "", "`FILE` for the records that are not loaded: FILE.csv, with FILE.geojson beside it, or FILE.geojson alone")
	flags.Int64Var(&f.maxErrors, "max-errors", 1000, "give up when more records than this are rejected; -1 never does")
	flags.BoolVar(&f.dryRun, "dry-run", false, "do all of it in the database, then throw it away")
	flags.StringVar(&f.title, "title", "", "title of the collection (default: the layer's name)")
	flags.BoolVar(&f.publish, "publish", false, "show it at once")
	flags.StringVar(&f.visibility, "visibility", "", "public, internal or restricted:ROLE (with --publish: public)")
	flags.BoolVar(&f.json, "json", false, "progress as JSON lines on standard error, the report as JSON on standard output")
	_ = cmd.MarkFlagRequired("collection")
	return cmd
}

func (a *app) importFile(ctx context.Context, path string, f *importFlags, retitle bool) error {
	o, err := f.options(retitle)
	if err != nil {
		return err
	}
	if f.mapping, err = readMapping(f.mapPath); err != nil {
		return err
	}
	if f.layer != "" && f.allLayers {
		return usagef("--layer and --all-layers exclude each other")
	}
	in, err := importers.OpenInput(ctx, path, a.stdin, importers.DefaultLimits())
	if err != nil {
		return err
	}
	defer in.Close()
	rejected := rejects.At(f.reject)
	if err := rejected.Check(path); err != nil {
		return usagef("--reject: %v", err)
	}
	o.Source = importers.Provenance{Name: in.Name, Bytes: in.Bytes(), Digest: in.Digest}
	if f.mapping != nil {
		f.mapping.Options(&o)
		if f.layer == "" && !f.allLayers {
			f.layer = f.mapping.Layer
		}
	}
	layers, err := chooseLayers(ctx, in, f)
	if err != nil {
		return err
	}
	progress := newProgress(a.stderr, f.json)
	o.Progress = progress.show
	jobs, err := importJobs(layers, o, f, rejected)
	if err != nil {
		return err
	}
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	for i := range jobs {
		jobs[i].Options.Home, jobs[i].Options.Known = a.cfg.HomeArea, knownExtents(db)
		if f.mapping != nil {
			jobs[i] = through(f.mapping, f.mapPath, jobs[i])
		}
	}
	reports, err := importers.RunAll(ctx, jobs, postgis.NewImportSink(db, a.log))
	progress.end()
	if err = errors.Join(err, rejected.Close()); err != nil {
		return err
	}
	return a.showReports(reports, f)
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
			fmt.Fprintf(a.stderr, "gisd: reference system %s is %s\n", r.SRID, r.CRSReason)
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
	l, err := importers.ChooseLayer(layers, f.layer)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return []importers.Layer{l}, nil
}

// options checks the flags.
func (f *importFlags) options(retitle bool) (importers.Options, error) {
	o := importers.Options{Collection: f.collection, Key: f.key, MaxErrors: f.maxErrors, DryRun: f.dryRun, SwapXY: f.swapXY,
		DeleteMissing: f.deleteMissing, AllowLoss: f.allowLoss, DiscardEdits: f.discardEdits, RebaseEdits: f.rebaseEdits,
		Publish: f.publish, ChangedBy: "cli", Retitle: retitle}
	if err := importers.CheckID(f.collection); err != nil {
		return o, &exitError{exitUsage, err}
	}
	if err := checkEncoding(f.encoding); err != nil {
		return o, err
	}
	switch importers.Mode(f.mode) {
	case importers.ModeCreate, importers.ModeReplace, importers.ModeAppend, importers.ModeUpsert:
		o.Mode = importers.Mode(f.mode)
	default:
		return o, usagef("--mode %s is not known: create, replace, append or upsert", f.mode)
	}
	if err := f.checkMode(o.Mode); err != nil {
		return o, err
	}
	if f.title != "" {
		o.Title = spatial.Text{VI: f.title, EN: f.title}
	}
	var err error
	if o.SRID, err = parseCRS(f.crs); err != nil {
		return o, err
	}
	o.Visibility, o.Roles, err = parseVisibility(f.visibility)
	return o, err
}

// checkMode refuses flags that would be without effect.
func (f *importFlags) checkMode(m importers.Mode) error {
	switch {
	case f.deleteMissing && m != importers.ModeUpsert:
		return usagef("--delete-missing goes with --mode upsert")
	case f.discardEdits && f.rebaseEdits:
		return usagef("--discard-edits and --rebase-edits exclude each other")
	case (f.discardEdits || f.rebaseEdits) && m != importers.ModeReplace && m != importers.ModeUpsert:
		return usagef("--discard-edits and --rebase-edits go with --mode replace and --mode upsert")
	}
	return nil
}

// checkEncoding finds a misspelled name also where the format has its own
// encoding and does not ask.
func checkEncoding(name string) error {
	if name == "" || name == "auto" {
		return nil
	}
	if _, ok := encodings.Lookup(name); !ok {
		return usagef("--encoding %s is not known: utf-8, tcvn3, vni, cp1258, viscii, latin1, another code page by its name, or auto", name)
	}
	return nil
}

// parseCRS reads EPSG:9210, 9210, a URI; auto is 0.
func parseCRS(s string) (spatial.SRID, error) {
	if s == "" || s == "auto" {
		return 0, nil
	}
	if srid, err := crs.ParseURI(s); err == nil {
		return srid, nil
	}
	digits := s
	if prefix, rest, ok := strings.Cut(s, ":"); ok && (strings.EqualFold(prefix, "EPSG") || strings.EqualFold(prefix, "GISD")) {
		digits = rest
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n <= 0 {
		return 0, usagef("--crs %s is not known: write it as EPSG:9210", s)
	}
	return spatial.SRID(n), nil
}

func parseVisibility(s string) (spatial.Visibility, []spatial.Role, error) {
	kind, role, _ := strings.Cut(s, ":")
	switch v := spatial.Visibility(kind); {
	case s == "":
		return "", nil, nil
	case (v == spatial.VisibilityPublic || v == spatial.VisibilityInternal) && role == "":
		return v, nil, nil
	case v == spatial.VisibilityRestricted && role != "":
		var roles []spatial.Role
		for r := range strings.SplitSeq(role, ",") {
			roles = append(roles, spatial.Role(strings.TrimSpace(r)))
		}
		return v, roles, nil
	}
	return "", nil, usagef("--visibility %s is not known: public, internal or restricted:ROLE", s)
}

// knownExtents are where the collections of a database lie; a guess of a
// reference system is held against them.
func knownExtents(db *postgis.DB) func(context.Context) ([]spatial.Envelope, error) {
	return func(ctx context.Context) ([]spatial.Envelope, error) {
		catalogue := postgis.NewCatalogue(db)
		if err := catalogue.Reload(ctx); err != nil {
			return nil, err
		}
		var boxes []spatial.Envelope
		for _, c := range catalogue.Collections(commandLine()) {
			if !c.Extent.Empty() {
				boxes = append(boxes, c.Extent)
			}
		}
		return boxes, nil
	}
}
