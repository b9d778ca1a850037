package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gisd/importers"
	"gisd/importers/demo"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/devices"
)

func newDemoCommand(a *app) *cobra.Command {
	var scale int
	var remove bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Import or remove the demo province",
		Long: "Import the demo province, a deterministic and plainly synthetic data set over the real geography of Bình Dương, " +
			"or remove it. `gisd up` imports it into a new cluster by itself.",
		Example: "  gisd demo --scale 50    # a million parcels\n  gisd demo --remove",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			db, release, err := a.database(ctx)
			if err != nil {
				return err
			}
			defer release()
			if remove {
				return a.removeDemo(ctx, db)
			}
			return a.importDemo(ctx, db, scale)
		},
	}
	cmd.Flags().IntVar(&scale, "scale", 1, "multiplies the 20,000 parcels, at most 50")
	cmd.Flags().BoolVar(&remove, "remove", false, "remove the demo's collections, code lists and devices")
	return cmd
}

// demoBy is who the demo's rows say they were changed by.
const demoBy = "demo"

// importDemo sends every layer of the demo through the import pipeline. A layer
// that is there becomes a new version.
func (a *app) importDemo(ctx context.Context, db *postgis.DB, scale int) error {
	layers, err := demo.Layers(demo.Options{Scale: scale})
	if err != nil {
		return err
	}
	access := spatial.SystemAccess(demoBy)
	for _, list := range demo.CodeLists() {
		if err := collections.NewCodeLists(db).Put(ctx, access, list); err != nil {
			return err
		}
	}
	store := collections.NewStore(db, postgis.NewCatalogue(db))
	sink := a.importSink(db)
	for _, layer := range layers {
		c := layer.Collection
		report, err := importers.Run(ctx, layer.Source, sink, importers.Options{
			Collection: c.ID, Mode: importers.ModeReplace, Title: c.Title, Key: layer.Key,
			Publish: true, Visibility: c.Visibility, Roles: c.Roles, Group: c.Group, Ordinal: c.Ordinal,
			SearchField: c.SearchField, TimeField: c.TimeField, Style: c.Style, Keywords: c.Keywords,
			Licence: c.Licence, Attribution: c.Attribution, Demo: true, ChangedBy: demoBy,
			Source: importers.Provenance{Name: "demo"},
		})
		if err != nil {
			return fmt.Errorf("demo layer %s: %w", c.ID, err)
		}
		err = store.Update(ctx, access, c.ID, spatial.CollectionPatch{
			Description: &c.Description, MinZoom: &c.MinZoom, MaxZoom: &c.MaxZoom,
		})
		if err != nil {
			return fmt.Errorf("demo layer %s: %w", c.ID, err)
		}
		a.log.InfoContext(ctx, "demo layer", "collection", c.ID, "features", report.Loaded)
	}
	return registerFixedDevices(ctx, db)
}

// removeDemo drops every collection that the demo made, with its code list and
// devices. Collections of people's own stay, whatever their name.
func (a *app) removeDemo(ctx context.Context, db *postgis.DB) error {
	access := spatial.SystemAccess(demoBy)
	catalogue := postgis.NewCatalogue(db)
	store := collections.NewStore(db, catalogue)
	ids, err := store.Demo(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := store.Drop(ctx, access, id); err != nil {
			return err
		}
	}
	for _, list := range demo.CodeLists() {
		if err := collections.NewCodeLists(db).Drop(ctx, access, list.ID); err != nil {
			return err
		}
	}
	removed, err := devices.NewStore(db).RemoveDemo(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "removed %d collections and %d devices of the demo\n", len(ids), removed)
	return err
}
