package ogc

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// one is a catalogue of one collection.
type one struct{ c *spatial.Collection }

func (o one) Collections(spatial.Access) []*spatial.Collection { return []*spatial.Collection{o.c} }

func (o one) Collection(string, spatial.Access) (*spatial.Collection, error) { return o.c, nil }

// nobody keeps no files: none is asked for.
type nobody = Attachments

// Attachments are in the document, and how to change them for those who may.
func TestDefinitionOfAttachments(t *testing.T) {
	t.Parallel()
	h := &Handlers{Config: Config{
		Catalogue:   one{&spatial.Collection{ID: "trees", Version: 1, Department: "parks"}},
		Editor:      struct{ Editor }{},
		Attachments: struct{ nobody }{},
	}}
	for _, tt := range []struct {
		access spatial.Access
		want   string
	}{
		{spatial.Access{}, "GET GET"},
		{spatial.Access{Subject: "user:a", Roles: []spatial.Role{spatial.RoleEditor}, Department: "parks"}, "GET POST DELETE GET"},
	} {
		c := echo.New().NewContext(httptest.NewRequest("GET", "/ogc/api", nil), httptest.NewRecorder())
		text, err := json.Marshal((&request{Context: c, h: h, access: tt.access, lang: "en", format: formatOpenAPI}).definition())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Validate(t.Context()); err != nil {
			t.Error(err)
		}
		var got []string
		for _, path := range []string{"", "/{attachmentId}"} {
			item := doc.Paths.Value("/collections/{collectionId}/items/{featureId}/attachments" + path)
			if item == nil {
				t.Fatalf("no path %s", path)
			}
			methods := []string{}
			for method := range item.Operations() {
				methods = append(methods, method)
			}
			slices.Sort(methods)
			got = append(got, methods...)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%v: %v, want %s", tt.access.Roles, got, tt.want)
		}
	}
}
