package dxf

import "bytes"

func (s *scanner) tables() error {
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t.code != 0 {
			continue
		}
		switch string(t.text) {
		case "ENDSEC", "EOF":
			return nil
		case "LAYER":
			err = s.layer()
		case "STYLE":
			err = s.style()
		case "DIMSTYLE":
			err = s.dimensionStyle()
		}
		if err != nil {
			return err
		}
	}
}

func (s *scanner) layer() error {
	l := layerInfo{aci: 7, rgb: -1}
	err := s.record(func(t tag) {
		switch t.code {
		case 2:
			l.name = string(t.text)
		case 6:
			l.linetype = string(bytes.TrimSpace(t.text))
		case 62:
			l.aci = t.int()
			l.hidden = l.hidden || l.aci < 0
			l.aci = max(l.aci, -l.aci)
		case 70:
			l.hidden = l.hidden || t.int()&1 != 0
		case 420:
			l.rgb = t.int() & 0xffffff
		}
	})
	if len(s.d.layers) >= maxNames {
		return tooLarge("%s: more than %d layers", s.d.file.Name, maxNames)
	}
	s.d.layers[folded([]byte(l.name))] = l
	return err
}

func (s *scanner) style() error {
	name, f := "", fontPlain
	acad := false
	err := s.record(func(t tag) {
		switch {
		case t.code == 2:
			name = folded(t.text)
		case t.code == 3 && f == fontPlain:
			f = fontOf(t.text)
		case t.code == 1001:
			acad = string(bytes.TrimSpace(t.text)) == "ACAD"
		case t.code == 1000 && acad && f == fontPlain:
			f = fontOf(t.text) // the family of a TrueType font
		}
	})
	if f != fontPlain && len(s.d.styles) < maxNames {
		s.d.styles[name] = f
	}
	return err
}

func (s *scanner) dimensionStyle() error {
	name, size, scale := "", defaultArrow, 1.0
	err := s.record(func(t tag) {
		switch t.code {
		case 2:
			name = folded(t.text)
		case 40:
			if v := t.float(); v > 0 {
				scale = v
			}
		case 41:
			size = t.float()
		}
	})
	if len(s.d.arrows) < maxNames {
		s.d.arrows[name] = size * scale
	}
	return err
}
