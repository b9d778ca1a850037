package imports

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"

	"gisd/spatial"
)

// form reads the fields of a request and collects every fault.
type form struct {
	request spatial.ImportRequest
	given   []string
	faults  []spatial.FieldError
}

// targets are the fields by their names on the wire.
func (f *form) targets() map[string]any {
	r := &f.request
	return map[string]any{
		"url": &r.URL, "collection": &r.Collection, "layer": &r.Layer, "allLayers": &r.AllLayers, "crs": &r.CRS, "swapXY": &r.SwapXY,
		"encoding": &r.Encoding, "mode": &r.Mode, "key": &r.Key, "deleteMissing": &r.DeleteMissing, "allowLoss": &r.AllowLoss,
		"discardEdits": &r.DiscardEdits, "rebaseEdits": &r.RebaseEdits, "map": &r.Map, "maxErrors": &r.MaxErrors, "dryRun": &r.DryRun,
		"title": &r.Title, "publish": &r.Publish, "visibility": &r.Visibility, "department": &r.Department,
	}
}

func (f *form) fault(name, reason string) {
	f.faults = append(f.faults, spatial.FieldError{Name: name, Reason: reason})
}

// target finds a field; nil after a fault.
func (f *form) target(name string) any {
	t := f.targets()[name]
	switch {
	case t == nil:
		f.fault(name, "is no field of an import")
	case slices.Contains(f.given, name):
		f.fault(name, "is given twice")
		return nil
	}
	f.given = append(f.given, name)
	return t
}

// longest is what a field holds at most, in bytes; a mapping is a file.
func longest(name string) int64 {
	if name == "map" {
		return 1 << 20
	}
	return 4 << 10
}

// text takes a field of a multipart form. An empty one was left empty by a
// person and is not given.
func (f *form) text(name, value string) {
	t := f.target(name)
	if t == nil || value == "" {
		return
	}
	if int64(len(value)) > longest(name) || !utf8.ValidString(value) {
		f.fault(name, "is too long or is not UTF-8")
		return
	}
	switch t := t.(type) {
	case *string:
		*t = value
	case *bool:
		b, err := strconv.ParseBool(value)
		if err != nil && value != "on" {
			f.fault(name, "must be true or false")
		}
		*t = b || value == "on" // what a checkbox sends
	case **int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			f.fault(name, "must be a whole number")
		}
		*t = &n
	}
}

// document takes the fields of a JSON object.
func (f *form) document(body []byte) error {
	invalid := func(err error) error {
		return &spatial.Error{Code: spatial.CodeInvalid, Op: "imports: read fields", Err: err,
			Message: `The body must be a JSON object such as {"url": "https://…", "collection": "roads"}.`}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return invalid(err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return invalid(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return invalid(err)
		}
		f.member(name.(string), value)
	}
	if _, err := d.Token(); err != nil || d.More() {
		return invalid(err)
	}
	return nil
}

func (f *form) member(name string, value json.RawMessage) {
	t := f.target(name)
	if t == nil || string(value) == "null" {
		return
	}
	if int64(len(value)) > 2*longest(name) {
		f.fault(name, "is too long or is not UTF-8")
		return
	}
	if err := json.Unmarshal(value, t); err == nil {
		return
	}
	switch t.(type) {
	case *string:
		f.fault(name, "must be a text")
	case *bool:
		f.fault(name, "must be true or false")
	case **int64:
		f.fault(name, "must be a whole number")
	}
}
