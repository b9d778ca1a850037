package gpx

import (
	"strconv"
	"strings"
	"time"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/markup"
	"gisd/spatial"
)

// layerKind is one of the five layers.
type layerKind int

const (
	waypoints layerKind = iota
	routes
	tracks
	routePoints
	trackPoints
	layerKinds
)

func (k layerKind) name() string {
	return [...]string{"waypoints", "routes", "tracks", "route_points", "track_points"}[k]
}

func (k layerKind) geometryType() spatial.GeometryType {
	switch k {
	case routes:
		return spatial.GeometryLineString
	case tracks:
		return spatial.GeometryMultiLineString
	}
	return spatial.GeometryPoint
}

// places are the fields that say where in the file a point stands, from 0.
func (k layerKind) places() []string {
	switch k {
	case routePoints:
		return []string{"route_fid", "route_point_id"}
	case trackPoints:
		return []string{"track_fid", "track_seg_id", "track_seg_point_id"}
	}
	return nil
}

// property is an element that becomes a field.
type property struct {
	name string
	kind spatial.FieldType
}

const maxLinks = 3

// properties are those of all elements, in the order in which they are shown.
func properties() []property {
	list := []property{
		{"ele", spatial.FieldNumber}, {"time", spatial.FieldDateTime}, {"magvar", spatial.FieldNumber}, {"geoidheight", spatial.FieldNumber},
		{"name", spatial.FieldString}, {"cmt", spatial.FieldString}, {"desc", spatial.FieldString}, {"src", spatial.FieldString},
		{"url", spatial.FieldString}, {"urlname", spatial.FieldString},
	}
	for i := range maxLinks {
		link := "link" + strconv.Itoa(i+1) + "_"
		list = append(list, property{link + "href", spatial.FieldString}, property{link + "text", spatial.FieldString}, property{link + "type", spatial.FieldString})
	}
	return append(list, []property{
		{"number", spatial.FieldInteger}, {"sym", spatial.FieldString}, {"type", spatial.FieldString}, {"fix", spatial.FieldString}, {"sat", spatial.FieldInteger},
		{"hdop", spatial.FieldNumber}, {"vdop", spatial.FieldNumber}, {"pdop", spatial.FieldNumber}, {"ageofdgpsdata", spatial.FieldNumber},
		{"dgpsid", spatial.FieldInteger}, {"course", spatial.FieldNumber}, {"speed", spatial.FieldNumber}, {extensions, spatial.FieldJSON},
	}...)
}

const (
	extensions = "extensions"
	maxNodes   = 50_000 // elements of one feature's extensions
)

// table looks properties up.
type table struct {
	list  []property
	index map[string]int
}

func newTable() *table {
	t := &table{list: properties(), index: map[string]int{}}
	for i, p := range t.list {
		t.index[p.name] = i
	}
	return t
}

// element is what one wpt, rte, trk or point says of itself.
type element struct {
	t     *table
	texts [][]byte // by property, nil for none
	buf   []byte
	dec   *encodings.Decoder
	links int
	nodes []*markup.Node
	// budget is how many elements of extensions may still come.
	budget int
}

func newElement(t *table) *element {
	return &element{t: t, texts: make([][]byte, len(t.list)), dec: encodings.UTF8()}
}

func (e *element) reset() {
	clear(e.texts)
	e.buf, e.links, e.nodes, e.budget = e.buf[:0], 0, nil, maxNodes
}

// child reads a child that is no position: a property, a link, an extension, or
// what some programs put beside them, which counts as an extension.
func (e *element) child(r *markup.Reader, c markup.Element) error {
	if c.Name == "link" {
		return e.link(r, c)
	}
	if c.Name == extensions {
		n, err := r.Node(c, &e.budget)
		if err == nil {
			e.nodes = append(e.nodes, n.Children...)
		}
		return err
	}
	if i, ok := e.t.index[c.Name]; ok && e.texts[i] == nil {
		return e.text(r, i)
	}
	n, err := r.Node(c, &e.budget)
	if err == nil {
		e.nodes = append(e.nodes, n)
	}
	return err
}

// done makes JSON of the extensions.
func (e *element) done() {
	if len(e.nodes) == 0 {
		return
	}
	e.texts[e.t.index[extensions]] = e.dec.Append(nil, markup.AppendJSON(nil, e.nodes))
}

func (e *element) text(r *markup.Reader, i int) error {
	from := len(e.buf)
	var err error
	if e.buf, err = r.Text(e.buf); err != nil {
		return err
	}
	e.set(i, e.buf[from:])
	return nil
}

func (e *element) set(i int, text []byte) {
	text = []byte(strings.TrimSpace(string(text)))
	if len(text) > 0 {
		e.texts[i] = e.dec.Append(nil, text)
	}
}

func (e *element) link(r *markup.Reader, c markup.Element) error {
	if e.links++; e.links > maxLinks {
		return nil
	}
	link := "link" + strconv.Itoa(e.links) + "_"
	e.set(e.t.index[link+"href"], []byte(c.Attr("href")))
	return r.Children(func(c markup.Element) error {
		if i, ok := e.t.index[link+c.Name]; ok && c.Name != "href" {
			return e.text(r, i)
		}
		return nil
	})
}

// seen is a bit for each property that the element has.
func (e *element) seen() uint64 {
	var bits uint64
	for i, t := range e.texts {
		if t != nil {
			bits |= 1 << i
		}
	}
	return bits
}

// parse reads a text as the type of its property.
func parse(out *importers.Value, kind spatial.FieldType, text []byte) bool {
	v := importers.Value{Valid: true}
	ok := true
	switch kind {
	case spatial.FieldInteger:
		n, err := strconv.ParseInt(string(text), 10, 64)
		v.Int, ok = n, err == nil
	case spatial.FieldNumber:
		f, err := strconv.ParseFloat(string(text), 64)
		v.Float, ok = f, err == nil && f-f == 0
	case spatial.FieldDateTime:
		var t time.Time
		t, ok = parseTime(string(text))
		v.Int = importers.DateTimeOf(t)
	default:
		v.Bytes = text
	}
	if ok {
		*out = v
	}
	return ok
}

// parseTime reads xsd:dateTime; one without a zone is UTC, as GPX has it.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999Z0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, t.Year() > 0
		}
	}
	return time.Time{}, false
}
