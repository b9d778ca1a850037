package pyramid

import (
	"encoding/json"
	"sync"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/generalise"
)

// reductions remembers what each collection's build chose for its zooms, for as
// long as the collection stays the same. It is safe for goroutines.
type reductions struct{ of sync.Map } // by id: *reduced

type reduced struct {
	collection *spatial.Collection
	choices    [tiles.MaxZoom + 1]generalise.Choice
}

// choice is what was chosen for a zoom so that its tiles keep the byte budget.
func (r *reductions) choice(c *spatial.Collection, z uint32) generalise.Choice {
	if len(c.Pyramid.Generalisation) == 0 {
		return generalise.Choice{}
	}
	if known, ok := r.of.Load(c.ID); ok {
		if known := known.(*reduced); known.collection == c {
			return known.choices[z]
		}
	}
	of := &reduced{collection: c}
	var list []generalise.Choice
	if json.Unmarshal(c.Pyramid.Generalisation, &list) == nil {
		for _, choice := range list {
			if choice.Zoom >= 0 && choice.Zoom < len(of.choices) {
				of.choices[choice.Zoom] = choice
			}
		}
	}
	r.of.Store(c.ID, of)
	return of.choices[z]
}

// reduce narrows a request for a zoom whose cells hold features as they are to
// the properties that the choice leaves; those that somebody asks for by name stay.
func reduce(r tiles.LayerRequest, choice generalise.Choice) tiles.LayerRequest {
	if r.Coord.Z < tiles.PlainZoom || choice.Step < generalise.StepAttributes || r.Query != nil && r.Query.Properties != nil {
		return r
	}
	var q tiles.Query
	if r.Query != nil {
		q = *r.Query
	}
	q.Properties = []string{}
	if by := r.Collection.Pyramid.Dissolve; by != "" {
		q.Properties = append(q.Properties, by)
	}
	r.Query = &q
	return r
}
