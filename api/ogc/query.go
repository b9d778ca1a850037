package ogc

import (
	"crypto/sha256"
	"fmt"
	"maps"
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

// offsetMax bounds what may be skipped.
const offsetMax = 10_000_000

// reserved names are parameters of /items; a property of that name is no filter.
var reserved = [...]string{"f", "key", "limit", "bbox", "bbox-crs", "datetime", "crs", "cursor", "filter", "filter-lang", "filter-crs",
	"sortby", "offset", "q", "properties", "skipGeometry", "zoom-level", "precision", "profile"}

// presentation are the parameters that change neither which features there are
// nor their order: a cursor holds whatever they are.
var presentation = [...]string{"f", "key", "limit", "crs", "cursor", "offset", "properties", "skipGeometry", "zoom-level", "precision", "profile"}

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

// itemsQuery is what a request for items asks, and how it wants to see it.
type itemsQuery struct {
	spatial.Query
	view
	context []byte // what its cursors are tied to
	offset  int64  // as given, -1 where it was not
}

// readQuery reads the parameters of /items; every fault is reported at once.
func (r *request) readQuery(c *spatial.Collection) (itemsQuery, error) {
	values := r.given()
	p := negotiate.NewParams(values)
	q := itemsQuery{Query: spatial.Query{Access: r.access}, offset: -1, context: contextOf(c, r.access, filtersOf(values))}
	q.Limit = p.Limit("limit", limitNormal, limitMax)
	q.BBox = readBBox(p, c)
	q.Time = p.DateTime("datetime")
	q.Filter = readFilter(p, c)
	q.Names = readNames(p, c)
	q.Sort = readSort(p, c)
	q.view = readView(p, c)
	q.Fields, q.WithoutGeometry, q.ToleranceMeters = q.fields, q.withoutGeometry, q.toleranceMeters
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
	gone := r.readPlace(p, c, &q)
	if err := p.Err(); err != nil {
		return q, err
	}
	if gone {
		return q, r.restart(c)
	}
	return q, nil
}

// readPlace reads where the page begins: a cursor, or an offset from the nearest
// place that is remembered.
func (r *request) readPlace(p *negotiate.Params, c *spatial.Collection, q *itemsQuery) (gone bool) {
	if offset, ok := p.Count("offset", offsetMax); ok {
		q.offset = offset
		position, at := r.h.anchors.Nearest(r.anchorKey(c, q), offset)
		q.After, q.Offset = position, offset-at
	}
	token, ok := p.Text("cursor")
	if !ok {
		return false
	}
	if q.offset >= 0 {
		p.Fault("offset", "is not given together with cursor")
		return false
	}
	mark, fault, gone := r.h.cursors.read(c, q.context, token)
	switch {
	case fault != "":
		p.Fault("cursor", fault)
	case mark.backward:
		q.Before = &mark.at
	default:
		q.After = &mark.at
	}
	return gone
}

// anchorKey names a walk by offset: the version, what is asked for, and which
// program asks. Where features came and went, the same offset is another place for
// who began later.
func (r *request) anchorKey(c *spatial.Collection, q *itemsQuery) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %x %s %s", c.Version, q.context, r.RealIP(), r.Request().UserAgent()))
	return string(sum[:])
}

// restart tells that the ids of a cursor are gone, and where to begin again.
func (r *request) restart(c *spatial.Collection) error {
	query := maps.Clone(r.given())
	query.Del("cursor")
	query.Del("key")
	return &spatial.Error{Code: spatial.CodeGone, Op: "ogc: cursor",
		Message: "The collection was imported anew, and its features have other ids now; start again at " + r.href(query, "collections", c.ID, "items")}
}

// given are the parameters of the request. A form sends what was left empty too:
// for people that is not given.
func (r *request) given() url.Values {
	values := r.QueryParams()
	if r.format.Name != formatHTML.Name {
		return values
	}
	filled := url.Values{}
	for name, v := range values {
		if len(v) != 1 || v[0] != "" || name == "cursor" {
			filled[name] = v
		}
	}
	return filled
}

// filtersOf is what decides which features there are, and in which order.
func filtersOf(values url.Values) url.Values {
	filters := url.Values{}
	for name, v := range values {
		if !slices.Contains(presentation[:], name) {
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
