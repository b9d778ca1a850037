package wfs_test

import (
	"net/url"
	"strings"
	"testing"
)

// element writes <name>content</name>; what follows a space in the name are attributes.
func element(name string, content ...string) string {
	plain, _, _ := strings.Cut(name, " ")
	return "<fes:" + name + ">" + strings.Join(content, "") + "</fes:" + plain + ">"
}

func compared(name, property, literal string) string {
	return element(name, element("ValueReference", property), element("Literal", literal))
}

func envelope(system, lower, upper string) string {
	return element("BBOX", `<gml:Envelope xmlns:gml="http://www.opengis.net/gml/3.2"`+system+`><gml:lowerCorner>`+lower+
		`</gml:lowerCorner><gml:upperCorner>`+upper+`</gml:upperCorner></gml:Envelope>`)
}

func filtered(typeName string, conditions ...string) string {
	filter := `<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0">` + strings.Join(conditions, "") + `</fes:Filter>`
	return "service=WFS&version=2.0.0&request=GetFeature&resultType=hits&typeNames=" + typeName + "&filter=" + url.QueryEscape(filter)
}

func TestFilters(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	third := envelope("", "10.5 106.105", "11.5 106.125")
	for _, tt := range []struct {
		name, typeName, filter, matched string
	}{
		{"equal", "shops", compared("PropertyIsEqualTo", "count", "3"), "1"},
		{"not equal", "shops", compared("PropertyIsNotEqualTo", "gisd:count", " 3.0 "), "24"},
		{"greater or equal", "shops", compared("PropertyIsGreaterThanOrEqualTo", "gisd:shops/gisd:count", "23"), "2"},
		{"the literal first", "shops", element("PropertyIsLessThan", element("Literal", "22"), element("ValueReference", "count")), "2"},
		{"of version 1.1", "shops", element("PropertyIsLessThan", element("PropertyName", "count"), element("Literal", "2")), "2"},
		{"two properties", "shops", element("PropertyIsGreaterThan", element("ValueReference", "count"), element("ValueReference", "area")), "24"},
		{"and", "shops", element("And", compared("PropertyIsGreaterThan", "count", "3"), compared("PropertyIsLessThanOrEqualTo", "count", "10")), "7"},
		{"or and not", "shops", element("Or", compared("PropertyIsEqualTo", "count", "1"), element("Not", compared("PropertyIsLessThan", "count", "24"))), "2"},
		{"between", "shops", element("PropertyIsBetween", element("ValueReference", "count"), element("LowerBoundary", element("Literal", "5")), element("UpperBoundary", element("Literal", "7"))), "3"},
		{"like", "shops", compared(`PropertyIsLike wildCard="*" singleChar="." escapeChar="!"`, "name", "Ch. &lt;a*"), "1"},
		{"like, whatever the case", "shops", compared(`PropertyIsLike wildCard="%" singleChar="?" escapeChar="\" matchCase="false"`, "name", "CH? &lt;B%"), "1"},
		{"like, with marks that are meant", "parcels", compared(`PropertyIsLike wildCard="*" singleChar="#" escapeChar="!"`, "name", "%!*_"), "0"},
		{"equal, whatever the case", "parcels", compared(`PropertyIsEqualTo matchCase="false"`, "name", "odt"), "1"},
		{"equal, as it stands", "parcels", compared(`PropertyIsEqualTo`, "name", "odt"), "0"},
		{"a day", "shops", compared("PropertyIsGreaterThanOrEqualTo", "built", "2026-01-20"), "6"},
		{"a moment", "shops", compared("PropertyIsGreaterThan", "seen", "2026-01-01T07:00:20+07:00"), "4"},
		{"a moment without a zone", "shops", compared("PropertyIsGreaterThan", "seen", "2026-01-01T00:00:20"), "4"},
		{"a boolean", "shops", compared("PropertyIsEqualTo", "open", "1"), "25"},
		{"without geometry", "parcels", element("PropertyIsNull", element("ValueReference", "gisd:geom")), "1"},
		{"without a value", "parcels", element("PropertyIsNil", element("ValueReference", "count")), "2"},
		{"a box", "shops", third, "2"},
		{"a box and a comparison", "shops", element("And", third, compared("PropertyIsEqualTo", "count", "1")), "1"},
		{"a box or a comparison", "shops", element("Or", third, compared("PropertyIsEqualTo", "count", "20")), "3"},
		{"two boxes", "shops", element("And", third, envelope(` srsName="EPSG:4326"`, "106.115 10", "106.2 12")), "1"},
		{"not in a box", "parcels", element("Not", envelope(` srsName="urn:ogc:def:crs:EPSG::4326"`, "20 106", "21 107")), "1"},
		{"ids", "shops", `<fes:ResourceId rid="shops.ch_e1_bb_a3_5f03"/><fes:ResourceId rid="shops.none"/>`, "1"},
	} {
		rec := get(t, e, filtered(tt.typeName, tt.filter))
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), `numberMatched="`+tt.matched+`"`) {
			t.Errorf("%s: want %s: %d: %.600s", tt.name, tt.matched, rec.Code, rec.Body)
		}
	}
	rec := get(t, e, strings.Replace(filtered("shops", compared("PropertyIsGreaterThan", "count", "20")), "resultType=hits", "count=3&sortBy=count", 1))
	if body := rec.Body.String(); !strings.Contains(body, "<gisd:count>23<") || strings.Contains(body, "<gisd:count>20<") || !strings.Contains(body, "startIndex=3") {
		t.Errorf("a page: %.3000s", body)
	}
}

func TestFiltersAtFault(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	deep := compared("PropertyIsEqualTo", "count", "1")
	for range 120 {
		deep = element("Not", deep)
	}
	for _, tt := range []struct{ name, filter, want string }{
		{"nothing", "", "is not a filter in XML"},
		{"no markup", "<", "is not a filter in XML"},
		{"another operator", element("Within", "x"), "&#34;Within&#34; is not a condition"},
		{"an unknown property", compared("PropertyIsEqualTo", "nothing", "1"), "&#34;nothing&#34; is not a property"},
		{"no number", compared("PropertyIsEqualTo", "count", "x"), "&#34;x&#34; is no value of a property that is a integer"},
		{"no day", element("Not", compared("PropertyIsEqualTo", "built", "today")), "is no value of a property that is a date"},
		{"two literals", element("PropertyIsEqualTo", element("Literal", "1"), element("Literal", "1")), "compares nothing"},
		{"one operand", element("PropertyIsEqualTo", element("Literal", "1")), "does not have the operands"},
		{"a pattern for a number", compared("PropertyIsLike", "count", "1"), "does not have the operands"},
		{"an empty or", element("Or"), "does not have the operands"},
		{"a box without corners", element("BBOX"), "has a BBOX without"},
		{"a box in no system", element("Not", envelope(` srsName="EPSG:1"`, "1 1", "2 2")), "does not know"},
		{"too deep", deep, "is nested too deeply"},
		{"a function", element("PropertyIsEqualTo", element("Function", "x"), element("Literal", "1")), "is not a property"},
	} {
		rec := get(t, e, filtered("shops", tt.filter))
		if body := rec.Body.String(); rec.Code != 400 || !strings.Contains(body, `locator="filter"`) || !strings.Contains(body, tt.want) {
			t.Errorf("%s: want %s: %d: %s", tt.name, tt.want, rec.Code, body)
		}
	}
}
