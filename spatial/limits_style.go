package spatial

import (
	"encoding/json"
	"slices"
	"strings"
)

// speaksOf reports whether a style names one of the fields, anywhere and in whatever
// capitals, by its name or its column's. What cannot be read may.
func speaksOf(style json.RawMessage, fields []Field) bool {
	if len(style) == 0 {
		return false
	}
	var document any
	if json.Unmarshal(style, &document) != nil {
		return true
	}
	return holds(document, func(text string) bool {
		return slices.ContainsFunc(fields, func(f Field) bool {
			return strings.EqualFold(text, f.Name) || strings.EqualFold(text, f.Column)
		})
	})
}

// holds looks at every text of a JSON document but the names of members.
func holds(document any, match func(string) bool) bool {
	switch v := document.(type) {
	case string:
		return match(v)
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return holds(item, match) })
	case map[string]any:
		for _, member := range v {
			if holds(member, match) {
				return true
			}
		}
	}
	return false
}
