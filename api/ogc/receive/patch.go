package receive

import (
	"encoding/json"
	"maps"
	"slices"

	"gisd/spatial"
)

// Patch is a merge patch (RFC 7396) of one feature: what it names changes.
type Patch struct {
	Received                         // one edit, as far as it does not depend on the feature
	merges   map[int]json.RawMessage // patches of properties that are JSON themselves
}

// Merge reads a merge patch of the feature with the id.
func Merge(cfg Config, body []byte, id string) (*Patch, error) {
	r, doc, err := begin(cfg, body)
	if err != nil {
		return nil, err
	}
	p := &Patch{merges: map[int]json.RawMessage{}}
	edit := spatial.Edit{Properties: map[int]any{}}
	r.root(doc, "")
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		raw := doc[name]
		switch name {
		case "geometry":
			r.geometry(&edit, raw, "/geometry")
		case "properties":
			r.patchProperties(p, &edit, raw)
		case "id":
			if !sameID(raw, id) {
				r.out.Fault("/id", "is the id of the feature and cannot change")
			}
		case "type":
			if text(raw) != "Feature" {
				r.out.Fault("/type", `must be "Feature"`)
			}
		case "crs", "coordRefSys", "links", "bbox", "conformsTo", "featureType", "time", "place":
		default:
			r.out.Fault("/"+escape(name), `is no member of a feature; its properties stand in "properties"`)
		}
	}
	r.patchIdentity(&edit, id)
	r.required(&edit, "")
	r.out.Edits, r.out.At = []spatial.Edit{edit}, []string{"/geometry"}
	p.Received = r.out
	return p, nil
}

func (r *reader) patchProperties(p *Patch, edit *spatial.Edit, raw json.RawMessage) {
	if isNull(raw) { // all of them are taken away
		for i, f := range r.Collection.Fields {
			if f.Name != r.Collection.IDField {
				edit.Properties[i] = nil
			}
		}
		return
	}
	properties, ok := object(raw)
	if !ok {
		r.out.Fault("/properties", "must be an object")
		return
	}
	r.properties(edit, properties, "")
	for name, value := range properties {
		if i, ok := r.given[name]; ok && r.Collection.Fields[i].Type == spatial.FieldJSON && !isNull(value) {
			p.merges[i] = value
		}
	}
}

// patchIdentity: the property that the id was taken from changes in no patch.
func (r *reader) patchIdentity(edit *spatial.Edit, id string) {
	place, ok := r.given[r.Collection.IDField]
	if !ok || r.Collection.IDField == "" {
		return
	}
	if value, set := edit.Properties[place]; set {
		if spell(value) != id {
			r.out.Fault("/properties/"+escape(r.Collection.IDField), "is the id of the feature and cannot change")
		}
		delete(edit.Properties, place)
	}
}

func sameID(raw json.RawMessage, id string) bool {
	var number json.Number
	return text(raw) == id || json.Unmarshal(raw, &number) == nil && number.String() == id
}

// Onto is the edit for the feature as it stands: values that are JSON objects are
// merged, not replaced.
func (p *Patch) Onto(before *spatial.Feature) (spatial.Edit, error) {
	edit := p.Edits[0]
	if len(p.merges) == 0 {
		return edit, nil
	}
	edit.Properties = maps.Clone(edit.Properties)
	for i, patch := range p.merges {
		var old, change any
		if held, ok := before.Properties[i].(json.RawMessage); ok {
			if err := decode(held, &old); err != nil {
				return edit, err
			}
		}
		if err := decode(patch, &change); err != nil {
			return edit, err
		}
		merged, err := json.Marshal(merge(old, change))
		if err != nil {
			return edit, err
		}
		edit.Properties[i] = json.RawMessage(merged)
	}
	return edit, nil
}

// merge is MergePatch of RFC 7396 §2.
func merge(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	held, ok := target.(map[string]any)
	if !ok {
		held = map[string]any{}
	}
	for name, value := range changes {
		if value == nil {
			delete(held, name)
		} else {
			held[name] = merge(held[name], value)
		}
	}
	return held
}
