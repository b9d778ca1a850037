package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
)

func newCollectionsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "collections",
		Short:   "List, change, publish, revert and drop collections",
		Example: "  gisd collections list\n  gisd collections publish parcels --visibility public\n  gisd collections revert parcels",
	}
	cmd.AddCommand(
		newCollectionsListCommand(a),
		newCollectionsShowCommand(a),
		newCollectionsSetCommand(a),
		newCollectionsPublishCommand(a),
		&cobra.Command{
			Use: "unpublish ID", Short: "Take a collection off the map; it becomes a draft", Example: "  gisd collections unpublish parcels",
			Args: oneArgument("the id of a collection"),
			RunE: func(cmd *cobra.Command, args []string) error {
				published := false
				return a.updateCollection(cmd.Context(), args[0], spatial.CollectionPatch{Published: &published})
			},
		},
		newCollectionsVersionsCommand(a),
		newCollectionsRevertCommand(a),
		newCollectionsDropCommand(a),
	)
	return cmd
}

// commandLine is who works at the terminal: with the database at hand there is
// nothing to withhold.
func commandLine() spatial.Access { return spatial.SystemAccess("cli") }

func (a *app) withCollections(ctx context.Context, work func(context.Context, *collections.Store, *postgis.Catalogue) error) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return err
	}
	return work(ctx, collections.NewStore(db, catalogue), catalogue)
}

func (a *app) updateCollection(ctx context.Context, id string, p spatial.CollectionPatch) error {
	return a.withCollections(ctx, func(ctx context.Context, s *collections.Store, _ *postgis.Catalogue) error {
		return s.Update(ctx, commandLine(), id, p)
	})
}

func newCollectionsListCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List collections, drafts too", Example: "  gisd collections list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withCollections(cmd.Context(), func(_ context.Context, _ *collections.Store, catalogue *postgis.Catalogue) error {
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				for _, c := range catalogue.Collections(commandLine()) {
					if asJSON {
						if err := writeJSON(a.stdout, summaryOf(c)); err != nil {
							return err
						}
						continue
					}
					s := summaryOf(c)
					fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\tv%d\t%s\n", c.ID, s.State, c.FeatureCount, c.GeometryType, c.SRID, c.Version, c.Title.In("vi"))
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a collection")
	return cmd
}

// collectionSummary is a collection as the command line shows it. The extent is
// in SRID 4326: min lon, min lat, max lon, max lat in degrees.
type collectionSummary struct {
	ID           string               `json:"id"`
	Title        spatial.Text         `json:"title"`
	Group        string               `json:"group,omitempty"`
	State        string               `json:"state"` // "draft", or the visibility
	Roles        []spatial.Role       `json:"roles,omitempty"`
	Department   string               `json:"department,omitempty"`
	Version      int                  `json:"version"`
	Features     int64                `json:"features"`
	GeometryType spatial.GeometryType `json:"geometryType"`
	Dimensions   spatial.Dimensions   `json:"dimensions"`
	CRS          string               `json:"crs"`
	IDField      string               `json:"idField,omitempty"`
	SearchField  string               `json:"searchField,omitempty"`
	Locking      spatial.Locking      `json:"locking"`
	Required     []string             `json:"required,omitempty"`
	TimeField    string               `json:"timeField,omitempty"`
	Extent       []float64            `json:"extent,omitempty"`
	Fields       []spatial.Field      `json:"fields"`
	UpdatedAt    time.Time            `json:"updatedAt"`
}

func summaryOf(c *spatial.Collection) collectionSummary {
	s := collectionSummary{ID: c.ID, Title: c.Title, Group: c.Group, State: "draft", Roles: c.Roles, Department: c.Department,
		Version: c.Version, Features: c.FeatureCount, GeometryType: c.GeometryType, Dimensions: c.Dimensions, CRS: c.SRID.String(),
		IDField: c.IDField, SearchField: c.SearchField, Locking: c.Locking, Required: c.Required, TimeField: c.TimeField, Fields: c.Fields, UpdatedAt: c.UpdatedAt}
	if c.Published {
		s.State = string(c.Visibility)
	}
	if !c.Extent.Empty() {
		s.Extent = []float64{c.Extent.MinX, c.Extent.MinY, c.Extent.MaxX, c.Extent.MaxY}
	}
	return s
}

func newCollectionsShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a collection with its fields, as JSON", Example: "  gisd collections show parcels", Args: oneArgument("the id of a collection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withCollections(cmd.Context(), func(_ context.Context, _ *collections.Store, catalogue *postgis.Catalogue) error {
				c, err := catalogue.Collection(args[0], commandLine())
				if err != nil {
					return err
				}
				return writeJSON(a.stdout, summaryOf(c))
			})
		},
	}
}

func newCollectionsPublishCommand(a *app) *cobra.Command {
	visibility := "public"
	cmd := &cobra.Command{
		Use: "publish ID", Short: "Show a collection to the public, to everyone signed in, or to a role",
		Example: "  gisd collections publish parcels\n  gisd collections publish mains --visibility restricted:water",
		Args:    oneArgument("the id of a collection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, roles, err := parseVisibility(visibility)
			if err != nil {
				return err
			}
			published := true
			p := spatial.CollectionPatch{Published: &published}
			if v != "" {
				p.Visibility, p.Roles = &v, &roles
			}
			return a.updateCollection(cmd.Context(), args[0], p)
		},
	}
	cmd.Flags().StringVar(&visibility, "visibility", visibility, "public, internal or restricted:ROLE")
	return cmd
}

func newCollectionsDropCommand(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "drop ID", Short: "Delete a collection with all its versions and its history", Example: "  gisd collections drop parcels --yes",
		Args: oneArgument("the id of a collection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return usagef("dropping %s deletes its versions and history for good: add --yes", args[0])
			}
			return a.withCollections(cmd.Context(), func(ctx context.Context, s *collections.Store, _ *postgis.Catalogue) error {
				return s.Drop(ctx, commandLine(), args[0])
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "yes, delete it")
	return cmd
}
