package wfs

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gisd/api/negotiate"
	"gisd/api/paging"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// question is what GetFeature asks (OGC 09-025r2 §11).
type question struct {
	spatial.Query
	c      *spatial.Collection
	rows   *spatial.Collection // with the ids of features, see Collection.WithID
	to     system
	fields []int // of c.Fields that are shown
	geom   bool
	start  int64
	hits   bool
	single bool   // a stored query for one feature, which is the whole answer
	key    string // of paging.Anchors
}

// idName names the ids of features in filters; no column has a full stop.
const idName = "gml.id"

const startMost = 10_000_000

func (r *request) readQuestion() (*question, error) {
	q := &question{Query: spatial.Query{Access: r.access}, geom: true}
	conditions := r.readFilter()
	ids, err := r.resources(q)
	if err != nil {
		return nil, err
	}
	if q.c.GeometryType == spatial.GeometryNone {
		q.geom = false
	}
	q.rows = q.c.WithID(idName)
	q.Limit = int(r.whole("count", countMost, countMost))
	if text, ok := r.values["maxfeatures"]; ok && r.values["count"] == "" { // of older versions
		r.values["count"] = text
		q.Limit = int(r.whole("count", countMost, countMost))
	}
	q.start = r.whole("startindex", 0, startMost)
	switch strings.ToLower(r.values["resulttype"]) {
	case "", "results":
	case "hits":
		q.hits = true
	default:
		r.fault("resultType", "must be results or hits")
	}
	if format := strings.ToLower(r.values["outputformat"]); format != "" && !strings.Contains(format, "gml") {
		r.fault("outputFormat", "must be "+typeGML)
	}
	r.readSystem(q)
	r.readBox(q, ids)
	r.readProperties(q)
	r.readSort(q)
	for _, name := range []string{"aliases", "lockaction"} {
		if r.values[name] != "" {
			r.fault(name, "is not done by this server")
		}
	}
	if ids != nil {
		q.Filter = ofIDs(q.c, ids)
	}
	r.addFilter(q, conditions)
	if err := r.err(); err != nil {
		return nil, err
	}
	q.Query.Fields = []string{}
	for _, i := range q.fields {
		q.Query.Fields = append(q.Query.Fields, q.c.Fields[i].Name)
	}
	q.WithoutGeometry = !q.geom
	return q, nil
}

// walk finds where the page begins; a first page of the order is walked from its start.
func (r *request) walk(q *question) {
	said := []string{r.values["bbox"], r.values["sortby"], r.values["srsname"]}
	if q.Filter != nil {
		said = append(said, q.Filter.String())
	}
	q.key = paging.Key(q.c, r.access, strings.Join(said, "\x00"))
	position, at := r.h.anchors.Nearest(q.key, q.start)
	q.After, q.Offset = position, q.start-at
}

// resources settles which type is asked for, and which features of it; ids is nil
// where that is all of them.
func (r *request) resources(q *question) (ids []string, err error) {
	names := r.typeNames()
	wanted := r.values["resourceid"]
	if wanted == "" {
		wanted = r.values["featureid"] // of older versions
	}
	if stored := r.values["storedquery_id"]; stored != "" {
		if stored != byID || r.values["id"] == "" {
			return nil, invalid("storedQuery_id", "must be "+byID+", with ID")
		}
		names, wanted, q.single = "", r.values["id"], true
	}
	if wanted != "" {
		ids = []string{}
		for text := range strings.SplitSeq(wanted, ",") {
			collection, id, ok := parseResourceID(text)
			if !ok || names != "" && !strings.HasSuffix(":"+names, ":"+collection) {
				if q.single {
					return nil, spatial.NotFound("wfs: feature", "There is no such feature.")
				}
				return nil, invalid("resourceId", "must be ids of features of one type, as this server gives them out")
			}
			names = collection
			ids = append(ids, id)
		}
	}
	if names == "" || strings.ContainsAny(names, ", ()") {
		return nil, invalid("typeNames", "must be the name of one type")
	}
	q.c, err = r.find(names)
	return ids, err
}

// ofIDs is the condition for these features.
func ofIDs(c *spatial.Collection, ids []string) spatial.Filter {
	list := cql.Array{}
	for _, id := range ids {
		if c.IDKind == spatial.IDText {
			list.Items = append(list.Items, cql.String{Value: id})
		} else if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			list.Items = append(list.Items, cql.Number{Float: float64(n), Int: n, Whole: true})
		}
	}
	if len(list.Items) == 0 {
		return cql.Boolean{}
	}
	return cql.Operation{Op: cql.In, Args: []cql.Node{cql.Property{Name: idName}, list}}
}

func (r *request) whole(name string, normal, most int64) int64 {
	text := r.values[name]
	if text == "" {
		return normal
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		r.fault(name, "must be a whole number that is not negative")
		return normal
	}
	return min(n, most)
}

func (r *request) readSystem(q *question) {
	q.to = defaultSystem(q.c)
	name := r.values["srsname"]
	if name == "" {
		return
	}
	to, ok := parseSystem(name)
	if !ok {
		r.fault("srsName", "is not a coordinate system that this server knows")
		return
	}
	q.to = to
}

// readBox reads bbox: two corners, and the system that they are in, else that of the
// type (OGC 09-025r2 §7.9.2.3).
func (r *request) readBox(q *question, ids []string) {
	text := r.values["bbox"]
	if text == "" {
		return
	}
	in := defaultSystem(q.c)
	parts := strings.Split(text, ",")
	if len(parts) == 5 {
		named, ok := parseSystem(parts[4])
		if !ok {
			r.fault("bbox", "is not in a coordinate system that this server knows")
			return
		}
		in, parts = named, parts[:4]
	}
	n, err := negotiate.ParseNumbers(strings.Join(parts, ","))
	switch {
	case err != nil:
		r.fault("bbox", err.Error())
		return
	case ids != nil:
		r.fault("bbox", "is not given together with ids of features")
		return
	case q.c.GeometryType == spatial.GeometryNone:
		r.fault("bbox", "the type has no geometry")
		return
	}
	if in.latLon {
		n = [4]float64{n[1], n[0], n[3], n[2]}
	}
	if n[0] > n[2] || n[1] > n[3] {
		r.fault("bbox", "has its minimum above its maximum")
		return
	}
	if s, ok := crs.Lookup(in.srid); ok && s.Geographic {
		n[0], n[1], n[2], n[3] = max(n[0], -180), max(n[1], -90), min(n[2], 180), min(n[3], 90)
	}
	q.BBox = &spatial.Envelope{SRID: in.srid, MinX: n[0], MinY: n[1], MaxX: n[2], MaxY: n[3]}
	q.Filter = placed(q.rows) // a box keeps what has no geometry
}

func placed(c *spatial.Collection) spatial.Filter {
	return cql.Operation{Op: cql.Not, Args: []cql.Node{cql.Operation{Op: cql.IsNull, Args: []cql.Node{placeOf(c)}}}}
}

func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

func (q *question) field(name string) int {
	return slices.IndexFunc(q.c.Fields, func(f spatial.Field) bool { return f.Column == local(name) })
}

func (r *request) readProperties(q *question) {
	text := r.values["propertyname"]
	if text == "" || text == "*" {
		for i := range q.c.Fields {
			q.fields = append(q.fields, i)
		}
		return
	}
	q.geom = false
	for name := range strings.SplitSeq(strings.Trim(text, "()"), ",") {
		if local(name) == geometryName && q.c.GeometryType != spatial.GeometryNone {
			q.geom = true
		} else if i := q.field(name); i >= 0 {
			q.fields = append(q.fields, i)
		} else {
			r.fault("propertyName", strconv.Quote(name)+" is not a property of the type")
		}
	}
	slices.Sort(q.fields)
	q.fields = slices.Compact(q.fields)
}

// readSort reads "name DESC,other" (OGC 09-025r2 §7.9.2.5.4).
func (r *request) readSort(q *question) {
	for part := range strings.SplitSeq(r.values["sortby"], ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		i, direction := q.field(words[0]), "ASC"
		if len(words) > 1 {
			direction = strings.ToUpper(words[1])
		}
		switch {
		case i < 0 || q.c.Fields[i].Type == spatial.FieldJSON:
			r.fault("sortBy", strconv.Quote(words[0])+" is not a property to sort by")
		case len(words) > 2 || !slices.Contains([]string{"A", "ASC", "D", "DESC"}, direction) || len(q.Sort) == 5:
			r.fault("sortBy", "must be at most 5 properties, each with ASC or DESC")
		default:
			q.Sort = append(q.Sort, spatial.Sort{Field: q.c.Fields[i], Descending: direction[0] == 'D'})
		}
	}
}

// pageHref is this request from another feature on.
func (r *request) pageHref(start int64) string {
	query := url.Values{}
	maps.Copy(query, r.QueryParams())
	for name := range query {
		if strings.EqualFold(name, "startIndex") || strings.EqualFold(name, "key") {
			query.Del(name)
		}
	}
	query.Set("startIndex", strconv.FormatInt(start, 10))
	return r.href(query)
}
