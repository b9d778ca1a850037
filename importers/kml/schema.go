package kml

import (
	"errors"
	"strings"

	"gisd/importers/markup"
)

// schema is a Schema element; nil knows nothing.
type schema struct {
	id, name string
	parent   string // KML 2.0: of which element it is a kind
	fields   []field
}

func (s *schema) typeOf(name string) string {
	if s == nil {
		return ""
	}
	for i := range s.fields {
		if s.fields[i].name == strings.TrimSpace(name) {
			return s.fields[i].kind
		}
	}
	return ""
}

// schemas are those of one document.
type schemas struct {
	list   []*schema
	fields int
}

// find resolves a schemaUrl: "#id", and the bare id or name that some write.
func (s *schemas) find(url string) *schema {
	if i := strings.LastIndexByte(url, '#'); i >= 0 {
		url = url[i+1:]
	}
	for _, c := range s.list {
		if url != "" && (c.id == url || c.name == url) {
			return c
		}
	}
	return nil
}

// placemarks reports whether elements of that name are placemarks of KML 2.0.
func (s *schemas) placemarks(element string) bool {
	for _, c := range s.list {
		if c.parent == "Placemark" && c.name == element {
			return true
		}
	}
	return false
}

func (s *schemas) knows(fieldName string) bool {
	for _, c := range s.list {
		if c.parent != "" && c.typeOf(fieldName) != "" {
			return true
		}
	}
	return false
}

func (s *schemas) typeOf(fieldName string) string {
	for _, c := range s.list {
		if kind := c.typeOf(fieldName); kind != "" {
			return kind
		}
	}
	return ""
}

// read takes the Schema element that was entered last.
func (s *schemas) read(r *markup.Reader, e markup.Element) error {
	c := &schema{id: e.Attr("id"), name: e.Attr("name"), parent: e.Attr("parent")}
	err := r.Children(func(e markup.Element) error {
		switch e.Name {
		case "SimpleField":
			c.fields = append(c.fields, field{name: strings.TrimSpace(e.Attr("name")), kind: e.Attr("type")})
			if s.fields++; s.fields > 20*maxFields {
				return errors.New("the schemas declare too many fields")
			}
		case "parent":
			text, err := r.Text(nil)
			c.parent = string(trim(text))
			return err
		}
		return nil
	})
	s.list = append(s.list, c)
	if len(s.list) > 10_000 {
		return errors.New("the document has more than 10000 schemas")
	}
	return err
}
