package records

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gisd/api/metadata"
	"gisd/api/negotiate"
	"gisd/api/page"
	"gisd/spatial"
)

// A page has 10 records unless limit says otherwise, and never more than 100: each
// takes a look at where its collection came from.
const (
	limitNormal = 10
	limitMax    = 100
	offsetMax   = 1_000_000
)

// search is what a request for records asks (OGC 20-004r1
// /req/record-core-query-parameters).
type search struct {
	q, types, ids, external []string // nil is not asked
	bbox                    *spatial.Envelope
	limit                   int
	offset                  int64
}

func readSearch(values url.Values) (search, error) {
	p := negotiate.NewParams(values)
	list := func(name string) []string {
		text, ok := p.Text(name)
		if !ok || text == "" { // /req/record-core-query-parameters/empty-value
			return nil
		}
		parts := strings.Split(text, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
			if parts[i] == "" {
				p.Fault(name, "has an empty part")
				break
			}
		}
		return parts
	}
	s := search{q: list("q"), types: list("type"), ids: list("ids"), external: list("externalIds"), bbox: p.BBox("bbox")}
	p.DateTime("datetime") // must be one; records have no time
	s.limit = p.Limit("limit", limitNormal, limitMax)
	s.offset, _ = p.Count("offset", offsetMax)
	return s, p.Err()
}

// matches tells whether the record of a collection is looked for. Collections have
// no identifiers elsewhere.
func (s search) matches(c *spatial.Collection) bool {
	return (s.ids == nil || slices.Contains(s.ids, c.ID)) && s.external == nil &&
		(s.types == nil || slices.Contains(s.types, metadata.TypeDataset)) &&
		(s.bbox == nil || touches(*s.bbox, c)) && s.says(c)
}

// says looks for the words in what describes the collection: of terms joined by
// commas one is enough, words of one term stand next to each other. Case and
// diacritics do not matter.
func (s search) says(c *spatial.Collection) bool {
	if s.q == nil {
		return true
	}
	fields := append([]string{c.ID, c.Title.VI, c.Title.EN, c.Description.VI, c.Description.EN, c.Attribution, c.Department}, c.Keywords...)
	for _, field := range fields {
		folded := " " + fold(field)
		for _, term := range s.q {
			if strings.Contains(folded, fold(term)) {
				return true
			}
		}
	}
	return false
}

// fold leaves small letters without diacritics, one blank between words.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// touches tells whether the box meets the extent; what has none is everywhere (OGC
// 17-069r4 /req/core/fc-bbox-response C).
func touches(box spatial.Envelope, c *spatial.Collection) bool {
	if c.Extent.Empty() || c.FeatureCount == 0 {
		return true
	}
	if box.MinY > c.Extent.MaxY || box.MaxY < c.Extent.MinY {
		return false
	}
	for _, a := range halves(box) {
		for _, b := range halves(c.Extent) {
			if a[0] <= b[1] && b[0] <= a[1] {
				return true
			}
		}
	}
	return false
}

// halves are the longitudes of a box, in two where it crosses the antimeridian.
func halves(e spatial.Envelope) [][2]float64 {
	if e.MinX > e.MaxX {
		return [][2]float64{{e.MinX, 180}, {-180, e.MaxX}}
	}
	return [][2]float64{{e.MinX, e.MaxX}}
}

// items answers a page of records.
func (r *request) items() error {
	values := r.given()
	s, err := readSearch(values)
	if err != nil {
		return err
	}
	var found []*spatial.Collection
	for _, c := range r.published() {
		if s.matches(c) {
			found = append(found, c)
		}
	}
	from := min(int(s.offset), len(found))
	until := min(from+s.limit, len(found))
	link := func(rel string, f negotiate.Format, offset int) negotiate.Link {
		query := maps.Clone(values)
		query.Del("key")
		query.Set("f", f.Name)
		if offset >= 0 {
			query.Set("offset", strconv.Itoa(offset))
		}
		return negotiate.Link{Href: r.href(theOnly+"/items", query), Rel: rel, Type: f.Type}
	}
	links := []negotiate.Link{link("self", r.format, -1)}
	if r.html() {
		links = append(links, link("alternate", formatGeoJSON, -1))
	} else {
		links = append(links, link("alternate", formatHTML, -1))
	}
	links = append(links, negotiate.Link{Href: r.href(theOnly, as("json")), Rel: "collection", Type: negotiate.TypeJSON})
	if from > 0 {
		links = append(links, link("prev", r.format, max(from-s.limit, 0)))
	}
	if until < len(found) {
		links = append(links, link("next", r.format, until))
	}
	if r.html() {
		return r.catalogue(values.Get("q"), found[from:until], len(found), links)
	}
	features := []any{}
	for _, c := range found[from:until] {
		record, err := r.recordOf(c)
		if err != nil {
			return err
		}
		features = append(features, record)
	}
	for _, l := range links {
		r.Response().Header().Add("Link", l.Header())
	}
	return r.json(negotiate.TypeGeoJSON, object{
		"type": "FeatureCollection", "features": features, "numberMatched": len(found), "numberReturned": until - from, "links": links,
	})
}

// given are the parameters; a form sends what was left empty too.
func (r *request) given() url.Values {
	if !r.html() {
		return r.QueryParams()
	}
	filled := url.Values{}
	for name, v := range r.QueryParams() {
		if len(v) != 1 || v[0] != "" {
			filled[name] = v
		}
	}
	return filled
}

func (r *request) recordOf(c *spatial.Collection) (map[string]any, error) {
	resource, err := r.traced(c)
	if err != nil {
		return nil, err
	}
	path := metadata.RecordPath(c.ID)
	var self []negotiate.Link
	for _, f := range []negotiate.Format{formatGeoJSON, formatHTML} {
		rel := "alternate"
		if f.Name == r.format.Name {
			rel = "self"
		}
		self = append(self, negotiate.Link{Href: r.href(path, as(f.Name)), Rel: rel, Type: f.Type})
	}
	self = append(self, negotiate.Link{Href: r.href(theOnly, as("json")), Rel: "collection", Type: negotiate.TypeJSON, Title: metadata.CatalogueTitle.In(r.lang)})
	return resource.Record(self), nil
}

// item answers one record.
func (r *request) item() error {
	if err := negotiate.Only(r.QueryParams()); err != nil {
		return err
	}
	id, err := url.PathUnescape(r.Param("record"))
	if err != nil {
		id = ""
	}
	c, err := r.h.Catalogue.Collection(id, r.access)
	if err != nil || c.Version == 0 {
		return spatial.NotFound("records: record", "There is no such record.")
	}
	if r.html() {
		return r.recordPage(c)
	}
	record, err := r.recordOf(c)
	if err != nil {
		return err
	}
	return r.json(negotiate.TypeGeoJSON, record)
}

// catalogue shows the records to people.
func (r *request) catalogue(q string, found []*spatial.Collection, matched int, links []negotiate.Link) error {
	type line struct{ Href, Title, Description, Updated string }
	doc := struct {
		page.Frame
		Action, Key, Q, Prev, Next, DCAT string
		Matched                          int
		Records                          []line
	}{Key: negotiate.URLKey(r.Request()), Q: q, Matched: matched, DCAT: r.dcatLink().Href}
	for _, l := range links {
		switch l.Rel {
		case "alternate":
			doc.Frame = r.frame(metadata.CatalogueTitle.In(r.lang), l.Href)
		case "prev":
			doc.Prev = l.Href
		case "next":
			doc.Next = l.Href
		}
	}
	doc.Action = r.h.Origin.Base(r.Request()) + theOnly + "/items"
	for _, c := range found {
		doc.Records = append(doc.Records, line{
			r.href(metadata.RecordPath(c.ID), as("html")), r.resource(c).Title(), c.Description.In(r.lang), c.VersionAt.Format("02/01/2006"),
		})
	}
	return page.Write(r.Context, r.h.catalogue, r.lang, doc)
}

func (r *request) recordPage(c *spatial.Collection) error {
	resource, err := r.traced(c)
	if err != nil {
		return err
	}
	return page.Write(r.Context, r.h.record, r.lang, struct {
		page.Frame
		Collection *spatial.Collection
		Versions   []spatial.CollectionVersion
		Links      []negotiate.Link
		Dataset    map[string]any
	}{r.frame(resource.Title(), r.href(metadata.RecordPath(c.ID), as("json")), r.crumb()), c, resource.Versions, resource.Links(), resource.SchemaOrg()})
}
