package receive

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"gisd/api/ogc/coords"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Most features in one body, and most faults that are told of one.
const (
	MostFeatures = 10_000
	mostFaults   = 1_000
)

// Geometries reads a GeoJSON geometry object as little-endian EWKB without an
// SRID, with heights where its first position has one. Null and what is empty give
// nothing. The error's text is for whoever sent the object.
type Geometries interface {
	ReadGeometry(raw []byte) ([]byte, error)
}

// Config says what a body is held against; all but Codes are required.
type Config struct {
	Collection *spatial.Collection
	From       crs.Reference // of the coordinates in the body
	Geometries Geometries
	// Codes are those that a field may have, by its place; fields without a list
	// have none here.
	Codes map[int]map[string]bool
	// Systems are those that a JSON-FG document may name for its places; nil reads no
	// JSON-FG, and places have faults.
	Systems func(uri string) (crs.Reference, bool)
	// Lenient leaves out properties that the collection does not have, instead of
	// finding fault with them.
	Lenient bool
}

// Received is what a body says.
type Received struct {
	Edits []spatial.Edit
	// At is the JSON pointer to the geometry of each edit (RFC 6901).
	At []string
	// Faults are all that is wrong, as far as it can be told without the stored
	// features; with any, the edits are not to be made.
	Faults []spatial.FieldError
	Batch  bool // a FeatureCollection
}

// Fault adds one, up to a bound.
func (r *Received) Fault(name, reason string) {
	if len(r.Faults) < mostFaults {
		r.Faults = append(r.Faults, spatial.FieldError{Name: name, Reason: reason})
	}
}

// reader reads one body.
type reader struct {
	Config
	out     Received
	storage *crs.Transform
	walker  coords.Walker
	given   map[string]int // fields by name
	whole   string         // the system that the document names for all its places
}

// Create reads a Feature, or a FeatureCollection, of new features.
func Create(cfg Config, body []byte) (*Received, error) {
	r, doc, err := begin(cfg, body)
	if err != nil {
		return nil, err
	}
	if text(doc["type"]) != "FeatureCollection" {
		r.feature(doc, "", "")
		return &r.out, nil
	}
	r.out.Batch = true
	r.root(doc, "")
	var features []json.RawMessage
	if err := json.Unmarshal(doc["features"], &features); err != nil || features == nil {
		r.out.Fault("/features", "must be an array of features")
		return &r.out, nil
	}
	if len(features) == 0 || len(features) > MostFeatures {
		r.out.Fault("/features", "must hold 1 to "+strconv.Itoa(MostFeatures)+" features")
		return &r.out, nil
	}
	for i, raw := range features {
		at := "/features/" + strconv.Itoa(i)
		member, ok := object(raw)
		if !ok {
			r.out.Fault(at, "must be a feature")
			continue
		}
		r.feature(member, at, "")
	}
	return &r.out, nil
}

// Replace reads a Feature that takes the place of the one with the id. What it
// does not name becomes null.
func Replace(cfg Config, body []byte, id string) (*Received, error) {
	r, doc, err := begin(cfg, body)
	if err != nil {
		return nil, err
	}
	r.feature(doc, "", id)
	return &r.out, nil
}

func begin(cfg Config, body []byte) (*reader, map[string]json.RawMessage, error) {
	const op = "receive: body"
	if !utf8.Valid(body) {
		return nil, nil, spatial.Invalid(op, "The body is not UTF-8.")
	}
	doc, ok := object(body)
	if !ok {
		return nil, nil, spatial.Invalid(op, "The body must be a JSON object.")
	}
	r := &reader{Config: cfg, given: map[string]int{}}
	for i, f := range cfg.Collection.Fields {
		r.given[f.Name] = i
	}
	to := cfg.Collection.SRID
	if !crs.Supported(to) {
		to = spatial.SRIDWGS84
	}
	if cfg.Systems != nil {
		r.whole = text(doc["coordRefSys"])
	}
	var err error
	r.storage, err = crs.NewTransform(cfg.From.SRID, to)
	return r, doc, err
}

// root finds fault with members that would change what the coordinates mean.
func (r *reader) root(doc map[string]json.RawMessage, at string) {
	if raw, ok := doc["crs"]; ok && !isNull(raw) && !bytes.Contains(raw, []byte("CRS84")) {
		r.out.Fault(at+"/crs", "is not read; name the coordinate system in the header Content-Crs")
	}
	if raw, ok := doc["coordRefSys"]; ok && r.Systems == nil && !isNull(raw) && !bytes.Contains(raw, []byte("CRS84")) {
		r.out.Fault(at+"/coordRefSys", "is not read; name the coordinate system in the header Content-Crs")
	}
}

// feature reads one whole feature: a new one where there is no id.
func (r *reader) feature(doc map[string]json.RawMessage, at, id string) {
	edit := spatial.Edit{Properties: map[int]any{}}
	if text(doc["type"]) != "Feature" {
		r.out.Fault(at+"/type", `must be "Feature"`)
	}
	r.root(doc, at)
	for i := range r.Collection.Fields {
		edit.Properties[i] = nil
	}
	raw, ok := doc["properties"]
	properties := map[string]json.RawMessage{}
	if ok && !isNull(raw) {
		if properties, ok = object(raw); !ok {
			r.out.Fault(at+"/properties", "must be an object")
		}
	}
	r.properties(&edit, properties, at)
	r.identity(&edit, at, id)
	pointer := at + "/geometry"
	geometry, ok := doc["geometry"]
	if place, has := doc["place"]; has && !isNull(place) && (r.Systems != nil || !ok || isNull(geometry)) {
		pointer = at + "/place"
		r.readPlace(&edit, place, text(doc["coordRefSys"]), pointer)
	} else {
		r.geometry(&edit, geometry, pointer)
	}
	r.required(&edit, at)
	r.out.Edits, r.out.At = append(r.out.Edits, edit), append(r.out.At, pointer)
}

// identity keeps the property that the id was taken from in step with it.
func (r *reader) identity(edit *spatial.Edit, at, id string) {
	place, ok := r.given[r.Collection.IDField]
	if !ok || r.Collection.IDField == "" {
		return
	}
	name := at + "/properties/" + escape(r.Collection.IDField)
	switch value := edit.Properties[place]; {
	case id != "":
		if value == nil {
			delete(edit.Properties, place) // it stays as it is
		} else if spell(value) != id {
			r.out.Fault(name, "is the id of the feature and cannot change")
		}
	case value == nil && r.Collection.IDKind == spatial.IDText:
		r.out.Fault(name, "is missing: the feature gets its id from it")
	case value == "":
		r.out.Fault(name, "is empty: the feature gets its id from it")
	}
}

// spell is an id as it stands on the wire.
func spell(value any) string {
	switch v := value.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	}
	return ""
}

func (r *reader) required(edit *spatial.Edit, at string) {
	for _, name := range r.Collection.Required {
		if i, ok := r.given[name]; ok {
			pointer := at + "/properties/" + escape(name)
			if value, set := edit.Properties[i]; set && value == nil && !r.faulty(pointer) {
				r.out.Fault(pointer, "is required and missing")
			}
		}
	}
	if edit.SetsGeometry && edit.Geometry.Empty() && r.needsGeometry() && !r.faulty(at+"/geometry") && !r.faulty(at+"/place") {
		r.out.Fault(at+"/geometry", "is required and missing")
	}
}

func (r *reader) needsGeometry() bool {
	return slices.Contains(r.Collection.Required, spatial.RequiredGeometry)
}

// faulty: one fault of a member is enough.
func (r *reader) faulty(name string) bool {
	return slices.ContainsFunc(r.out.Faults, func(f spatial.FieldError) bool { return f.Name == name })
}

// object takes a JSON object apart; the last of members with one name counts. Names are NFC.
func object(raw []byte) (map[string]json.RawMessage, bool) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(raw, &doc); err != nil || doc == nil {
		return nil, false
	}
	for name, value := range doc {
		if plain := norm.NFC.String(name); plain != name {
			delete(doc, name)
			doc[plain] = value
		}
	}
	return doc, true
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// escape writes a name as a step of a JSON pointer (RFC 6901 §3).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
