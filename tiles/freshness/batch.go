package freshness

import (
	"math"
	"slices"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
)

// batch is what was read at once, by collection.
type batch struct {
	order    []string // collections, by their first change
	entries  map[string][]entry
	sets     map[string]*boxes
	derived  map[string]*boxes           // of what was made of features, at small scales
	versions map[string]int              // the newest that changed
	spans    map[string]spatial.Envelope // all boxes of features, SRID 3857, as close as can be
	features []change                    // those that are no derived ones
}

// change is one that packed cells have to follow.
type change struct {
	position uint64
	id       string
	boxes    []spatial.Envelope
}

// gather converts boxes to SRID 3857. A box in a system that is not known counts
// as everything.
func gather(list []spatial.Change) *batch {
	found := &batch{entries: map[string][]entry{}, sets: map[string]*boxes{}, derived: map[string]*boxes{}, versions: map[string]int{}, spans: map[string]spatial.Envelope{}}
	transform := transforms{}
	type of struct {
		id      string
		derived bool
	}
	gathered := map[of][]spatial.Envelope{}
	whole := map[of]bool{}
	for _, one := range list {
		id := one.Collection
		if _, known := found.entries[id]; !known {
			found.order = append(found.order, id)
		}
		converted, all := transform.mercator(one)
		these := of{id, one.Derived}
		if !all {
			gathered[these] = append(gathered[these], converted...)
		}
		whole[these] = whole[these] || all
		touched := newBoxes(converted, all)
		touched.small = one.Derived
		found.entries[id] = append(found.entries[id], entry{position: one.Position, boxes: touched})
		found.versions[id] = max(found.versions[id], one.Version)
		if one.Derived {
			continue
		}
		if all {
			converted = []spatial.Envelope{square()}
		}
		found.features = append(found.features, change{one.Position, id, converted})
		if !all {
			found.spans[id] = span(found.spans, id, converted, one.Boxes)
		}
	}
	for _, id := range found.order {
		set := newBoxes(gathered[of{id, false}], whole[of{id, false}])
		made := newBoxes(gathered[of{id, true}], whole[of{id, true}])
		made.small = true
		found.sets[id], found.derived[id] = &set, &made
	}
	return found
}

// touch reports whether a change of the collection touches the tile.
func (b *batch) touch(id string, c tiles.Coord) bool {
	return b.sets[id].touch(c) || b.derived[id].touch(c)
}

// span grows what is known of the collection by the boxes, without what rounding
// outwards added to them (crs.Transform.Envelope: 1/1024 of their size and 0.1 mm).
func span(known map[string]spatial.Envelope, id string, converted, stored []spatial.Envelope) spatial.Envelope {
	e, ok := known[id]
	if !ok {
		e = spatial.EmptyEnvelope(spatial.SRIDWebMercator)
	}
	for _, b := range converted {
		if stored[0].SRID != spatial.SRIDWebMercator {
			dx, dy := (b.MaxX-b.MinX)/1026, (b.MaxY-b.MinY)/1026
			b.MinX, b.MinY, b.MaxX, b.MaxY = b.MinX+dx, b.MinY+dy, b.MaxX-dx, b.MaxY-dy
		}
		e = e.Extend(b.MinX, b.MinY).Extend(b.MaxX, b.MaxY)
	}
	return e
}

// told is what maps hear, in SRID 4326.
func told(found *batch) []spatial.Change {
	out := make([]spatial.Change, 0, len(found.order))
	for _, id := range found.order {
		set, made := found.sets[id], found.derived[id]
		change := spatial.Change{Collection: id, Version: found.versions[id], Whole: set.whole || made.whole}
		for _, box := range slices.Concat(set.few(), made.few()) {
			change.Boxes = append(change.Boxes, lonLat(box))
		}
		if change.Whole || len(change.Boxes) > 0 {
			out = append(out, change)
		}
	}
	return out
}

// transforms are those from storage systems to SRID 3857, nil for what is not
// known.
type transforms map[spatial.SRID]*crs.Transform

// mercator converts the change's boxes; whole says that they stand for
// everything.
func (t transforms) mercator(change spatial.Change) (converted []spatial.Envelope, whole bool) {
	if change.Whole {
		return nil, true
	}
	for _, box := range change.Boxes {
		to, known := t[box.SRID]
		if !known {
			to, _ = crs.NewTransform(box.SRID, spatial.SRIDWebMercator)
			t[box.SRID] = to
		}
		if to == nil {
			return nil, true
		}
		// What is not finite, or out of reach, is drawn nowhere.
		if out, err := to.Envelope(box); err == nil && !out.Empty() {
			converted = append(converted, out)
		}
	}
	return converted, false
}

// lonLat converts a box of SRID 3857 to SRID 4326, rounded outwards.
func lonLat(e spatial.Envelope) spatial.Envelope {
	const radius, degree, tiny = 6378137, 180 / math.Pi, 1e-8
	lat := func(y float64) float64 { return degree * math.Atan(math.Sinh(y/radius)) }
	return spatial.Envelope{
		SRID: spatial.SRIDWGS84,
		MinX: e.MinX/radius*degree - tiny, MinY: lat(e.MinY) - tiny,
		MaxX: e.MaxX/radius*degree + tiny, MaxY: lat(e.MaxY) + tiny,
	}
}

// widened is the box, in SRID 4326, that the extent has to hold besides what it
// holds, with room for the next edits around it; grown is false where it holds
// all, to a few decimetres. span is in SRID 3857. An extent across the
// antimeridian is left alone.
func widened(extent, span spatial.Envelope) (box spatial.Envelope, grown bool) {
	const near = 2e-6 // degrees
	if span.Empty() || extent.MinX > extent.MaxX && !extent.Empty() {
		return box, false
	}
	box = lonLat(span)
	if !extent.Empty() {
		if box.MinX >= extent.MinX-near && box.MinY >= extent.MinY-near && box.MaxX <= extent.MaxX+near && box.MaxY <= extent.MaxY+near {
			return box, false
		}
		box = box.Extend(extent.MinX, extent.MinY).Extend(extent.MaxX, extent.MaxY)
	}
	roomX, roomY := (box.MaxX-box.MinX)/64, (box.MaxY-box.MinY)/64
	if box.MinX < extent.MinX {
		box.MinX = max(box.MinX-roomX, -180)
	}
	if box.MinY < extent.MinY {
		box.MinY = max(box.MinY-roomY, -90)
	}
	if box.MaxX > extent.MaxX {
		box.MaxX = min(box.MaxX+roomX, 180)
	}
	if box.MaxY > extent.MaxY {
		box.MaxY = min(box.MaxY+roomY, 90)
	}
	return box, true
}
