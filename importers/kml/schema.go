package kml

import (
	"errors"
	"strings"

	"gisd/importers/markup"
)

// schema is a Schema element; nil knows nothing.
type schema struct {
	fields []field
	kinds  map[string]string // of the fields, by name
}

func (s *schema) typeOf(name string) string {
	if s == nil {
		return ""
	}
	return s.kinds[strings.TrimSpace(name)]
}

// schemas are those of one document.
type schemas struct {
	byName   map[string]*schema // by id and by name
	elements map[string]bool    // KML 2.0: names of elements that are placemarks
	kinds    map[string]string  // and of the fields that such elements have
	count    int
	fields   int
}

// find resolves a schemaUrl: "#id", and the bare id or name that some write.
func (s *schemas) find(url string) *schema {
	if i := strings.LastIndexByte(url, '#'); i >= 0 {
		url = url[i+1:]
	}
	return s.byName[url]
}

// placemarks reports whether elements of that name are placemarks of KML 2.0.
func (s *schemas) placemarks(element string) bool { return s.elements[element] }

// fieldType is the type of a field of such elements.
func (s *schemas) fieldType(element string) (kind string, ok bool) {
	kind, ok = s.kinds[element]
	return kind, ok
}

// read takes the Schema element that was entered last.
func (s *schemas) read(r *markup.Reader, e markup.Element) error {
	c := &schema{kinds: map[string]string{}}
	name, parent := e.Attr("name"), e.Attr("parent")
	err := r.Children(func(e markup.Element) error {
		switch e.Name {
		case "SimpleField":
			f := field{name: strings.TrimSpace(e.Attr("name")), kind: e.Attr("type")}
			c.fields = append(c.fields, f)
			c.kinds[f.name] = f.kind
			if s.fields++; s.fields > 20*maxFields {
				return errors.New("the schemas declare too many fields")
			}
		case "parent":
			text, err := r.Text(nil)
			parent = string(trim(text))
			return err
		}
		return nil
	})
	if s.count++; s.count > 10_000 {
		return errors.New("the document has more than 10000 schemas")
	}
	if s.byName == nil {
		s.byName, s.elements, s.kinds = map[string]*schema{}, map[string]bool{}, map[string]string{}
	}
	for _, key := range []string{name, e.Attr("id")} { // an id beats a name
		if key != "" && len(key) <= maxName {
			s.byName[key] = c
		}
	}
	if parent == "Placemark" && name != "" && len(name) <= maxName {
		s.elements[name] = true
		for _, f := range c.fields {
			s.kinds[f.name] = f.kind
		}
	}
	return err
}
