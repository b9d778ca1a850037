package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/postgis"
	tilespostgis "gisd/tiles/postgis"
)

func newTilesCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tiles",
		Short: "Build, purge and report the packed cells that tiles are cut from",
		Long: "Build, purge and report the packed cells that tiles are cut from. The server builds what is missing by itself; " +
			"without cells tiles come from rows, which is slower and otherwise the same.",
		Example: "  gisd tiles build parcels\n  gisd tiles stats",
	}
	cmd.AddCommand(newTilesBuildCommand(a), newTilesPurgeCommand(a), newTilesStatsCommand(a))
	return cmd
}

func newTilesBuildCommand(a *app) *cobra.Command {
	var all, verify, asJSON bool
	var sample int
	cmd := &cobra.Command{
		Use:   "build COLLECTION… | --all",
		Short: "Build the cells of collections anew",
		Long: "Build the cells of collections anew; their old ones answer until the new ones are complete. " +
			"With --verify triggers that are missing or disabled are mended, and the cells are compared with the rows instead: only those that differ are written.",
		Example: "  gisd tiles build parcels roads\n  gisd tiles build --all --verify\n  gisd tiles build parcels --verify --sample 20",
		Args:    collectionsOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			if sample < 0 || sample > 0 && !verify {
				return usagef("--sample goes with --verify and wants a number of cells from 1 up")
			}
			return a.withPyramids(cmd.Context(), args, all, func(ctx context.Context, p packing, c *spatial.Collection) error {
				show := newCellProgress(a, c.ID, asJSON)
				if verify {
					mended, err := mendTriggers(ctx, p.db, c.ID)
					if err != nil {
						return err
					}
					report, err := p.Verify(ctx, c, sample, tilespostgis.BuildOptions{Progress: show.blocks})
					show.end()
					return a.showVerified(verified{report, mended}, asJSON, err)
				}
				report, err := p.Build(ctx, c, tilespostgis.BuildOptions{Progress: show.blocks})
				show.end()
				return a.showBuilt(report, asJSON, err)
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every collection")
	cmd.Flags().BoolVar(&verify, "verify", false, "compare with the rows and mend what differs")
	cmd.Flags().IntVar(&sample, "sample", 0, "with --verify: compare so many cells of zoom 13, spread evenly, with all in them; 0 is all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a collection")
	return cmd
}

func newTilesPurgeCommand(a *app) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "purge COLLECTION… | --all",
		Short: "Drop the cells of collections; their tiles come from rows until they are built again",
		Long: "Drop the cells of collections; their tiles come from rows until `gisd tiles build` or the next import. " +
			"Encoded tiles that servers hold are dropped too.",
		Example: "  gisd tiles purge parcels",
		Args:    collectionsOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPyramids(cmd.Context(), args, all, func(ctx context.Context, p packing, c *spatial.Collection) error {
				if err := p.Purge(ctx, c); err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%s: tiles come from rows\n", c.ID)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "every collection")
	return cmd
}

func newTilesStatsCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "stats [COLLECTION…]", Short: "Report cells, their bytes and when they were built",
		Example: "  gisd tiles stats\n  gisd tiles stats parcels --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			db, release, err := a.database(cmd.Context())
			if err != nil {
				return err
			}
			defer release()
			stats, err := tilespostgis.NewPyramids(db, a.log).Stats(cmd.Context())
			if err != nil {
				return err
			}
			for _, id := range args {
				if !slices.ContainsFunc(stats, func(s tilespostgis.BandStats) bool { return s.Collection == id }) {
					return spatial.NotFound("tiles", "There is no collection "+id+" with packed cells.")
				}
			}
			return a.showStats(stats, args, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a band")
	return cmd
}

// collectionsOrAll wants ids, or --all and none.
func collectionsOrAll(all *bool) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 && !*all {
			return fmt.Errorf("the id of a collection is missing, or --all: %s", cmd.UseLine())
		}
		if len(args) > 0 && *all {
			return fmt.Errorf("--all goes without ids: %s", cmd.UseLine())
		}
		return nil
	}
}

// packing is what the commands work with.
type packing struct {
	*tilespostgis.Pyramids
	db *postgis.DB
}

// withPyramids does the work for each of the collections; those without geometry
// are left out of all.
func (a *app) withPyramids(ctx context.Context, ids []string, all bool,
	work func(context.Context, packing, *spatial.Collection) error,
) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return err
	}
	var list []*spatial.Collection
	for _, id := range ids {
		c, err := catalogue.Collection(id, commandLine())
		if err != nil {
			return spatial.NotFound("tiles", "There is no collection "+id+".")
		}
		list = append(list, c)
	}
	if all {
		for _, c := range catalogue.Collections(commandLine()) {
			if c.Version > 0 && c.GeometryType != spatial.GeometryNone {
				list = append(list, c)
			}
		}
	}
	pyramids := packing{tilespostgis.NewPyramids(db, a.log), db}
	for _, c := range list {
		if err := work(ctx, pyramids, c); err != nil {
			return fmt.Errorf("%s: %w", c.ID, err)
		}
	}
	return nil
}

func (a *app) showBuilt(r tilespostgis.BuildReport, asJSON bool, err error) error {
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeJSON(a.stdout, r)
	case r.NotPacked != "":
		fmt.Fprintf(a.stdout, "%s: tiles come from rows: %s\n", r.Collection, r.NotPacked)
		return nil
	}
	fmt.Fprintf(a.stdout, "%s: %d cells, %s, of version %d in %.1f s\n", r.Collection, r.Cells, readableBytes(r.Bytes), r.Version, r.Seconds)
	if r.TooLarge > 0 {
		fmt.Fprintf(a.stdout, "  %d cells are too large; their tiles come from rows\n", r.TooLarge)
	}
	if r.Skipped > 0 {
		fmt.Fprintf(a.stdout, "  %d features cannot be drawn: curves, or vertices beyond the reach of the projection\n", r.Skipped)
	}
	return nil
}

func (a *app) showStats(stats []tilespostgis.BandStats, ids []string, asJSON bool) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(w, "COLLECTION\tVERSION\tZOOMS\tCELLS\tFEATURES\tSIZE\tTOO LARGE\tBUILT\tSECONDS\t")
	}
	for _, s := range stats {
		if len(ids) > 0 && !slices.Contains(ids, s.Collection) {
			continue
		}
		if asJSON {
			if err := writeJSON(a.stdout, s); err != nil {
				return err
			}
			continue
		}
		version, zooms := fmt.Sprintf("v%d", s.Version), fmt.Sprintf("%d-%d", s.FirstZoom, s.LastZoom)
		switch {
		case s.Current && s.Ready:
			version += " current"
		case !s.Ready:
			version += " building"
		}
		if s.LastZoom < s.FirstZoom {
			zooms = "from rows"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%d\t%s\t%.1f\t\n", s.Collection, version, zooms, s.Cells, s.Features,
			readableBytes(s.Bytes), s.TooLarge, s.BuiltAt.Format(time.RFC3339), s.Seconds)
	}
	return w.Flush()
}

// readableBytes is a size for people.
func readableBytes(n int64) string {
	const kib, mib = 1 << 10, 1 << 20
	switch {
	case n < 10*kib:
		return fmt.Sprintf("%d B", n)
	case n < 10*mib:
		return fmt.Sprintf("%d KiB", n/kib)
	}
	return fmt.Sprintf("%d MiB", n/mib)
}
