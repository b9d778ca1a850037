package ogc

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// A page has 10 features unless limit says otherwise, and never more than 10000.
const (
	limitNormal = 10
	limitMax    = 10_000
)

// reserved names are parameters of /items; a property of that name is no filter.
var reserved = [...]string{"f", "key", "limit", "bbox", "bbox-crs", "datetime", "crs", "cursor", "filter", "filter-lang", "filter-crs"}

// filterable lists the properties that /items takes as parameters.
func filterable(c *spatial.Collection) []spatial.Field {
	var fields []spatial.Field
	for _, f := range c.Fields {
		if f.Type != spatial.FieldJSON && !slices.Contains(reserved[:], f.Name) {
			fields = append(fields, f)
		}
	}
	return fields
}

// readQuery reads the parameters of /items; every fault is reported at once.
func (r *request) readQuery(c *spatial.Collection) (spatial.Query, wire, error) {
	p := negotiate.NewParams(r.QueryParams())
	q := spatial.Query{Access: r.access}
	q.Limit = p.Limit("limit", limitNormal, limitMax)
	q.BBox = readBBox(p, c)
	q.Time = p.DateTime("datetime")
	q.Filter = readFilter(p, c)
	to := readCRS(p, "crs", c)
	for _, field := range filterable(c) {
		text, ok := p.Text(field.Name)
		if !ok {
			continue
		}
		value, fault := parseValue(field, text)
		if fault != "" {
			p.Fault(field.Name, fault)
			continue
		}
		q.Equals = append(q.Equals, spatial.Equal{Field: field, Value: value})
	}
	if token, ok := p.Text("cursor"); ok {
		after, fault := r.h.cursors.read(c, filtersOf(r.QueryParams()), token)
		if fault != "" {
			p.Fault("cursor", fault)
		}
		q.After = after
	}
	return q, to, p.Err()
}

// filtersOf is what decides which features there are: a cursor holds for these.
func filtersOf(values url.Values) url.Values {
	filters := url.Values{}
	for name, v := range values {
		if !slices.Contains([]string{"f", "key", "limit", "crs", "cursor"}, name) {
			filters[name] = v
		}
	}
	return filters
}

// parseValue reads a parameter as its field's type.
func parseValue(f spatial.Field, text string) (value any, fault string) {
	switch f.Type {
	case spatial.FieldString:
		return text, ""
	case spatial.FieldInteger:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, ""
		}
		return nil, "must be a whole number"
	case spatial.FieldNumber:
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, ""
		}
		return nil, "must be a number"
	case spatial.FieldBoolean:
		if text == "true" || text == "false" {
			return text == "true", ""
		}
		return nil, "must be true or false"
	case spatial.FieldDate:
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return day, ""
		}
		return nil, "must be a date such as 2026-01-31"
	case spatial.FieldDateTime:
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.UTC(), ""
		}
		return nil, "must be an RFC 3339 time such as 2026-01-31T00:00:00Z"
	}
	return nil, "cannot be filtered by"
}
