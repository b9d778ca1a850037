package sheets

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/tiles/styles"
)

// ReadQML takes over a layer style of QGIS 3 (or 2): a single symbol, symbols by
// the values of a field, or rules that come to the same, and labels of a field.
// What is drawn otherwise here is told in notes; what makes the style another,
// such as graduated colours, is an error of code invalid.
func ReadQML(b []byte) (styles.Style, []string, error) {
	root, err := readNodes(b)
	if err != nil {
		return styles.Style{}, nil, err
	}
	if root.name != "qgis" {
		return styles.Style{}, nil, cannot("it is no QML")
	}
	r := &qmlReader{}
	renderer := root.child("renderer-v2")
	r.symbols(renderer)
	if err := r.renderer(renderer); err != nil {
		return styles.Style{}, nil, err
	}
	if root.attrs["hasScaleBasedVisibilityFlag"] == "1" {
		r.style.MinZoom, r.style.MaxZoom = zoomOf(atof(root.attrs["minScale"])), 0
		if max := atof(root.attrs["maxScale"]); max > 0 {
			r.style.MaxZoom = zoomOf(max)
		}
	}
	if v := root.child("layerOpacity").content(); v != "" && atof(v) < 1 {
		r.style.Opacity = styles.Round6(r.style.Opacity * atof(v))
	}
	if root.attrs["labelsEnabled"] != "0" {
		r.labels(root.child("labeling"))
	}
	return r.style, r.notes, nil
}

type qmlReader struct {
	reader
	style styles.Style
	looks map[string]styles.Style // by the symbol's name
}

func (r *qmlReader) symbols(renderer *node) {
	r.looks = map[string]styles.Style{}
	for _, s := range renderer.child("symbols").all("symbol") {
		r.looks[s.attrs["name"]] = r.symbol(s)
	}
}

func (r *qmlReader) renderer(n *node) error {
	switch n.attrs["type"] {
	case "singleSymbol":
		return r.base("0")
	case "categorizedSymbol":
		return r.categorized(n)
	case "RuleRenderer":
		return r.rules(n.child("rules"))
	case "":
		return cannot("it has no symbols of features")
	}
	return cannot("its renderer " + strconv.Quote(n.attrs["type"]) + " is not a symbol for all or for each value of a field")
}

// base makes a symbol that of all features.
func (r *qmlReader) base(symbol string) error {
	look, ok := r.looks[symbol]
	if !ok || look.Kind == "" {
		return cannot("its symbol is missing")
	}
	look.By, look.Categories = r.style.By, r.style.Categories
	r.style = look
	return nil
}

func (r *qmlReader) categorized(n *node) error {
	by, ok := fieldOf(n.attrs["attr"])
	if !ok {
		return cannot("its categories are of the expression " + strconv.Quote(n.attrs["attr"]) + " and not of a field")
	}
	var list []ruled
	for _, c := range n.child("categories").all("category") {
		if c.attrs["render"] == "false" {
			r.note("categories that are switched off are drawn as other values")
			continue
		}
		one := ruled{symbol: c.attrs["symbol"], label: c.attrs["label"], by: by}
		if c.attrs["type"] == "List" || len(c.all("val")) > 0 {
			for _, v := range c.all("val") {
				one.values = append(one.values, v.attrs["value"])
			}
		} else if c.attrs["value"] != "" && c.attrs["type"] != "NULL" {
			one.values = []string{c.attrs["value"]}
		}
		list = append(list, one)
	}
	return r.take(list)
}

// ruled is a symbol for the values of a property, or for the rest.
type ruled struct {
	symbol, label, by string
	values            []string // none: all the rest
}

func (r *qmlReader) rules(n *node) error {
	var list []ruled
	for _, rule := range n.all("rule") {
		if len(rule.all("rule")) > 0 {
			return cannot("its rules are nested")
		}
		if rule.attrs["checkstate"] == "0" || rule.attrs["symbol"] == "" {
			continue
		}
		one := ruled{symbol: rule.attrs["symbol"], label: rule.attrs["label"]}
		filter := strings.TrimSpace(rule.attrs["filter"])
		if filter != "" && filter != "ELSE" {
			by, value, ok := equality(filter)
			if !ok {
				return cannot("the rule " + strconv.Quote(filter) + " is more than the value of a field")
			}
			one.by, one.values = by, []string{value}
		}
		list = append(list, one)
	}
	return r.take(list)
}

// take makes the style from its rules: those with values are categories, the one
// without is the rest.
func (r *qmlReader) take(list []ruled) error {
	rest := slices.IndexFunc(list, func(one ruled) bool { return len(one.values) == 0 })
	for _, one := range list {
		if len(one.values) > 0 && r.style.By != "" && one.by != r.style.By {
			return cannot("its rules look at several fields (" + r.style.By + ", " + one.by + ")")
		}
		if len(one.values) > 0 {
			r.style.By = one.by
		}
	}
	switch {
	case rest >= 0:
		if err := r.base(list[rest].symbol); err != nil {
			return err
		}
	case len(list) > 0:
		if err := r.base(list[0].symbol); err != nil {
			return err
		}
		r.note("features of other values, which the style does not draw, are drawn in grey")
		r.style.Color = "#cccccc"
	default:
		return cannot("it draws nothing")
	}
	for _, one := range list {
		look := r.looks[one.symbol]
		if len(one.values) > 0 && look.Kind != r.style.Kind {
			return cannot("its symbols are of several kinds")
		}
		for _, v := range one.values {
			c := styles.Category{Value: styles.Value(v), Color: look.Color}
			if look.Width != r.style.Width {
				c.Width = look.Width
			}
			if look.Icon != r.style.Icon {
				c.Icon = look.Icon
			}
			if one.label != "" && one.label != v {
				c.Label = spatial.Text{VI: one.label}
			}
			if math.Abs(look.Opacity-r.style.Opacity) > 0.02 {
				r.note("all categories take the opacity of the symbol for the rest")
			}
			r.style.Categories = append(r.style.Categories, c)
		}
	}
	return nil
}

func (r *qmlReader) labels(n *node) {
	if n.name == "" {
		return
	}
	text := n.child("settings", "text-style")
	field, ok := text.attrs["fieldName"], true
	if text.attrs["isExpression"] == "1" {
		field, ok = fieldOf(field)
	}
	if n.attrs["type"] != "simple" || field == "" || !ok {
		r.note("labels that are no plain field are left out")
		return
	}
	r.style.Label = field
	if color, _ := r.color(text.attrs["textColor"]); color != labelColor {
		r.style.LabelColor = color
	}
	if rendering := n.child("settings", "rendering"); rendering.attrs["scaleVisibility"] == "1" {
		r.style.LabelMinZoom = zoomOf(atof(rendering.attrs["scaleMin"]))
	}
}

// fieldOf reads an expression that is a field and nothing else.
func fieldOf(expression string) (string, bool) {
	expression = strings.TrimSpace(expression)
	if inner, ok := strings.CutPrefix(expression, `"`); ok {
		name, rest, ok := cutQuoted(inner, '"')
		return name, ok && rest == "" && name != ""
	}
	return expression, expression != "" && !strings.ContainsAny(expression, ` ()'"+-*/|=<>,`)
}

// equality reads "field" = 'value', or a number in place of the text.
func equality(filter string) (field, value string, ok bool) {
	filter = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(filter), "("), ")")
	left, right, ok := strings.Cut(filter, "=")
	if !ok {
		return "", "", false
	}
	if field, ok = fieldOf(left); !ok {
		return "", "", false
	}
	right = strings.TrimSpace(right)
	if inner, quoted := strings.CutPrefix(right, "'"); quoted {
		value, rest, ok := cutQuoted(inner, '\'')
		return field, value, ok && rest == ""
	}
	_, err := strconv.ParseFloat(right, 64)
	return field, right, err == nil
}

// cutQuoted reads up to the closing quote; a doubled one stands for itself.
func cutQuoted(s string, quote byte) (text, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != quote {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			b.WriteByte(quote)
			i++
			continue
		}
		return b.String(), strings.TrimSpace(s[i+1:]), true
	}
	return "", "", false
}
