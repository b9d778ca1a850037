package styles

import "cmp"

// value is the By property as text; an absent one is "".
func (b *layerBuilder) value() expression {
	return expression{"to-string", expression{"get", b.style.By}}
}

func (b *layerBuilder) categorized(has func(Category) bool) bool {
	if b.style.By == "" {
		return false
	}
	for _, c := range b.style.Categories {
		if has(c) {
			return true
		}
	}
	return false
}

// match picks by category; of two categories with one value the first counts,
// as the style specification wants each label once.
func (b *layerBuilder) match(rest any, of func(Category) any) any {
	out := expression{"match", b.value()}
	seen := map[Value]bool{}
	for _, c := range b.style.Categories {
		if !seen[c.Value] {
			seen[c.Value] = true
			out = append(out, string(c.Value), of(c))
		}
	}
	return append(out, rest)
}

func (b *layerBuilder) color() any {
	s := b.style
	if !b.categorized(func(c Category) bool { return c.Color != "" }) {
		return s.Color
	}
	return b.match(s.Color, func(c Category) any { return cmp.Or(c.Color, s.Color) })
}

func (b *layerBuilder) outline() any {
	s := b.style
	if !b.categorized(func(c Category) bool { return c.Color != "" }) {
		return s.Outline
	}
	return b.match(s.Outline, func(c Category) any {
		if c.Color == "" {
			return s.Outline
		}
		return Darker(c.Color)
	})
}

func (b *layerBuilder) number(rest float64, of func(Category) float64) any {
	if !b.categorized(func(c Category) bool { return of(c) != 0 }) {
		return rest
	}
	return b.match(rest, func(c Category) any { return cmp.Or(of(c), rest) })
}

// categoryZoom is the filter that holds categories back until their zoom.
func (b *layerBuilder) categoryZoom() any {
	if !b.categorized(func(c Category) bool { return c.MinZoom > 0 }) {
		return nil
	}
	return expression{">=", expression{"zoom"}, b.match(0, func(c Category) any { return c.MinZoom })}
}

// byZoom scales a width given for zoom 14.
func byZoom(width any) expression {
	times := func(factor float64) any {
		if w, ok := width.(float64); ok {
			return Round6(w * factor)
		}
		return expression{"*", width, factor}
	}
	return expression{
		"interpolate", expression{"exponential", 1.5}, expression{"zoom"},
		7, times(0.3), 11, times(0.6), 14, width, 18, times(2.6),
	}
}
