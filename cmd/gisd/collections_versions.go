package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
)

func newCollectionsRevertCommand(a *app) *cobra.Command {
	var o collections.Revert
	cmd := &cobra.Command{
		Use: "revert ID", Short: "Go back to the version before; once more brings the newer one back",
		Example: "  gisd collections revert parcels", Args: oneArgument("the id of a collection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withCollections(cmd.Context(), func(ctx context.Context, s *collections.Store, _ *postgis.Catalogue) error {
				version, err := s.Revert(ctx, commandLine(), args[0], o)
				if err == nil {
					fmt.Fprintf(a.stdout, "%s: version %d is current\n", args[0], version)
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&o.DiscardEdits, "discard-edits", false, "edits made since the last import may go; they stay in the version that is left")
	return cmd
}

func newCollectionsVersionsCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "versions ID", Short: "List the versions that are kept with where they came from, the newest first",
		Example: "  gisd collections versions parcels\n  gisd collections versions parcels --json", Args: oneArgument("the id of a collection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withCollections(cmd.Context(), func(ctx context.Context, s *collections.Store, _ *postgis.Catalogue) error {
				versions, err := s.Versions(ctx, commandLine(), args[0])
				if err != nil {
					return err
				}
				if asJSON {
					for _, v := range versions {
						if err := writeJSON(a.stdout, v); err != nil {
							return err
						}
					}
					return nil
				}
				return writeVersions(a.stdout, versions)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a version, with all that is known")
	return cmd
}

func writeVersions(out io.Writer, versions []spatial.CollectionVersion) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tCREATED\tFEATURES\tGEOMETRY\tCRS\tMODE\tFILE\tSHA-256\tENCODING\tBY\tSECONDS\tINSERTED\tUPDATED\tUNCHANGED\tDELETED\tREJECTED\tREPAIRED\tEDITS\t")
	for _, v := range versions {
		name, n := fmt.Sprintf("v%d", v.Version), v.Counts
		if v.Current {
			name += " current"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%.12s\t%s\t%s\t%.1f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, v.CreatedAt.Format(time.RFC3339), v.FeatureCount, v.GeometryType, v.SRID,
			v.Mode, v.SourceName, v.SourceSHA256, v.Encoding, v.ChangedBy, v.Seconds, n.Inserted, n.Updated, n.Unchanged, n.Deleted, n.Rejected, n.Repaired, v.Edits)
	}
	return w.Flush()
}
