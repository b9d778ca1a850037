package page

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// document is the part of an OpenAPI 3.0 document that the page shows.
type document struct {
	Info struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"info"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Parameters map[string]parameter `json:"parameters"`
		Responses  map[string]response  `json:"responses"`
	} `json:"components"`
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
}

type response struct {
	Ref         string `json:"$ref"`
	Status      string `json:"-"`
	Description string `json:"description"`
}

type operation struct {
	Method      string              `json:"-"`
	Path        string              `json:"-"`
	Tags        []string            `json:"tags"`
	Summary     string              `json:"summary"`
	Description string              `json:"description"`
	Parameters  []parameter         `json:"parameters"`
	Answers     map[string]response `json:"responses"`
	Responses   []response          `json:"-"`
}

type group struct {
	Name       string
	Operations []operation
}

// Reference renders an OpenAPI 3.0 document in JSON for people.
type Reference struct {
	template *template.Template
}

// NewReference prepares the page.
func NewReference() (*Reference, error) {
	t, err := Parse(files, "reference.html")
	if err != nil {
		return nil, err
	}
	return &Reference{template: t}, nil
}

// Write renders the document within the frame, whose title it sets.
func (r *Reference) Write(c echo.Context, f Frame, text []byte) error {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return fmt.Errorf("page: read OpenAPI document: %w", err)
	}
	f.Title = d.Info.Title
	groups, err := d.groups()
	if err != nil {
		return err
	}
	return Write(c, r.template, f.Lang, struct {
		Frame
		Document document
		Groups   []group
	}{f, d, groups})
}

var methods = []string{"get", "post", "put", "patch", "delete"}

// groups gathers operations by their first tag, in the order of their paths.
func (d *document) groups() ([]group, error) {
	byTag := map[string][]operation{}
	for path, item := range d.Paths {
		var shared []parameter
		if raw, ok := item["parameters"]; ok {
			if err := json.Unmarshal(raw, &shared); err != nil {
				return nil, fmt.Errorf("page: read parameters of %s: %w", path, err)
			}
		}
		for _, method := range methods {
			raw, ok := item[method]
			if !ok {
				continue
			}
			op := operation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("page: read %s %s: %w", method, path, err)
			}
			d.resolve(&op, shared)
			tag := "gisd"
			if len(op.Tags) > 0 {
				tag = op.Tags[0]
			}
			byTag[tag] = append(byTag[tag], op)
		}
	}
	groups := make([]group, 0, len(byTag))
	for name, ops := range byTag {
		slices.SortFunc(ops, func(a, b operation) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
		})
		groups = append(groups, group{Name: name, Operations: ops})
	}
	slices.SortFunc(groups, func(a, b group) int { return strings.Compare(a.Operations[0].Path, b.Operations[0].Path) })
	return groups, nil
}

// resolve follows references to components.
func (d *document) resolve(op *operation, shared []parameter) {
	op.Parameters = append(shared, op.Parameters...)
	for i, p := range op.Parameters {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			op.Parameters[i] = d.Components.Parameters[name]
		}
	}
	for status, r := range op.Answers {
		if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
			r = d.Components.Responses[name]
		}
		r.Status = status
		op.Responses = append(op.Responses, r)
	}
	slices.SortFunc(op.Responses, func(a, b response) int { return strings.Compare(a.Status, b.Status) })
}
