package styles

import (
	"fmt"
	"strings"

	"gisd/spatial"
)

// Bind finds the collection's properties that the style speaks of: by name, else
// by a name that differs in capitals only, or by the column's, as files and
// tables have them. One that is not there is an error of code invalid.
func (s Style) Bind(c *spatial.Collection) (Style, error) {
	var faults []spatial.FieldError
	for name, member := range map[string]*string{"by": &s.By, "label": &s.Label, "rotate": &s.Rotate} {
		if *member == "" {
			continue
		}
		field, ok := fieldNamed(c, *member)
		if !ok {
			faults = append(faults, spatial.FieldError{Name: name, Reason: fmt.Sprintf("the collection has no property %q", *member)})
			continue
		}
		*member = field.Name
	}
	if len(faults) > 0 {
		names := make([]string, len(c.Fields))
		for i, f := range c.Fields {
			names[i] = f.Name
		}
		return s, spatial.Invalid("styles: bind", "The style speaks of properties that "+c.ID+" has not. It has "+strings.Join(names, ", ")+".", faults...)
	}
	return s, nil
}

func fieldNamed(c *spatial.Collection, name string) (spatial.Field, bool) {
	if f, ok := c.Field(name); ok {
		return f, true
	}
	for _, f := range c.Fields {
		if strings.EqualFold(f.Name, name) || strings.EqualFold(f.Column, name) {
			return f, true
		}
	}
	return spatial.Field{}, false
}
