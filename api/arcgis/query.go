package arcgis

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gisd/api/paging"
	"gisd/spatial"
	"gisd/spatial/cql"
)

// question is what a query asks, and how it wants to see it.
type question struct {
	spatial.Query
	layer    *layer
	out      spatial.SRID
	decimals int
	fields   []int // of layer.fields that are shown
	geometry bool
	z        bool
	count    bool
	ids      bool
	extent   bool
	summary  *summary // nil where features are asked for
	offset   int64
	key      string // of paging.Anchors
}

// asker reads parameters and collects every fault. Unknown ones are left alone:
// clients send many that only say what they would like.
type asker struct {
	*request
	faults []spatial.FieldError
}

func (a *asker) fault(name, reason string) {
	a.faults = append(a.faults, spatial.FieldError{Name: name, Reason: reason})
}

func (a *asker) text(name string) string { return strings.TrimSpace(a.values.Get(name)) }

func (a *asker) flag(name string, normal bool) bool {
	switch strings.ToLower(a.text(name)) {
	case "":
		return normal
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	a.fault(name, "must be true or false")
	return normal
}

func (a *asker) whole(name string, most int64) (int64, bool) {
	text := a.text(name)
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		a.fault(name, "must be a whole number from 0 to "+strconv.FormatInt(most, 10))
		return 0, false
	}
	return n, true
}

func (a *asker) reference(name string, normal spatial.SRID) spatial.SRID {
	text := a.text(name)
	if text == "" {
		return normal
	}
	srid, ok := parseReference(text)
	if !ok {
		a.fault(name, "has a spatial reference that this server does not know")
		return normal
	}
	return srid
}

// unable names what would change the answer and is not done here; leaving it out
// silently would give another answer than the one asked for.
var unable = [...]string{"topFilter", "gdbVersion", "historicMoment", "relationParam", "fullText"}

// offsetMost bounds what may be skipped.
const offsetMost = 10_000_000

func (r *request) readQuestion(l *layer) (question, error) {
	a := &asker{request: r}
	q := question{Query: spatial.Query{Access: r.access, Limit: recordsMost}, layer: l}
	for _, name := range unable {
		if a.text(name) != "" {
			a.fault(name, "is not done by this server")
		}
	}
	q.count, q.ids, q.extent = a.flag("returnCountOnly", false), a.flag("returnIdsOnly", false), a.flag("returnExtentOnly", false)
	q.geometry, q.z = a.flag("returnGeometry", true) && l.c.GeometryType != spatial.GeometryNone, a.flag("returnZ", false)
	q.out = a.reference("outSR", l.srid)
	if r.format == "geojson" {
		q.out = spatial.SRIDWGS84 // RFC 7946 §4
	}
	q.decimals = decimalsOf(q.out)
	if n, ok := a.whole("geometryPrecision", 15); ok {
		q.decimals = min(q.decimals, int(n))
	}
	q.ToleranceMeters = a.tolerance(q.out)
	if n, ok := a.whole("resultRecordCount", offsetMost); ok && n > 0 {
		q.Limit = int(min(n, recordsMost))
	}
	if q.summary = a.summary(l, &q); q.summary == nil {
		q.fields = a.outFields(l)
		q.Sort = a.order(l)
	}
	q.Time = a.time()
	conditions := a.conditions(l, &q)
	if offset, ok := a.whole("resultOffset", offsetMost); ok {
		q.offset = offset
	}
	if len(a.faults) > 0 {
		return q, spatial.Invalid("arcgis: query", "The query cannot be answered.", a.faults...)
	}
	if err := a.where(l, &q, conditions); err != nil {
		return q, err
	}
	if q.summary != nil {
		return q, nil
	}
	q.narrow()
	q.key = paging.Key(l.c, r.access, q.said()+" "+r.RealIP()+" "+r.Request().UserAgent())
	position, at := r.h.anchors.Nearest(q.key, q.offset)
	q.After, q.Offset = position, q.offset-at
	return q, nil
}

// narrow has the store read what is shown and no more.
func (q *question) narrow() {
	q.WithoutGeometry = !q.geometry
	q.Query.Fields = []string{}
	for _, i := range q.fields {
		if i > 0 {
			q.Query.Fields = append(q.Query.Fields, q.layer.fields[i].source.Name)
		}
	}
}

// said is the question as far as it decides which features there are, in which
// order.
func (q *question) said() string {
	var b strings.Builder
	if q.Filter != nil {
		b.WriteString(q.Filter.String())
	}
	if q.BBox != nil {
		b.WriteString(" box " + strconv.FormatFloat(q.BBox.MinX, 'g', -1, 64) + " " + strconv.FormatFloat(q.BBox.MinY, 'g', -1, 64) + " " +
			strconv.FormatFloat(q.BBox.MaxX, 'g', -1, 64) + " " + strconv.FormatFloat(q.BBox.MaxY, 'g', -1, 64) + " " + q.BBox.SRID.String())
	}
	if q.Time != nil {
		b.WriteString(" time " + q.Time.Start.String() + " " + q.Time.End.String())
	}
	for _, s := range q.Sort {
		b.WriteString(" by " + strconv.Quote(s.Field.Name) + strconv.FormatBool(s.Descending))
	}
	return b.String()
}

// where joins the clause with the conditions of the other parameters.
func (a *asker) where(l *layer, q *question, conditions []cql.Node) error {
	ctx := a.Request().Context()
	texts := func(wanted []int64) ([]string, error) { return a.h.texts(ctx, l.c, a.access, wanted) }
	p := &whereParser{layer: l, now: time.Now(), texts: texts}
	clause, err := p.parse(a.values.Get("where"))
	if err != nil {
		return err
	}
	if clause != nil {
		conditions = append(conditions, clause)
	}
	ids, err := a.objectIDs(l, texts)
	if err != nil {
		return err
	}
	if ids != nil {
		conditions = append(conditions, ids)
	}
	if len(conditions) > 0 {
		q.Filter = cql.All(conditions)
	}
	return nil
}

// objectIDs reads the parameter of that name.
func (a *asker) objectIDs(l *layer, texts func([]int64) ([]string, error)) (cql.Node, error) {
	text := a.text("objectIds")
	if text == "" {
		return nil, nil
	}
	var wanted []int64
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil || len(wanted) == 10*recordsMost {
			return nil, spatial.Invalid("arcgis: query", "The query cannot be answered.",
				spatial.FieldError{Name: "objectIds", Reason: "must be whole numbers separated by commas, 20000 at most"})
		}
		wanted = append(wanted, n)
	}
	list := cql.Array{}
	if l.c.IDKind == spatial.IDText {
		ids, err := texts(wanted)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			list.Items = append(list.Items, cql.String{Value: id})
		}
	} else {
		for _, n := range wanted {
			list.Items = append(list.Items, cql.Number{Float: float64(n), Int: n, Whole: true})
		}
	}
	if len(list.Items) == 0 {
		return cql.Boolean{}, nil
	}
	return cql.Operation{Op: cql.In, Args: []cql.Node{cql.Property{Name: l.oid}, list}}, nil
}

// outFields reads which fields are shown; the object id always is.
func (a *asker) outFields(l *layer) []int {
	text := a.text("outFields")
	if text == "" && !a.values.Has("outFields") {
		return []int{0}
	}
	shown := []int{0}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.Trim(strings.TrimSpace(part), `"`)
		if part == "*" {
			shown = shown[:0]
			for i := range l.fields {
				shown = append(shown, i)
			}
			return shown
		}
		if part == "" {
			continue
		}
		i, ok := l.find(part)
		if !ok {
			a.fault("outFields", "there is no field "+strconv.Quote(part))
			continue
		}
		if !slices.Contains(shown, i) {
			shown = append(shown, i)
		}
	}
	return shown
}

// order reads "name DESC, …". The object id alone, ascending, is the order anyway.
func (a *asker) order(l *layer) []spatial.Sort {
	var keys []spatial.Sort
	for part := range strings.SplitSeq(a.text("orderByFields"), ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		i, ok := l.find(strings.Trim(words[0], `"`))
		direction := "ASC"
		if len(words) > 1 {
			direction = strings.ToUpper(words[1])
		}
		switch {
		case !ok:
			a.fault("orderByFields", "there is no field "+strconv.Quote(words[0]))
			continue
		case len(words) > 2 || direction != "ASC" && direction != "DESC" || l.fields[i].source.Type == spatial.FieldJSON || len(keys) == 5:
			a.fault("orderByFields", "must be at most 5 fields, each with ASC or DESC")
			continue
		}
		keys = append(keys, spatial.Sort{Field: l.fields[i].source, Descending: direction == "DESC"})
	}
	if len(keys) == 1 && keys[0].Field.Name == l.oid && !keys[0].Descending {
		return nil
	}
	return keys
}

// time reads an instant or an interval in milliseconds; "null" is an open end.
func (a *asker) time() *spatial.TimeRange {
	text := a.text("time")
	if text == "" {
		return nil
	}
	var ends [2]time.Time
	first, second, interval := strings.Cut(text, ",")
	if !interval {
		second = first
	}
	for i, part := range []string{first, second} {
		part = strings.TrimSpace(part)
		if part == "null" || part == "" {
			continue
		}
		ms, err := strconv.ParseInt(part, 10, 64)
		if err != nil || ms < -62135596800000 || ms > 253402300799999 {
			a.fault("time", "must be milliseconds since 1970, one or two")
			return nil
		}
		ends[i] = time.UnixMilli(ms).UTC()
	}
	if ends[0].IsZero() && ends[1].IsZero() {
		return nil
	}
	return &spatial.TimeRange{Start: ends[0], End: ends[1]}
}
