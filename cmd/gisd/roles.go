package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
)

func newRolesCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "roles",
		Short: "Limit what roles let people see: areas and columns",
		Long: "Limit what of the collections a role lets its holders see and change: features within areas such as communes, and columns.\n" +
			"A feature lies in the area that holds its point on surface. What several roles of one person let see adds up; a role without a limit takes nothing away and adds nothing; admins see everything. " +
			"Servers follow within seconds.",
		Example: "  gisd roles limit commune-25747 --area communes:25747\n" +
			"  gisd roles limit commune-25747 --collection parcels --hide owner,owner_id\n" +
			"  gisd users set-role an editor,commune-25747\n" +
			"  gisd roles list",
	}
	cmd.AddCommand(newRolesLimitCommand(a), newRolesListCommand(a), newRolesUnlimitCommand(a))
	return cmd
}

// limitFlags are the flags of `gisd roles limit`.
type limitFlags struct {
	collection, area       string
	show, hide             []string
	everywhere, allColumns bool
}

func newRolesLimitCommand(a *app) *cobra.Command {
	var f limitFlags
	cmd := &cobra.Command{
		Use:   "limit ROLE",
		Short: "Set the limits of a role, for one collection or for all",
		Long: "Set the limits of a role. They take the place of those that the role has for the same collection, or, without --collection, " +
			"of those for every collection that has none of its own: what is said of a collection goes before what is said of all, of areas and of columns each.\n" +
			"Areas are taken as they are now; `gisd doctor` tells when they have changed. The property that ids are taken from cannot be hidden: its values are the ids.",
		Example: "  gisd roles limit commune-25747 --area communes:25747,25750\n" +
			"  gisd roles limit commune-25747 --collection roads --everywhere\n" +
			"  gisd roles limit clerk --collection parcels --show code,area",
		Args: oneArgument("the role"),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := f.limit(args[0])
			if err != nil {
				return err
			}
			return a.limitRole(cmd.Context(), l, &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.collection, "collection", "", "limit the role in this `COLLECTION`; without it in all that have no limit of their own")
	flags.StringVar(&f.area, "area", "", "only features in these areas: `COLLECTION:ID[,ID…]`")
	flags.BoolVar(&f.everywhere, "everywhere", false, "features wherever they are, whatever is said of all collections")
	flags.StringSliceVar(&f.show, "show", nil, "these `COLUMNS` alone")
	flags.StringSliceVar(&f.hide, "hide", nil, "all but these `COLUMNS`")
	flags.BoolVar(&f.allColumns, "all-columns", false, "every column, whatever is said of all collections")
	cmd.MarkFlagsMutuallyExclusive("area", "everywhere")
	cmd.MarkFlagsMutuallyExclusive("show", "hide", "all-columns")
	return cmd
}

// limit is what the flags say, but for the areas.
func (f *limitFlags) limit(name string) (accounts.Limit, error) {
	list, err := roles([]string{name})
	switch {
	case err != nil:
		return accounts.Limit{}, err
	case list[0] == spatial.RoleAdmin:
		return accounts.Limit{}, usagef("admins see everything: limit another role")
	case f.area == "" && !f.everywhere && f.show == nil && f.hide == nil && !f.allColumns:
		return accounts.Limit{}, usagef("say what to limit: --area, --show or --hide; `gisd roles unlimit` takes a limit away")
	}
	l := accounts.Limit{Rule: spatial.RoleLimit{Role: list[0], Collection: f.collection}, Everywhere: f.everywhere}
	switch {
	case f.show != nil:
		l.Rule.Columns, l.Rule.Names = spatial.ColumnsShown, f.show
	case f.hide != nil:
		l.Rule.Columns, l.Rule.Names = spatial.ColumnsHidden, f.hide
	case f.allColumns:
		l.Rule.Columns = spatial.ColumnsHidden
	}
	return l, nil
}

func (a *app) limitRole(ctx context.Context, l accounts.Limit, f *limitFlags) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(ctx); err != nil {
		return err
	}
	if f.area != "" {
		in, ids, ok := strings.Cut(f.area, ":")
		if !ok || ids == "" {
			return usagef("--area %s: write the collection of areas and ids of features there, as communes:25747,25750", f.area)
		}
		if l.In, err = catalogue.Collection(in, commandLine()); err != nil {
			return err
		}
		l.Areas = slices.Compact(slices.Sorted(strings.SplitSeq(ids, ",")))
	}
	if f.collection != "" {
		c, err := catalogue.Collection(f.collection, commandLine())
		if err != nil {
			return err
		}
		if err := fitsColumns(c, l.Rule); err != nil {
			return err
		}
		if c.Published && c.Visibility == spatial.VisibilityPublic {
			fmt.Fprintf(a.stderr, "gisd: %s is public: who does not sign in sees all of it\n", c.ID)
		}
	}
	store := accounts.NewStore(db.Pool, a.log)
	if err := store.SetLimit(ctx, l); err != nil {
		return err
	}
	detail := map[string]any{"collection": f.collection, "area": f.area, "everywhere": f.everywhere, "columns": l.Rule.Columns, "names": l.Rule.Names}
	return audit(ctx, store, "role.limit", "role:"+string(l.Rule.Role), detail)
}

// fitsColumns wants names that the collection has, and one that can be hidden.
func fitsColumns(c *spatial.Collection, r spatial.RoleLimit) error {
	for _, name := range r.Names {
		i := slices.IndexFunc(c.Fields, func(f spatial.Field) bool { return f.Name == name || f.Column == name })
		switch {
		case i < 0:
			return usagef("%s has no column %s: see `gisd collections show %s`", c.ID, name, c.ID)
		case r.Columns == spatial.ColumnsHidden && c.Fields[i].Name == c.IDField:
			return usagef("the ids of %s are taken from %s: it cannot be hidden", c.ID, name)
		}
	}
	return nil
}

func newRolesUnlimitCommand(a *app) *cobra.Command {
	var collection string
	cmd := &cobra.Command{
		Use:     "unlimit ROLE",
		Short:   "Take a limit of a role away",
		Example: "  gisd roles unlimit commune-25747 --collection parcels",
		Args:    oneArgument("the role"),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := roles(args)
			if err != nil {
				return err
			}
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				if err := store.DropLimit(cmd.Context(), list[0], collection); err != nil {
					return err
				}
				return audit(cmd.Context(), store, "role.unlimit", "role:"+args[0], map[string]any{"collection": collection})
			})
		},
	}
	cmd.Flags().StringVar(&collection, "collection", "", "the limit for this `COLLECTION`; without it the one for all")
	return cmd
}

// limitSummary is a rule in the output of `gisd roles list --json`.
type limitSummary struct {
	Role       spatial.Role       `json:"role"`
	Collection string             `json:"collection,omitempty"` // none: all
	Everywhere bool               `json:"everywhere,omitempty"`
	Areas      []accounts.AreaRef `json:"areas,omitempty"`
	Show       []string           `json:"show,omitempty"`
	Hide       []string           `json:"hide,omitempty"`
	AllColumns bool               `json:"allColumns,omitempty"`
	Faults     []string           `json:"faults,omitempty"`
}

func newRolesListCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the limits of roles, and what in them names something that is gone",
		Example: "  gisd roles list --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(store *accounts.Store) error {
				list, err := store.Limits(cmd.Context())
				if err != nil {
					return err
				}
				return printLimits(a.stdout, list, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON lines")
	return cmd
}

func printLimits(out io.Writer, list []accounts.Limits, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		for _, l := range list {
			if err := e.Encode(limitSummaryOf(l)); err != nil {
				return fmt.Errorf("roles: list: %w", err)
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ROLE\tCOLLECTION\tAREAS\tCOLUMNS\tFAULTS")
	for _, l := range list {
		s := limitSummaryOf(l)
		areas, columns := "", ""
		for i, area := range s.Areas {
			if i > 0 {
				areas += ","
			}
			areas += area.Collection + ":" + area.Feature
		}
		if s.Everywhere {
			areas = "everywhere"
		}
		switch {
		case s.Show != nil:
			columns = strings.Join(s.Show, ",")
		case s.Hide != nil:
			columns = "all but " + strings.Join(s.Hide, ",")
		case s.AllColumns:
			columns = "all"
		}
		collection := s.Collection
		if collection == "" {
			collection = "*"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Role, collection, areas, columns, strings.Join(s.Faults, "; "))
	}
	return w.Flush()
}

func limitSummaryOf(l accounts.Limits) limitSummary {
	s := limitSummary{Role: l.Rule.Role, Collection: l.Rule.Collection, Areas: l.Areas, Faults: l.Faults,
		Everywhere: l.Rule.Areas != nil && len(l.Rule.Areas) == 0}
	switch {
	case l.Rule.Columns == spatial.ColumnsShown:
		s.Show = l.Rule.Names
	case l.Rule.Columns == spatial.ColumnsHidden && len(l.Rule.Names) == 0:
		s.AllColumns = true
	case l.Rule.Columns == spatial.ColumnsHidden:
		s.Hide = l.Rule.Names
	}
	return s
}
