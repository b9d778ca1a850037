package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/mapping"
	"gisd/spatial"
)

func newInspectCommand(a *app) *cobra.Command {
	var layer, encoding, crsName, mapPath, newMap string
	var asJSON, swapXY bool
	cmd := &cobra.Command{
		Use:   "inspect FILE|DIR|ZIP|URL|-",
		Short: "Show what a file holds: layers, counts, fields with samples, encoding, reference system",
		Long: "Show what a file holds, by the code that imports it. Extents are in the file's own reference system, x first\n" +
			"(easting, northing or lon, lat).",
		Example: "  gisd inspect parcels.zip\n  gisd inspect plan.gpkg --layer zones --json\n" +
			"  gisd inspect parcels.zip --map parcels.yaml",
		Args: oneArgument("the file, folder, archive or address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			spareMemory()
			ctx := cmd.Context()
			srid, err := parseCRS(crsName)
			if err != nil {
				return err
			}
			if err := checkEncoding(encoding); err != nil {
				return err
			}
			if mapPath != "" && newMap != "" {
				return usagef("--map and --write-map exclude each other")
			}
			m, err := readMapping(mapPath)
			if err != nil {
				return err
			}
			path, _, release, err := a.local(ctx, args[0], nil)
			if err != nil {
				return err
			}
			defer release()
			in, err := importers.OpenInput(ctx, path, a.stdin, importers.DefaultLimits())
			if err != nil {
				return err
			}
			defer in.Close()
			layers, err := inspectedLayers(ctx, in, layer, m)
			if err != nil {
				return err
			}
			if flag := oneLayerFlag(mapPath, newMap); flag != "" && len(layers) > 1 {
				_, list, _ := strings.Cut((&importers.AmbiguousError{Layers: layers}).Error(), "\n")
				return usagef("%s is for one layer: name one with --layer:\n%s", flag, list)
			}
			q := importers.CRSRequest{SRID: srid, SwapXY: swapXY, Home: a.cfg.HomeArea}
			return a.inspectLayers(ctx, layers, inspectOptions{encoding: encoding, crs: q, json: asJSON, newMap: newMap, mapping: m, mapPath: mapPath})
		},
	}
	cmd.Flags().StringVar(&layer, "layer", "", "only this layer")
	cmd.Flags().StringVar(&encoding, "encoding", "auto", "encoding of text; auto finds out")
	cmd.Flags().StringVar(&crsName, "crs", "auto", "reference system of the coordinates; auto finds out")
	cmd.Flags().BoolVar(&swapXY, "swap-xy", false, "the first ordinate is the northing or the latitude; without it that is found out")
	cmd.Flags().StringVar(&mapPath, "map", "", "show the layer as this mapping `FILE` makes it for gisd import --map")
	cmd.Flags().StringVar(&newMap, "write-map", "", "write a mapping `FILE` (YAML) for gisd import --map; of one layer")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a layer")
	return cmd
}

type inspectOptions struct {
	encoding string
	crs      importers.CRSRequest
	json     bool
	newMap   string // where a mapping file is to be written
	mapping  *mapping.File
	mapPath  string // where it lies, and what it joins
}

// inspectedLayers are the layer of that name, else the one that the mapping is
// for, else all.
func inspectedLayers(ctx context.Context, in *importers.Input, name string, m *mapping.File) ([]importers.Layer, error) {
	layers, err := importers.Layers(ctx, in, importFormats())
	if err != nil {
		return nil, err
	}
	if name == "" && m != nil && len(layers) > 1 { // the only one may have another name next month
		name = m.Layer
	}
	if name == "" {
		return importers.Parts(layers), nil
	}
	l, err := importers.ChooseLayer(layers, name)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return []importers.Layer{l}, nil
}

// oneLayerFlag is the flag given that several layers do not go with.
func oneLayerFlag(mapPath, newMap string) string {
	switch {
	case mapPath != "":
		return "--map"
	case newMap != "":
		return "--write-map"
	}
	return ""
}

// inspectLayers looks at every layer, those after a damaged one too.
func (a *app) inspectLayers(ctx context.Context, layers []importers.Layer, o inspectOptions) error {
	var failed error
	for _, l := range layers {
		in, err := inspectLayer(ctx, l, o)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			if failed != nil {
				fmt.Fprintln(a.stderr, "gisd:", describe(failed))
			}
			failed = err
			continue
		}
		if o.json {
			if err := writeJSON(a.stdout, in); err != nil {
				return err
			}
			continue
		}
		writeInspection(a.stdout, in)
	}
	return failed
}

func inspectLayer(ctx context.Context, l importers.Layer, o inspectOptions) (*importers.Inspection, error) {
	j := importers.Job{Options: importers.Options{SRID: o.crs.SRID, SwapXY: o.crs.SwapXY, Home: o.crs.Home}, Open: func(ctx context.Context) (importers.Source, error) {
		how := importers.SourceOptions{Encoding: o.encoding, AxesAsNamed: o.crs.SwapXY}
		if o.mapping != nil {
			how = o.mapping.SourceOptions(how)
		}
		return importers.OpenLayer(ctx, l, how)
	}}
	if o.mapping != nil {
		j = through(o.mapping, o.mapPath, j)
	}
	src, err := j.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	in, err := importers.InspectAs(ctx, src, o.crs)
	if err != nil {
		return nil, err
	}
	in.Layer, in.File = l.Name, l.File
	if o.newMap != "" {
		err = writeMapping(o.newMap, draftOf(src, in, o))
	}
	return in, err
}

func writeInspection(w io.Writer, in *importers.Inspection) {
	fmt.Fprintf(w, "%s (%s", in.Layer, in.Format)
	if in.File != "" && in.File != in.Layer {
		fmt.Fprintf(w, ", %s", in.File)
	}
	fmt.Fprintf(w, ")\n  features   %d %s %s", in.Count, in.Geometry, in.Dimensions)
	if in.Empty > 0 && in.Geometry != spatial.GeometryNone {
		fmt.Fprintf(w, ", %d without geometry", in.Empty)
	}
	if in.Rejected > 0 {
		fmt.Fprintf(w, ", %d would be rejected", in.Rejected)
	}
	if in.Lost > 0 {
		fmt.Fprintf(w, ", %d values would be left empty", in.Lost)
	}
	crs := "custom"
	switch {
	case in.SRID != 0:
		crs = in.SRID.String()
	case strings.HasPrefix(in.CRSReason, "unknown: "):
		crs = "unknown"
	}
	fmt.Fprintf(w, "\n  crs        %s: %s\n", crs, strings.TrimPrefix(in.CRSReason, "unknown: "))
	if in.Extent != nil {
		fmt.Fprintf(w, "  extent     x %.12g to %.12g, y %.12g to %.12g\n", in.Extent.MinX, in.Extent.MaxX, in.Extent.MinY, in.Extent.MaxY)
	}
	writeRepeats(w, in.Repeats)
	fmt.Fprintf(w, "  encoding   %s", in.Encoding)
	if in.EncodingReason != "" {
		fmt.Fprintf(w, ": %s", in.EncodingReason)
	}
	fmt.Fprintln(w)
	for _, n := range in.Notes {
		fmt.Fprintf(w, "  note       %s\n", n.EN)
	}
	for _, f := range in.Fields {
		fmt.Fprintf(w, "  field      %s %s: %s", f.Name, f.Type, strings.Join(f.Samples, " | "))
		if f.Nulls > 0 {
			fmt.Fprintf(w, " (%d empty)", f.Nulls)
		}
		fmt.Fprintln(w)
		writeText(w, f.Text)
	}
	for _, p := range in.Problems {
		fmt.Fprintf(w, "  problem    record %d %s: %s\n", p.Record, p.Field, p.Reason.EN)
	}
}

// writeText shows how a column's text is decoded, where it has more than ASCII.
func writeText(w io.Writer, c *encodings.Choice) {
	if c == nil || len(c.Samples) == 0 {
		return
	}
	doubt := ""
	if c.Unsure {
		doubt = "; uncertain, an import needs --encoding"
	}
	fmt.Fprintf(w, "    text     %s, confidence %.3g: %s%s\n", c.Encoding, c.Confidence, c.Reason, doubt)
	if c.Encoding == "utf-8" && !c.Unsure {
		return // nothing is changed
	}
	for _, s := range c.Samples {
		fmt.Fprintf(w, "             %s -> %s\n", s.Before, s.After)
	}
	for _, other := range c.Others {
		fmt.Fprintf(w, "             in %s: %s\n", other.Encoding, strings.Join(other.Samples, " | "))
	}
}
