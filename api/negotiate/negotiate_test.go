package negotiate_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

var formats = []negotiate.Format{
	{Name: "json", Type: negotiate.TypeGeoJSON, Also: []string{"application/json"}},
	{Name: "html", Type: negotiate.TypeHTML},
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, query, accept, want string
		code                      spatial.Code
	}{
		{name: "nothing asked", want: "json"},
		{name: "anything", accept: "*/*", want: "json"},
		{name: "a browser", accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", want: "html"},
		{name: "second name", accept: "application/json", want: "json"},
		{name: "weights", accept: "text/html;q=0.3, application/geo+json;q=0.9", want: "json"},
		{name: "refused by q=0", accept: "application/geo+json;q=0, application/json;q=0, */*;q=0.1", want: "html"},
		{name: "a range", accept: "text/*", want: "html"},
		{name: "order breaks a tie", accept: "text/html, application/geo+json", want: "html"},
		{name: "f wins", query: "?f=json", accept: "text/html", want: "json"},
		{name: "an empty f", query: "?f=", code: spatial.CodeInvalid},
		{name: "unknown f", query: "?f=xml", code: spatial.CodeInvalid},
		{name: "none fits", accept: "image/png", code: spatial.CodeNotAcceptable},
		{name: "garbage", accept: ";;;q", code: spatial.CodeNotAcceptable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(http.MethodGet, "/"+test.query, nil)
			if test.accept != "" {
				req.Header.Set("Accept", test.accept)
			}
			got, err := negotiate.Choose(echo.New().NewContext(req, httptest.NewRecorder()), formats)
			if spatial.CodeOf(err) != test.code || got.Name != test.want {
				t.Errorf("got %q, %v", got.Name, err)
			}
		})
	}
}

func TestOriginHref(t *testing.T) {
	t.Parallel()
	public, err := url.Parse("https://map.example.vn/gis/")
	if err != nil {
		t.Fatal(err)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, test := range []struct {
		name   string
		origin negotiate.Origin
		target string
		peer   string
		header map[string]string
		want   string
	}{
		{name: "host header", target: "http://srv:8080/x", want: "http://srv:8080/ogc?a=1"},
		{name: "public address", origin: negotiate.Origin{Public: public}, target: "http://srv:8080/x", want: "https://map.example.vn/gis/ogc?a=1"},
		{
			name: "a stranger's headers are ignored", target: "http://srv/x", peer: "192.0.2.1:99", origin: negotiate.Origin{Trusted: proxies},
			header: map[string]string{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}, want: "http://srv/ogc?a=1",
		},
		{
			name: "a listed proxy's are believed", target: "http://srv/x", peer: "10.1.2.3:99", origin: negotiate.Origin{Trusted: proxies},
			header: map[string]string{"X-Forwarded-Host": "map.vn", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/gis"}, want: "https://map.vn/gis/ogc?a=1",
		},
		{
			name: "nothing breaks out of a link", target: "http://srv/x", peer: "10.1.2.3:99", origin: negotiate.Origin{Trusted: proxies},
			header: map[string]string{"X-Forwarded-Host": `a"><script>`, "X-Forwarded-Proto": "javascript", "X-Forwarded-Prefix": "//evil"}, want: "http://srv/ogc?a=1",
		},
		{name: "the key is repeated", target: "http://srv/x?key=k%261", want: "http://srv/ogc?a=1&key=k%261"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequest(http.MethodGet, test.target, nil)
			if test.peer != "" {
				req.RemoteAddr = test.peer
			}
			for k, v := range test.header {
				req.Header.Set(k, v)
			}
			given := url.Values{"a": {"1"}}
			if got := test.origin.Href(req, "/ogc", given); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if len(given) != 1 {
				t.Error("the caller's query was changed")
			}
		})
	}
}

func TestParamsReportsEveryFault(t *testing.T) {
	t.Parallel()
	p := negotiate.NewParams(url.Values{
		"limit": {"unlimited"}, "bbox": {"1,2,3"}, "datetime": {"yesterday"}, "zzz": {"1"}, "aaa": {"1"}, "f": {"json"}, "key": {"k"}, "q": {"a", "b"},
	})
	p.Limit("limit", 10, 100)
	p.BBox("bbox")
	p.DateTime("datetime")
	p.Text("q")
	e, ok := errors.AsType[*spatial.Error](p.Err())
	if !ok || e.Code != spatial.CodeInvalid {
		t.Fatalf("got %v", p.Err())
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"limit", "bbox", "datetime", "q", "aaa", "zzz"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestParamsLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		give string
		want int
		bad  bool
	}{
		{"1", 1, false},
		{"10000", 10000, false},
		{"10001", 10000, false},
		{"99999999999999999999", 10000, false},
		{"0", 0, true},
		{"-1", 0, true},
		{"+5", 0, true},
		{"1.5", 0, true},
		{"", 0, true},
	} {
		p := negotiate.NewParams(url.Values{"limit": {test.give}})
		got := p.Limit("limit", 10, 10000)
		if bad := p.Err() != nil; bad != test.bad || !bad && got != test.want {
			t.Errorf("%q: got %d, %v", test.give, got, p.Err())
		}
	}
}

func TestParseBBox(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		give string
		want [4]float64
		bad  bool
	}{
		{give: "106.5,10.8,107,11.5", want: [4]float64{106.5, 10.8, 107, 11.5}},
		{give: "106.5,10.8,-5,107,11.5,900", want: [4]float64{106.5, 10.8, 107, 11.5}},
		{give: "177,65,-177,70", want: [4]float64{177, 65, -177, 70}},
		{give: "-180,-90,180,90", want: [4]float64{-180, -90, 180, 90}},
		{give: "-180,85,180,90", want: [4]float64{-180, 85, 180, 90}},
		{give: "0,51,0,51", want: [4]float64{0, 51, 0, 51}},
		{give: "1,2,3", bad: true},
		{give: "1,2,3,4,5", bad: true},
		{give: "1,2,3,x", bad: true},
		{give: "1,2,3,NaN", bad: true},
		{give: "1,2,3,Inf", bad: true},
		{give: "0x1,2,3,4", bad: true},
		{give: "10.8,106.5,11.5,107", bad: true},
		{give: "106,12,107,11", bad: true},
		{give: "1,2,9,3,4,8", bad: true},
		{give: "181,0,182,1", bad: true},
		{give: "", bad: true},
	} {
		box, err := negotiate.ParseBBox(test.give)
		got := [4]float64{box.MinX, box.MinY, box.MaxX, box.MaxY}
		if (err != nil) != test.bad || err == nil && (got != test.want || box.SRID != 4326) {
			t.Errorf("%q: got %v, %v", test.give, box, err)
		}
	}
}

func TestParseDateTime(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, test := range []struct {
		give, start, end string
		bad              bool
	}{
		{give: "2026-01-31T07:00:00+07:00", start: "2026-01-31T00:00:00Z", end: "2026-01-31T00:00:00Z"},
		{give: "2026-01-31", start: "2026-01-31T00:00:00Z", end: "2026-01-31T23:59:59.999999Z"},
		{give: "2026-01-31/2026-02-01", start: "2026-01-31T00:00:00Z", end: "2026-02-01T23:59:59.999999Z"},
		{give: "../2026-02-01T00:00:00Z", end: "2026-02-01T00:00:00Z"},
		{give: "/2026-02-01T00:00:00Z", end: "2026-02-01T00:00:00Z"},
		{give: "2026-02-01t00:00:00z/..", start: "2026-02-01T00:00:00Z"},
		{give: "2026-02-01T00:00:00Z/", start: "2026-02-01T00:00:00Z"},
		{give: "../.."},
		{give: "2026-02-02/2026-02-01", bad: true},
		{give: "2026-02-30", bad: true},
		{give: "..", bad: true},
		{give: "", bad: true},
		{give: "2026", bad: true},
		{give: "a/b", bad: true},
		{give: "2026-01-01/2026-02-01/2026-03-01", bad: true},
		{give: "0000-01-01", bad: true},
	} {
		got, err := negotiate.ParseDateTime(test.give)
		if (err != nil) != test.bad {
			t.Errorf("%q: %v", test.give, err)
			continue
		}
		if err == nil && (!got.Start.Equal(at(test.start)) || !got.End.Equal(at(test.end))) {
			t.Errorf("%q: got %v", test.give, got)
		}
	}
}

func TestUnchanged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		given string
		want  bool
	}{
		{"", false}, {`"a"`, true}, {`W/"a"`, true}, {`"b", "a"`, true}, {`"b"`, false}, {"*", true},
	} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Header.Set("If-None-Match", test.given)
		c := echo.New().NewContext(req, httptest.NewRecorder())
		if got := negotiate.Unchanged(c, `"a"`); got != test.want {
			t.Errorf("%q: got %v", test.given, got)
		}
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		access spatial.Access
		want   string
	}{
		{spatial.Access{}, "public, no-cache"},
		{spatial.Access{Subject: "user:an"}, "private, no-cache"},
	} {
		c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
		negotiate.Cache(c, test.access, "no-cache")
		if got := c.Response().Header().Get("Cache-Control"); got != test.want {
			t.Errorf("got %q", got)
		}
	}
}
