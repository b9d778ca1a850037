package kml

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Bounds on what a scan remembers.
const (
	maxLayers = 10_000
	maxIDs    = 1 << 20
)

// layer is what a scan learns of one container with placemarks.
type layer struct {
	container int
	name      string
	fields    *fieldSet
	count     int64
	ids       idsSeen
	kinds     uint32 // bit per type code
	height    bool
	faults    bool // some placemark cannot be read
}

// scan reads the whole document once: KML says nowhere what its placemarks are
// like.
type scan struct {
	file     importers.File
	layers   []*layer
	names    map[int]string
	parents  map[int]int // the container that each stands in
	at       map[int]*layer
	ids      map[uint64]struct{}
	encoding string
	other    map[string]int
	fields   int
}

func scanFile(ctx context.Context, f importers.File) (*scan, error) {
	s := &scan{file: f, names: map[int]string{}, parents: map[int]int{}, at: map[int]*layer{}, ids: map[uint64]struct{}{},
		other: map[string]int{}}
	w := &walker{other: s.other}
	p := placemark{schemas: &w.schemas}
	p.geom.dims = spatial.XY
	w.named = func(container int, name string) {
		if len(name) <= maxName && len(s.names) < 10*maxLayers {
			s.names[container] = name
		}
	}
	w.entered = func(container, parent int) {
		if len(s.parents) < 10*maxLayers {
			s.parents[container] = parent
		}
	}
	w.placemark = func(container int, e markup.Element) error {
		l, err := s.layer(container)
		if err != nil {
			return err
		}
		before := len(l.fields.list)
		p.r, p.fields = w.r, l.fields
		if err := p.read(e); err != nil {
			return err
		}
		s.see(l, &p)
		if s.fields += len(l.fields.list) - before; s.fields > 20*maxFields {
			return errors.New("the document has too many different fields")
		}
		return nil
	}
	if err := w.file(ctx, f, new(atomic.Int64)); err != nil {
		return nil, err
	}
	s.encoding = w.r.Encoding()
	s.nameLayers()
	return s, nil
}

func (s *scan) layer(container int) (*layer, error) {
	if l := s.at[container]; l != nil {
		return l, nil
	}
	if len(s.layers) == maxLayers {
		return nil, fmt.Errorf("the document has placemarks in more than %d folders", maxLayers)
	}
	l := &layer{container: container, fields: newFieldSet()}
	s.at[container] = l
	s.layers = append(s.layers, l)
	return l, nil
}

func (s *scan) see(l *layer, p *placemark) {
	l.count++
	if p.err != nil {
		l.faults = true
	} else if _, kind := p.geom.result(); kind != 0 {
		l.kinds |= 1 << kind
		l.height = l.height || p.geom.height
	}
	for _, v := range p.found {
		f := &p.fields.list[v.field]
		f.saw |= classify(f, v.text)
	}
	if p.id == "" {
		return
	}
	l.ids.see(p.id)
	if l.ids.repeated {
		return
	}
	key := xxhash.Sum64String(fmt.Sprint(l.container, " ", p.id))
	if _, l.ids.repeated = s.ids[key]; len(s.ids) < maxIDs { // of further ones the import itself learns
		s.ids[key] = struct{}{}
	}
}

// nameLayers gives each layer its container's name, the document's own layer
// the file's where it has none, others a number. Where folders of one name stand
// in others of different names these come before: "Parent/Child". Names that are
// still equal are numbered as GDAL does.
func (s *scan) nameLayers() {
	used, within := map[string]bool{}, s.parentsOf()
	for i, l := range s.layers {
		name := s.names[l.container]
		switch {
		case name != "" && len(within[name]) > 1 && s.parent(l) != "":
			name = s.parent(l) + "/" + name
		case name != "":
		case l.container <= 1:
			name = s.file.Base()
		default:
			name = fmt.Sprintf("Layer%d", i)
		}
		l.name = name
		for n := 2; used[l.name]; n++ {
			l.name = fmt.Sprintf("%s (#%d)", name, n)
		}
		used[l.name] = true
	}
}

func (s *scan) schema(l *layer) importers.Schema {
	schema := importers.Schema{
		Layer: l.name, Format: "kml", GeometryType: l.geometryType(), Dimensions: spatial.XY,
		Encoding: s.encoding, Fields: l.fields.infos(), Count: l.count, Bytes: s.file.Size,
		CRS: importers.CRS{SRID: spatial.SRIDWGS84, Reason: "KML is WGS 84 (OGC 12-007r2 §6.2)"},
	}
	if l.height {
		schema.Dimensions = spatial.XYZ
	}
	switch {
	case l.ids.count == 0:
	case l.ids.count < l.count:
		schema.Notes = append(schema.Notes, spatial.Text{
			VI: fmt.Sprintf("không dùng id của Placemark: %d trong %d đối tượng không có id", l.count-l.ids.count, l.count),
			EN: fmt.Sprintf("the ids of the placemarks are not used: %d of %d have none", l.count-l.ids.count, l.count),
		})
	case l.ids.repeated:
		schema.Notes = append(schema.Notes, spatial.Text{
			VI: "không dùng id của Placemark: có id lặp lại",
			EN: "the ids of the placemarks are not used: some come twice",
		})
	case l.ids.numbers == l.count && l.ids.prefix == idPrefix(s.names[l.container]):
		schema.NativeID = spatial.FieldInteger
	default:
		schema.NativeID = spatial.FieldString
	}
	return schema
}

func (l *layer) geometryType() spatial.GeometryType {
	if l.kinds == 0 && !l.faults {
		return spatial.GeometryNone
	}
	for _, single := range [...]uint32{wkb.Point, wkb.LineString, wkb.Polygon} {
		switch {
		case l.kinds == 1<<single:
			return wkb.TypeOf(single)
		case l.kinds != 0 && l.kinds&^(1<<single|1<<(single+3)) == 0:
			return wkb.TypeOf(single + 3)
		}
	}
	return spatial.GeometryAny
}

// parentsOf lists for the name of a layer the names of what such layers are in.
func (s *scan) parentsOf() map[string]map[string]bool {
	within := map[string]map[string]bool{}
	for _, l := range s.layers {
		name := s.names[l.container]
		if within[name] == nil {
			within[name] = map[string]bool{}
		}
		within[name][s.parent(l)] = true
	}
	return within
}

func (s *scan) parent(l *layer) string {
	if parent, ok := s.parents[l.container]; ok {
		return s.names[parent]
	}
	return ""
}
