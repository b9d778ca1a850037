package main

import (
	"cmp"
	"encoding/json"
	"mime"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"gisd/api"
)

func readDocument(t *testing.T) *openapi3.T {
	t.Helper()
	text, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

var parameterSuffix = regexp.MustCompile(`\{[a-z]+\}(\.[a-z]+|\.\{format\})?`)

var parameterColon = regexp.MustCompile(`:[a-z]+`)

// documented finds the document's paths of a route: names of parameters do not
// matter, nor an extension after the last. Of several the one whose extension
// stands there comes first.
func documented(doc *openapi3.T, route string) []string {
	want := parameterColon.ReplaceAllString(route, "{}")
	var paths []string
	for path := range doc.Paths.Map() {
		if parameterSuffix.ReplaceAllString(path, "{}") == want {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(strings.Count(a, "{"), strings.Count(b, "{")) })
	return paths
}

// checkDocument holds an answer against openapi.yaml.
func (w *walker) checkDocument(t *testing.T, at, method, route string, res answer) {
	t.Helper()
	paths := documented(w.document, route)
	if len(paths) == 0 || w.document.Paths.Find(paths[0]).GetOperation(method) == nil {
		return // TestContract says so
	}
	responses := w.document.Paths.Find(paths[0]).GetOperation(method).Responses
	response := responses.Status(res.status)
	if response == nil && res.status >= 400 {
		response = responses.Default()
	}
	if response == nil {
		t.Errorf("%s is not in openapi.yaml", at)
		return
	}
	if res.body == "" {
		return
	}
	contentType, _, err := mime.ParseMediaType(res.header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s: content type: %v", at, err)
		return
	}
	content := response.Value.Content.Get(res.header.Get("Content-Type"))
	if content == nil {
		content = response.Value.Content.Get(contentType)
	}
	if content == nil {
		t.Errorf("%s: openapi.yaml knows no %s", at, contentType)
		return
	}
	if !strings.HasSuffix(contentType, "json") || contentType == "application/x-ndjson" {
		return
	}
	var body any
	if err := json.Unmarshal([]byte(res.body), &body); err != nil {
		t.Errorf("%s: %v", at, err)
		return
	}
	if err := content.Schema.Value.VisitJSON(body); err != nil {
		t.Errorf("%s: %v", at, err)
	}
}

// Every route is in openapi.yaml and back.
func TestContract(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	known := map[string]bool{}
	files := regexp.MustCompile(`^/[^/]*\.[a-z0-9]+$|^/assets/`)
	for _, r := range w.server.Routes() {
		if files.MatchString(r.Path) {
			continue
		}
		paths := documented(w.document, r.Path)
		if len(paths) == 0 || w.document.Paths.Find(paths[0]).GetOperation(r.Method) == nil {
			t.Errorf("%s %s is not in openapi.yaml", r.Method, r.Path)
			continue
		}
		for _, path := range paths {
			known[r.Method+" "+path] = true
		}
	}
	for path, item := range w.document.Paths.Map() {
		for method := range item.Operations() {
			if !known[method+" "+path] {
				t.Errorf("%s %s is in openapi.yaml and nowhere else", method, path)
			}
		}
	}
}
