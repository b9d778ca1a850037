package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/tilesets"
	"gisd/tiles/proxy"
)

func newTilesetsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tilesets",
		Short: "Add, list, change and drop archives of tiles and tiles of other servers",
		Long: "Add, list, change and drop tilesets that are not drawn here: archives on disk (PMTiles, MBTiles; vector tiles, scanned sheets, orthophotos) " +
			"and tiles of other servers (XYZ, WMTS, WMS). They are served under /tiles/ID and shown in the map, to those whom their visibility names.",
		Example: "  gisd tilesets add ortho-2026 /data/ortho.mbtiles --title 'Ảnh trực giao 2026' --publish --visibility internal\n" +
			"  gisd tilesets list",
	}
	id := "the id of a tileset"
	publish := func(published bool) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, args []string) error {
			return a.changeTileset(cmd.Context(), args[0], func(t *spatial.Tileset) error {
				t.Published = published
				return setVisibility(t, cmd.Flags())
			})
		}
	}
	show := &cobra.Command{Use: "publish ID", Short: "Show a tileset on the map", Example: "  gisd tilesets publish ortho-2026 --visibility public",
		Args: oneArgument(id), RunE: publish(true)}
	show.Flags().String("visibility", "", "public, internal or restricted:ROLE; without it as it was")
	cmd.AddCommand(
		newTilesetsAddCommand(a), newTilesetsListCommand(a), newTilesetsShowCommand(a), newTilesetsSetCommand(a), show,
		&cobra.Command{Use: "unpublish ID", Short: "Take a tileset off the map; it becomes a draft", Example: "  gisd tilesets unpublish ortho-2026",
			Args: oneArgument(id), RunE: publish(false)},
		newTilesetsDropCommand(a),
	)
	return cmd
}

func (a *app) withTilesets(ctx context.Context, work func(context.Context, *tilesets.Store, *postgis.Catalogue) error) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return err
	}
	return work(ctx, tilesets.NewStore(db, catalogue), catalogue)
}

// changeTileset stores what change makes of a copy.
func (a *app) changeTileset(ctx context.Context, id string, change func(*spatial.Tileset) error) error {
	return a.withTilesets(ctx, func(ctx context.Context, s *tilesets.Store, catalogue *postgis.Catalogue) error {
		found, err := catalogue.Tileset(id, commandLine())
		if err != nil {
			return err
		}
		t := *found
		if err := change(&t); err != nil {
			return err
		}
		return s.Update(ctx, commandLine(), t)
	})
}

func newTilesetsAddCommand(a *app) *cobra.Command {
	var publish bool
	cmd := &cobra.Command{
		Use: "add ID FILE|URL", Short: "Add an archive, or tiles of another server",
		Long: "Add an archive by its file, which is read where it lies (with several nodes under the same path on each), or tiles of another server by an address " +
			"with {z}, {x} and {y}, of a WMTS with {TileMatrix}, {TileCol} and {TileRow}, or of a WMS with --layers, all in web Mercator. " +
			"Without --publish it is a draft.\n" +
			"Browsers ask another server themselves where the tileset is public; with --proxy, and wherever a role protects it, gisd asks, and the address, " +
			"with the key that may be in it, stays here. An address inside the office's own network wants --outgoing-allow at the server then.",
		Example: "  gisd tilesets add plan-1998 sheets.pmtiles --title 'Bản đồ quy hoạch 1998' --group planning --publish --visibility public\n" +
			"  gisd tilesets add satellite 'https://tiles.example/{z}/{x}/{y}.jpg?key=…' --format jpg --attribution '© Example' --proxy --publish\n" +
			"  gisd tilesets add cadastre https://wms.example/ows --layers parcels,blocks --visibility restricted:land --publish",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("the id and a file or an address are wanted: %s", cmd.UseLine())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			t := spatial.Tileset{ID: args[0], Visibility: spatial.VisibilityInternal, Published: publish}
			if publish {
				t.Visibility = spatial.VisibilityPublic
			}
			if err := setSource(cmd.Context(), &t, args[1], cmd.Flags()); err != nil {
				return err
			}
			if err := setTileset(&t, cmd.Flags()); err != nil {
				return err
			}
			return a.withTilesets(cmd.Context(), func(ctx context.Context, s *tilesets.Store, _ *postgis.Catalogue) error {
				if err := s.Create(ctx, commandLine(), t); err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%s: %s, %s tiles of zooms %d to %d, %s\n", t.ID, t.Kind, t.Format, t.MinZoom, t.MaxZoom, stateOfTileset(&t))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&publish, "publish", false, "live at once, public unless --visibility says otherwise")
	tilesetFlags(cmd.Flags())
	return cmd
}

func newTilesetsSetCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set ID", Short: "Change what the catalogue says of a tileset",
		Example: "  gisd tilesets set ortho-2026 --title-en 'Orthophoto 2026' --group base\n  gisd tilesets set ortho-2026 --source /data/ortho-new.mbtiles",
		Args:    oneArgument("the id of a tileset"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeTileset(cmd.Context(), args[0], func(t *spatial.Tileset) error {
				if source := given(cmd.Flags(), "source"); source != nil {
					if err := setSource(cmd.Context(), t, *source, cmd.Flags()); err != nil {
						return err
					}
				}
				return setTileset(t, cmd.Flags())
			})
		},
	}
	cmd.Flags().String("source", "", "another file or address; of an archive everything is read anew")
	tilesetFlags(cmd.Flags())
	return cmd
}

func newTilesetsListCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List tilesets, drafts too", Example: "  gisd tilesets list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTilesets(cmd.Context(), func(_ context.Context, _ *tilesets.Store, catalogue *postgis.Catalogue) error {
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				for _, t := range catalogue.Tilesets(commandLine()) {
					if asJSON {
						if err := writeJSON(a.stdout, summaryOfTileset(t)); err != nil {
							return err
						}
						continue
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d-%d\t%s\n", t.ID, stateOfTileset(t), t.Kind, t.Format, t.MinZoom, t.MaxZoom, t.Title.In("vi"))
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a tileset")
	return cmd
}

func newTilesetsShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a tileset as JSON", Example: "  gisd tilesets show ortho-2026", Args: oneArgument("the id of a tileset"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withTilesets(cmd.Context(), func(_ context.Context, _ *tilesets.Store, catalogue *postgis.Catalogue) error {
				t, err := catalogue.Tileset(args[0], commandLine())
				if err != nil {
					return err
				}
				return writeJSON(a.stdout, summaryOfTileset(t))
			})
		},
	}
}

func newTilesetsDropCommand(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "drop ID", Short: "Take a tileset out of the catalogue; its file stays", Example: "  gisd tilesets drop ortho-2026 --yes",
		Args: oneArgument("the id of a tileset"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return usagef("dropping %s takes it out of the catalogue: add --yes", args[0])
			}
			return a.withTilesets(cmd.Context(), func(ctx context.Context, s *tilesets.Store, _ *postgis.Catalogue) error {
				return s.Drop(ctx, commandLine(), args[0])
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "yes, drop it")
	return cmd
}

// tilesetSummary is a tileset as the command line shows it; the source of one
// that is proxied may hold a key and is left out. The extent is in SRID 4326:
// min lon, min lat, max lon, max lat in degrees.
type tilesetSummary struct {
	ID          string              `json:"id"`
	Title       spatial.Text        `json:"title"`
	Group       string              `json:"group,omitempty"`
	State       string              `json:"state"` // "draft", or the visibility
	Roles       []spatial.Role      `json:"roles,omitempty"`
	Department  string              `json:"department,omitempty"`
	Kind        spatial.TilesetKind `json:"kind"`
	Source      string              `json:"source"`
	Proxied     bool                `json:"proxied,omitempty"`
	Format      string              `json:"format"`
	TileSize    int                 `json:"tileSize,omitempty"`
	MinZoom     int                 `json:"minzoom"`
	MaxZoom     int                 `json:"maxzoom"`
	Extent      [4]float64          `json:"extent"`
	Attribution string              `json:"attribution,omitempty"`
	UpdatedAt   time.Time           `json:"updatedAt"`
}

func summaryOfTileset(t *spatial.Tileset) tilesetSummary {
	e := t.Extent
	s := tilesetSummary{ID: t.ID, Title: t.Title, Group: t.Group, State: stateOfTileset(t), Roles: t.Roles, Department: t.Department,
		Kind: t.Kind, Source: t.Source, Proxied: t.Proxied, Format: t.Format, TileSize: t.TileSize, MinZoom: t.MinZoom, MaxZoom: t.MaxZoom,
		Extent: [4]float64{e.MinX, e.MinY, e.MaxX, e.MaxY}, Attribution: t.Attribution, UpdatedAt: t.UpdatedAt}
	if t.Kind != spatial.TilesetArchive && !t.Direct() {
		s.Source = redacted
	}
	return s
}

func stateOfTileset(t *spatial.Tileset) string {
	if t.Published {
		return string(t.Visibility)
	}
	return "draft"
}

func setVisibility(t *spatial.Tileset, f *pflag.FlagSet) error {
	text := given(f, "visibility")
	if text == nil {
		return nil
	}
	v, roles, err := parseVisibility(*text)
	if err == nil && v != "" {
		t.Visibility, t.Roles = v, roles
	}
	return err
}

// kindOf settles what an address is of, and completes that of a WMS.
func kindOf(t *spatial.Tileset, address string, f *pflag.FlagSet) (err error) {
	t.Source = address
	if layers := given(f, "layers"); layers != nil {
		if t.Source, err = proxy.WMS(address, *layers, t.Format, t.TileSize); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	if t.Kind, err = proxy.KindOf(t.Source); err != nil {
		return &exitError{exitUsage, err}
	}
	return nil
}
