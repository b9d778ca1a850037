package ogc_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

// A form that was sent empty asks for everything; what it holds comes back as
// text, however it is meant.
func TestFormForPeople(t *testing.T) {
	t.Parallel()
	s := newService(t)
	body := s.get("/ogc/collections/points/items?f=html&filter=&q=&sortby=&limit=3").Body.String()
	for _, want := range []string{`name="filter" value=""`, "<option value=\"-name\">", `rel="next"`, `aria-label`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(body, `name="q"`) {
		t.Error("a collection without names offers to search them")
	}
	for _, evil := range []string{`"><script>alert(1)</script>`, `' onfocus=alert(1) x='`, `javascript:alert(1)`} {
		quoted := "'" + strings.ReplaceAll(evil, "'", "''") + "'"
		for _, target := range []string{
			"/ogc/collections/points/items?f=html&filter=" + escape("name = "+quoted),
			"/ogc/collections/points/items?f=html&name=" + escape(evil),
			"/ogc/collections/points/items?f=html&key=" + escape(evil),
			"/ogc/collections/points/items?f=html&sortby=name&limit=2&name=" + escape(evil),
		} {
			rec := s.get(target)
			if body := rec.Body.String(); rec.Code != 200 || hasScript(body) || strings.Contains(body, `' onfocus=`) || strings.Contains(body, `href="javascript`) {
				t.Errorf("%s: %d %s", target, rec.Code, body)
			}
		}
	}
	body = html.UnescapeString(s.get("/ogc/collections/points/items?f=html&sortby=name&limit=2&filter=" + escape("name IS NOT NULL")).Body.String())
	if !strings.Contains(body, "sortby=-name") || !strings.Contains(body, `aria-sort="ascending"`) || !strings.Contains(body, `value="name IS NOT NULL"`) {
		t.Errorf("%s", body)
	}
}

var ownScripts = regexp.MustCompile(`<script type="application/ld\+json">[^<]*</script>`)

// hasScript tells whether a page has a script that is not the service's own.
func hasScript(body string) bool {
	return strings.Contains(ownScripts.ReplaceAllString(body, ""), "<script")
}

// Pages frame this server's own map where the collection or the feature lies.
func TestMapOnPages(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for target, want := range map[string]string{
		"/ogc/collections/points?f=html":           "11.19/10.95000/106.22000&amp;lang=en&amp;on=points",
		"/ogc/collections/points/items?f=html":     "11.19/10.95000/106.22000&amp;lang=en&amp;on=points",
		"/ogc/collections/points/items/3?f=html":   "17.00/11.00000/106.12000&amp;lang=en&amp;on=points&amp;sel=points/3",
		"/ogc/collections/national/items/7?f=html": "17.00/11.03065/106.66696&amp;lang=en&amp;on=national&amp;sel=national/7",
	} {
		if body := s.get(target).Body.String(); !strings.Contains(body, `src="http://example.com/#map=`+want+`"`) {
			t.Errorf("%s: no map in %s", target, body)
		}
	}
	if body := s.get("/ogc/collections/empty?f=html").Body.String(); strings.Contains(body, "<iframe") {
		t.Errorf("a map of nothing: %s", body)
	}
}
