package kml

import (
	"golang.org/x/text/unicode/norm"

	"gisd/importers/markup"
)

// placemark reads one placemark into the members that a scan or a reading looks
// at; its buffers are used again for the next.
type placemark struct {
	r       *markup.Reader
	schemas *schemas
	fields  *fieldSet
	geom    geometry
	id      string
	texts   []byte // backs the values
	found   []value
	err     error // why the placemark cannot be loaded

	firstWhen, lastWhen []byte // of tracks
}

// value is the text of one field, fields.list[field].
type value struct {
	field int
	text  []byte
}

// fault keeps the first thing that is wrong with the placemark.
func (p *placemark) fault(err error) {
	if p.err == nil {
		p.err = err
	}
}

// read takes the placemark that was entered last. Its error is the document's.
func (p *placemark) read(e markup.Element) error {
	p.r.Mark()
	p.geom.reset()
	p.id, p.err, p.texts, p.found = e.Attr("id"), nil, p.texts[:0], p.found[:0]
	p.firstWhen, p.lastWhen = nil, nil
	err := p.r.Children(func(e markup.Element) error {
		if isGeometry(e.Name) {
			return p.geom.add(p.r, e, p)
		}
		return p.member(e)
	})
	if err != nil {
		return err
	}
	if p.firstWhen != nil && !p.has(fieldBegin) && !p.has(fieldTimestamp) {
		if err := p.put(fieldBegin, p.firstWhen); err != nil {
			return err
		}
		return p.put(fieldEnd, p.lastWhen)
	}
	return nil
}

func (p *placemark) has(name string) bool {
	for _, v := range p.found {
		if f := &p.fields.list[v.field]; f.own && f.name == name {
			return true
		}
	}
	return false
}

// member reads a child of the placemark other than a geometry.
func (p *placemark) member(e markup.Element) error {
	switch e.Name {
	case "name":
		return p.text(fieldName)
	case "description", "visibility", "address", "phoneNumber", "styleUrl":
		return p.text(e.Name)
	case "Snippet", "snippet":
		return p.text(fieldSnippet)
	case "TimeStamp", "TimeSpan":
		return p.r.Children(func(e markup.Element) error {
			switch e.Name {
			case "when":
				return p.text(fieldTimestamp)
			case fieldBegin, fieldEnd:
				return p.text(e.Name)
			}
			return nil
		})
	case "Style":
		return p.style()
	case "ExtendedData":
		return p.extended()
	}
	if kind, ok := p.schemas.fieldType(e.Name); ok { // KML 2.0: a schema's fields are elements
		return p.other(e.Name, kind)
	}
	return nil
}

// geometryMember reads a child of a geometry that is no part of its shape.
func (p *placemark) geometryMember(r *markup.Reader, e markup.Element) error {
	switch e.Name {
	case "altitudeMode", "tessellate", "extrude", "drawOrder":
		if !p.has(e.Name) {
			return p.text(e.Name)
		}
	}
	return nil
}

// when keeps the first and the last time of a track.
func (p *placemark) when(_ *markup.Reader) error {
	text, err := p.content()
	if err != nil || len(text) == 0 {
		return err
	}
	if p.firstWhen == nil {
		p.firstWhen = text
	}
	p.lastWhen = text
	return nil
}

// style looks for the address of an icon that the placemark has for itself.
func (p *placemark) style() error {
	return p.r.Children(func(e markup.Element) error {
		if e.Name != "IconStyle" {
			return nil
		}
		return p.r.Children(func(e markup.Element) error {
			if e.Name != "Icon" {
				return nil
			}
			return p.r.Children(func(e markup.Element) error {
				if e.Name != "href" {
					return nil
				}
				return p.text(fieldIcon)
			})
		})
	})
}

// extended reads ExtendedData: typed values of a schema and untyped ones
// (OGC 12-007r2 §9.2).
func (p *placemark) extended() error {
	return p.r.Children(func(e markup.Element) error {
		switch e.Name {
		case "Data":
			name := e.Attr("name")
			return p.r.Children(func(e markup.Element) error {
				if e.Name != "value" {
					return nil
				}
				return p.other(name, "")
			})
		case "SchemaData":
			schema := p.schemas.find(e.Attr("schemaUrl"))
			if err := p.fields.declare(schema); err != nil {
				return err
			}
			return p.r.Children(func(e markup.Element) error {
				if e.Name != "SimpleData" {
					return nil
				}
				return p.other(e.Attr("name"), schema.typeOf(e.Attr("name")))
			})
		}
		return nil
	})
}

// content reads the text of the element that was entered last.
func (p *placemark) content() ([]byte, error) {
	from := len(p.texts)
	var err error
	if p.texts, err = p.r.Text(p.texts); err != nil {
		return nil, err
	}
	text := trim(p.texts[from:])
	if !norm.NFC.IsNormal(text) { // character references came after the decoding
		text = norm.NFC.Bytes(text)
	}
	return text, nil
}

func (p *placemark) text(name string) error {
	text, err := p.content()
	if err != nil {
		return err
	}
	return p.put(name, text)
}

func (p *placemark) other(name, kind string) error {
	text, err := p.content()
	if err != nil {
		return err
	}
	i, err := p.fields.other(name, kind)
	return p.set(i, text, err)
}

func (p *placemark) put(name string, text []byte) error {
	i, err := p.fields.own(name)
	return p.set(i, text, err)
}

// set gives the field its text; an empty one is no value.
func (p *placemark) set(i int, text []byte, err error) error {
	if err != nil || i < 0 || len(text) == 0 {
		return err
	}
	p.found = append(p.found, value{i, text})
	return nil
}
