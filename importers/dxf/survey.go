package dxf

import (
	"bytes"
	"context"
	"unicode/utf8"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// survey is what one pass over a drawing's features tells, by layer.
type survey struct {
	d      *drawing
	layers []*layerSurvey // in the order of their first feature
	byKey  map[string]*layerSurvey
	whole  *layerSurvey // all of them
	places places       // of what is not on paper
	// scale brings coordinates into metres; note says why, if a unit is declared.
	scale  float64
	note   spatial.Text
	broken bool // text of a drawing in Unicode that is no UTF-8
	kept   int
	spans  int
	dec    *decoders
	x      *exploder
}

// layerSurvey is what is known of one layer.
type layerSurvey struct {
	key    string
	name   []byte // as it stands in the file
	whole  bool
	paper  bool
	count  int64
	spans  []span // where its entities stand; nil where that is not known
	lost   bool   // there were too many spans
	hasZ   bool
	kinds  uint32 // a bit for each type code
	fields []extraField
	byName map[string]int
	xdata  bool
	names  [][]byte // samples of names: blocks, line types
	texts  [][]byte // samples of text
	bytes  int
}

// extraField is one that comes from the attributes of blocks or from the
// properties that a drawing written here carries.
type extraField struct {
	name  []byte
	kind  spatial.FieldType
	texts [][]byte
}

const (
	paperKey = "\x00paper space"
	wholeKey = "\x00"
	// maxListed is how many layers are listed one by one; the layer of all
	// entities stands alone where there are more.
	maxListed = 1000
	maxExtra  = 1000
	// What is kept of texts for finding their encoding.
	maxSamples     = 300
	maxSampleBytes = 32 << 10
	maxKept        = 12 << 20
	maxSpans       = 1 << 20 // of all layers: 16 MiB
)

// look surveys the drawing.
func (d *drawing) look(ctx context.Context) (*survey, error) {
	v := &survey{d: d, byKey: map[string]*layerSurvey{}, whole: newLayerSurvey(wholeKey, nil), dec: newDecoders(nil, false, false)}
	v.whole.whole = true
	x := exploder{ctx: ctx, d: d, tolerance: chordError, emit: v.see}
	if u, ok := unitOf(d.units); ok {
		x.tolerance = max(chordError, chordError/u.metres)
	}
	v.x = &x
	if err := x.run(); err != nil {
		return nil, d.fail(err)
	}
	v.scale, v.note = d.scaleOf(&v.places)
	return v, nil
}

func newLayerSurvey(key string, name []byte) *layerSurvey {
	return &layerSurvey{key: key, name: bytes.Clone(name), byName: map[string]int{}}
}

// keyOf is the layer that a feature goes to.
func keyOf(layer []byte, paper bool) string {
	if paper {
		return paperKey
	}
	return folded(layer)
}

func (v *survey) see(f *feature) error {
	key := keyOf(f.layer, f.paper)
	l := v.byKey[key]
	if l == nil {
		name := f.layer
		if declared, ok := v.d.layers[folded(f.layer)]; ok {
			name = []byte(declared.name)
		}
		l = newLayerSurvey(key, name)
		l.paper = f.paper
		v.byKey[key] = l
		if len(v.layers) > maxNames {
			return tooLarge("%s: more than %d layers", v.d.file.Name, maxNames)
		}
		v.layers = append(v.layers, l)
	}
	z := f.shape.hasZ()
	for _, l := range [...]*layerSurvey{l, v.whole} {
		l.count++
		l.hasZ = l.hasZ || z
		if !f.shape.empty() {
			l.kinds |= 1 << f.shape.kind()
		}
	}
	v.remember(l)
	if !f.paper && len(f.shape.pos) > 0 {
		v.places.add(f.shape.pos)
	}
	if len(v.layers) > maxListed {
		v.seeTexts(v.whole, f)
		return nil
	}
	v.seeTexts(l, f)
	v.seeTexts(v.whole, f)
	return nil
}

// remember notes where the entities of a layer stand, so that it can be read
// without parsing all the others.
func (v *survey) remember(l *layerSurvey) {
	at := v.x.at
	switch n := len(l.spans); {
	case l.lost, n > 0 && l.spans[n-1].to >= at.to:
	case n > 0 && l.spans[n-1].to == at.from:
		l.spans[n-1].to = at.to
	case v.spans >= maxSpans:
		l.lost, l.spans = true, nil
	default:
		l.spans = append(l.spans, at)
		v.spans++
	}
}

func (v *survey) seeTexts(l *layerSurvey, f *feature) {
	l.names = v.keep(l, l.names, f.layer)
	l.names = v.keep(l, l.names, f.block)
	if len(f.text.bytes) > 0 {
		l.texts = v.keep(l, l.texts, v.dec.raw(f.text))
	}
	for _, a := range f.attribs {
		if i := l.extra(a.tag, spatial.FieldString); i >= 0 {
			l.fields[i].texts = v.keep(l, l.fields[i].texts, v.dec.raw(a.value))
		}
	}
	if f.xdata == nil {
		return
	}
	readXData(f.xdata, xdataVisitor{
		property: func(p property) { l.extra(p.name, p.kind) },
		other:    func() { l.xdata = true },
	})
}

// extra returns the place of a field by its name, -1 where there are too many.
func (l *layerSurvey) extra(name []byte, kind spatial.FieldType) int {
	if i, ok := l.byName[string(name)]; ok {
		if l.fields[i].kind != kind {
			l.fields[i].kind = spatial.FieldString
		}
		return i
	}
	if len(name) == 0 || len(l.fields) >= maxExtra {
		return -1
	}
	i := len(l.fields)
	l.byName[string(name)] = i
	l.fields = append(l.fields, extraField{name: bytes.Clone(name), kind: kind})
	return i
}

// keep keeps a text as a sample: mostly those that are not plain ASCII.
func (v *survey) keep(l *layerSurvey, list [][]byte, text []byte) [][]byte {
	ascii := true
	for _, c := range text {
		if c >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if !ascii && !utf8.Valid(text) {
		v.broken = true
	}
	limit := maxSamples
	if ascii {
		limit = 20
	}
	if len(text) == 0 || len(list) >= limit || l.bytes+len(text) > maxSampleBytes || v.kept > maxKept {
		return list
	}
	if n := len(list); n > 0 && bytes.Equal(list[n-1], text) {
		return list
	}
	l.bytes += len(text)
	v.kept += len(text)
	return append(list, bytes.Clone(text))
}

// unicode tells whether text is UTF-8, as the version says and the texts bear out.
func (v *survey) unicode() bool { return v.d.unicode() && !v.broken }

// listed are the layers as they are offered: in the order of their first
// features, what stands on paper last.
func (v *survey) listed() []*layerSurvey {
	if len(v.layers) == 0 || len(v.layers) > maxListed {
		return nil
	}
	list := make([]*layerSurvey, 0, len(v.layers))
	for _, l := range v.layers {
		if !l.paper {
			list = append(list, l)
		}
	}
	if l := v.byKey[paperKey]; l != nil {
		list = append(list, l)
	}
	return list
}

// choose settles how names, text and each extra field of the layers are read:
// by their own samples, or where those leave doubt by all of the drawing's.
func (v *survey) choose(l *layerSurvey, forced string) []encodings.Choice {
	if forced == "auto" {
		forced = ""
	}
	own := v.sampled(l, forced)
	if l.whole {
		return own
	}
	var all []encodings.Choice
	for i := range own {
		if !own[i].Unsure {
			continue
		}
		if all == nil {
			all = v.sampled(v.whole, forced)
		}
		at := i
		if i >= firstExtraColumn {
			at = firstExtraColumn + v.whole.byName[string(l.fields[i-firstExtraColumn].name)]
		}
		if at < len(all) && !all[at].Unsure {
			own[i] = all[at]
		}
	}
	return own
}

// The columns of a sampler.
const (
	columnNames = iota
	columnText
	firstExtraColumn
)

func (v *survey) sampled(l *layerSurvey, forced string) []encodings.Choice {
	declared := v.d.codePage
	if _, ok := encodings.Lookup(declared); !ok {
		declared = ""
	}
	o := encodings.SamplerOptions{Declared: declared, Forced: forced}
	if v.unicode() {
		o.Declared, o.Unicode = "", true
	}
	s := encodings.NewSampler(firstExtraColumn+len(l.fields), o)
	var single []byte
	add := func(column int, texts [][]byte) {
		for _, t := range texts {
			if o.Unicode {
				var ok bool
				if single, ok = encodings.AppendWindows1252(single[:0], t); !ok {
					continue // right as it stands
				}
				t = single
			}
			s.Add(column, t)
		}
	}
	add(columnNames, l.names)
	add(columnText, l.texts)
	for i := range l.fields {
		add(firstExtraColumn+i, l.fields[i].texts)
	}
	return s.Choices()
}

var _ importers.Format = Format{}
