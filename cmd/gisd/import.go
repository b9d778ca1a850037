package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/mapping"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// importFlags are the flags of `gisd import`.
type importFlags struct {
	collection, layer, crs, encoding, mode, key string
	reject, title, visibility, mapPath          string
	allLayers, dryRun, publish, json, swapXY    bool
	deleteMissing, allowLoss                    bool
	discardEdits, rebaseEdits                   bool
	watch                                       bool
	every                                       time.Duration
	maxErrors                                   int64
	retitle, modeAsked                          bool          // --title, --mode were given
	mapping                                     *mapping.File // nil without --map
}

func newImportCommand(a *app) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|ZIP|URL|-",
		Short: "Load a file into a collection, as its next version",
		Long: "Load a file, a folder, a zip or gzip archive, what an http address holds, or standard input into a collection.\n" +
			"Formats: " + strings.Join(importers.FormatNames(importFormats()), ", ") + ".\n" +
			"All of it happens or nothing, with --all-layers too. Without --publish a new collection is a draft that editors see.\n" +
			"With --every the address or file is looked at again and again, and imported when it has changed. With --watch what is\n" +
			"dropped into the folder is imported once it is complete, and moved to its done or failed folder with a report.\n" +
			"Exit codes: 0 done, 1 failed and nothing changed, 2 done but some records were rejected, 64 bad usage.",
		Example: "  gisd import parcels.zip --collection parcels --publish\n" +
			"  gisd import plan.gpkg --collection plan --layer zones --mode replace --key code\n" +
			"  gisd import changes.shp --collection parcels --mode upsert --key GUID --delete-missing\n" +
			"  gisd import roads.shp --collection roads --crs EPSG:9210 --dry-run\n" +
			"  gisd import https://example.org/stations.geojson --collection stations --every 24h --publish\n" +
			"  gisd import incoming --watch --mode replace",
		Args: oneArgument("the file, folder, archive or address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.mode = strings.ToLower(f.mode)
			f.retitle, f.modeAsked = cmd.Flags().Changed("title"), cmd.Flags().Changed("mode")
			return a.importAsked(cmd.Context(), args[0], &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.collection, "collection", "", "id of the collection (required; with --watch each file's name without it)")
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
	flags.Int64Var(&f.maxErrors, "max-errors", defaultMaxErrors, "give up when more records than this are rejected; -1 never does")
	flags.BoolVar(&f.dryRun, "dry-run", false, "do all of it in the database, then throw it away")
	flags.StringVar(&f.title, "title", "", "title of the collection (default: the layer's name)")
	flags.BoolVar(&f.publish, "publish", false, "show it at once")
	flags.StringVar(&f.visibility, "visibility", "", "public, internal or restricted:ROLE (with --publish: public)")
	flags.BoolVar(&f.json, "json", false, "progress as JSON lines on standard error, the report as JSON on standard output")
	flags.BoolVar(&f.watch, "watch", false, "import what is dropped into the folder, until stopped")
	flags.DurationVar(&f.every, "every", 0, "import again when the source has changed, looking so often, as 24h, until stopped")
	return cmd
}

// options checks the flags.
func (f *importFlags) options() (importers.Options, error) {
	o := importers.Options{Collection: f.collection, Key: f.key, MaxErrors: f.maxErrors, DryRun: f.dryRun, SwapXY: f.swapXY,
		DeleteMissing: f.deleteMissing, AllowLoss: f.allowLoss, DiscardEdits: f.discardEdits, RebaseEdits: f.rebaseEdits,
		Publish: f.publish, ChangedBy: "cli", Retitle: f.retitle}
	if f.collection == "" {
		return o, usagef("name the collection to import into with --collection")
	}
	if err := importers.CheckID(f.collection); err != nil {
		return o, &exitError{exitUsage, err}
	}
	if f.layer != "" && f.allLayers {
		return o, usagef("--layer and --all-layers exclude each other")
	}
	if err := checkEncoding(f.encoding); err != nil {
		return o, err
	}
	var err error
	if o.Mode, err = parseMode(f.mode); err != nil {
		return o, err
	}
	if err := f.checkMode(o.Mode); err != nil {
		return o, err
	}
	if f.title != "" {
		o.Title = spatial.Text{VI: f.title, EN: f.title}
	}
	if o.SRID, err = parseCRS(f.crs); err != nil {
		return o, err
	}
	o.Visibility, o.Roles, err = parseVisibility(f.visibility)
	return o, err
}

func parseMode(s string) (importers.Mode, error) {
	switch m := importers.Mode(s); m {
	case importers.ModeCreate, importers.ModeReplace, importers.ModeAppend, importers.ModeUpsert:
		return m, nil
	}
	return "", usagef("--mode %s is not known: create, replace, append or upsert", s)
}

// defaultMaxErrors is how many records may be rejected where nobody says.
const defaultMaxErrors = 1000

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
