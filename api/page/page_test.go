package page_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"gisd/api/page"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"x.html": {Data: []byte(`{{define "content"}}<p>{{tr .Lang "xin chào" "hello"}} {{.Who}}</p>{{end}}`)}}
	template, err := page.Parse(files, "x.html")
	if err != nil {
		t.Fatal(err)
	}
	type data struct {
		page.Frame
		Who string
	}
	for _, test := range []struct {
		name string
		give data
		want []string
	}{
		{"Vietnamese", data{page.Frame{Lang: "vi", Title: "Lớp", Base: "https://a.vn"}, "An"}, []string{`<html lang="vi">`, "<p>xin chào An</p>", `href="https://a.vn/api/page.css"`}},
		{"escaped", data{page.Frame{Lang: "en", Title: "<script>"}, "<img src=x onerror=alert(1)>"}, []string{"<title>&lt;script&gt;", "hello &lt;img"}},
		{"no code in links", data{page.Frame{Lang: "en", JSON: "javascript:alert(1)", Crumbs: []page.Crumb{{Href: "javascript:alert(1)", Title: "x"}}}, ""}, []string{"#ZgotmplZ"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rec := httptest.NewRecorder()
			c := echo.New().NewContext(httptest.NewRequest("GET", "/", nil), rec)
			if err := page.Write(c, template, test.give.Lang, test.give); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !strings.Contains(rec.Body.String(), want) {
					t.Errorf("no %q in %s", want, rec.Body)
				}
			}
			if strings.Contains(rec.Body.String(), "javascript:") {
				t.Errorf("code in a link: %s", rec.Body)
			}
		})
	}
	if _, err := page.Parse(files, "nothing.html"); err == nil {
		t.Error("a page that is not there is parsed")
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	reference, err := page.NewReference()
	if err != nil {
		t.Fatal(err)
	}
	const document = `{"info":{"title":"T","description":"D"},"paths":{
		"/b":{"get":{"tags":["Roads"],"summary":"read b","parameters":[{"$ref":"#/components/parameters/p"}],"responses":{"200":{"description":"fine"},"400":{"$ref":"#/components/responses/r"}}}},
		"/a":{"parameters":[{"name":"shared","in":"path"}],"post":{"summary":"write a","responses":{}}}},
		"components":{"parameters":{"p":{"name":"limit","in":"query","description":"how many"}},"responses":{"r":{"description":"wrong"}}}}`
	rec := httptest.NewRecorder()
	c := echo.New().NewContext(httptest.NewRequest("GET", "/", nil), rec)
	if err := reference.Write(c, page.Frame{Lang: "en"}, []byte(document)); err != nil {
		t.Fatal(err)
	}
	body := rec.Body.String()
	for _, want := range []string{"<h1>T</h1>", "<h2>Roads</h2>", ">POST</code> <code>/a</code> write a", "<code>limit</code></td><td>query</td><td>how many", "<code>shared</code>", "wrong"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if err := reference.Write(c, page.Frame{}, []byte("{")); err == nil {
		t.Error("a broken document is rendered")
	}
}
