package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
	"gisd/tiles/styles/sheets"
)

func newCollectionsSetCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set ID", Short: "Change titles, group, visibility, zooms, style and the like",
		Example: "  gisd collections set parcels --title 'Thửa đất' --title-en Parcels --group planning\n" +
			"  gisd collections set parcels --style style.json\n  gisd collections set parcels --style from-qgis.qml",
		Args: oneArgument("the id of a collection"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := patchOf(cmd.Flags())
			if err != nil {
				return err
			}
			return a.withCollections(cmd.Context(), func(ctx context.Context, s *collections.Store, catalogue *postgis.Catalogue) error {
				if path := given(cmd.Flags(), "style"); path != nil {
					c, err := catalogue.Collection(args[0], commandLine())
					if err != nil {
						return err
					}
					if p.Style, err = a.readStyle(*path, c); err != nil {
						return err
					}
				}
				return s.Update(ctx, commandLine(), args[0], p)
			})
		},
	}
	f := cmd.Flags()
	f.String("title", "", "Vietnamese title")
	f.String("title-en", "", "English title")
	f.String("description", "", "Vietnamese description")
	f.String("description-en", "", "English description")
	f.String("group", "", "group of the layer list")
	f.Int("ordinal", 0, "place within the group")
	f.StringSlice("keywords", nil, "keywords, separated by commas")
	f.String("licence", "", "licence of the data")
	f.String("attribution", "", "whom to name on the map")
	f.String("department", "", "department that owns the collection")
	f.String("visibility", "", "public, internal or restricted:ROLE")
	f.Int("min-zoom", 0, "first zoom with features")
	f.Int("max-zoom", 0, "last zoom with features of its own")
	f.String("style", "", "`FILE` with the style: JSON, QML of QGIS, or SLD; \"null\" in it takes the style away")
	f.String("search-field", "", "property that names a feature for people")
	f.String("time-field", "", "property that time filters look at")
	f.String("locking", "", "optional or required: whether changes of features have to name the state they build on")
	f.StringSlice("required", nil, "properties that no changed feature lacks, separated by commas; geometry for the geometry; \"\" for none")
	return cmd
}

// patchOf turns the flags that were given into a change.
func patchOf(f *pflag.FlagSet) (spatial.CollectionPatch, error) {
	var p spatial.CollectionPatch
	p.Title = textOf(f, "title", "title-en")
	p.Description = textOf(f, "description", "description-en")
	p.Group, p.Licence, p.Attribution = given(f, "group"), given(f, "licence"), given(f, "attribution")
	p.Department, p.SearchField, p.TimeField = given(f, "department"), given(f, "search-field"), given(f, "time-field")
	p.Ordinal, p.MinZoom, p.MaxZoom = givenInt(f, "ordinal"), givenInt(f, "min-zoom"), givenInt(f, "max-zoom")
	if f.Changed("keywords") {
		keywords, err := f.GetStringSlice("keywords")
		if err != nil {
			return p, err
		}
		p.Keywords = &keywords
	}
	if s := given(f, "locking"); s != nil {
		locking := spatial.Locking(*s)
		p.Locking = &locking
	}
	if f.Changed("required") {
		required, err := f.GetStringSlice("required")
		if err != nil {
			return p, err
		}
		p.Required = &required
	}
	if s := given(f, "visibility"); s != nil {
		v, roles, err := parseVisibility(*s)
		if err != nil {
			return p, err
		}
		p.Visibility, p.Roles = &v, &roles
	}
	return p, nil
}

// readStyle reads the style file for a collection and says on standard error what
// of it this server draws otherwise.
func (a *app) readStyle(path string, c *spatial.Collection) (*json.RawMessage, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("--style: %v", err)
	}
	if string(bytes.TrimSpace(b)) == "null" {
		none := json.RawMessage("null")
		return &none, nil
	}
	style, notes, err := sheets.Read(b)
	if err != nil {
		return nil, err
	}
	if style, err = style.Bind(c); err != nil {
		return nil, err
	}
	for _, note := range notes {
		fmt.Fprintln(a.stderr, "style:", note)
	}
	if b, err = json.Marshal(style); err != nil {
		return nil, fmt.Errorf("--style: %w", err)
	}
	raw := json.RawMessage(b)
	return &raw, nil
}

func given(f *pflag.FlagSet, name string) *string {
	if !f.Changed(name) {
		return nil
	}
	s, err := f.GetString(name)
	if err != nil {
		return nil
	}
	return &s
}

func givenInt(f *pflag.FlagSet, name string) *int {
	if !f.Changed(name) {
		return nil
	}
	n, err := f.GetInt(name)
	if err != nil {
		return nil
	}
	return &n
}

// textOf sets both languages when only one was given.
func textOf(f *pflag.FlagSet, vi, en string) *spatial.Text {
	v, e := given(f, vi), given(f, en)
	switch {
	case v == nil && e == nil:
		return nil
	case v == nil:
		v = e
	case e == nil:
		e = v
	}
	return &spatial.Text{VI: *v, EN: *e}
}
