package negotiate

import (
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// Media types that several packages name.
const (
	TypeJSON    = "application/json"
	TypeGeoJSON = "application/geo+json"
	TypeHTML    = "text/html"
	TypeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	TypeSchema  = "application/schema+json"
)

// Format is one representation a resource has.
type Format struct {
	Name string   // value of the parameter f: "json", "html"
	Type string   // Content-Type of the answer
	Also []string // media types that select it as well, without parameters
}

// Choose returns the representation the caller wants: the parameter f decides,
// else the Accept header with its q values, else the first format. An unknown
// f is CodeInvalid; an Accept header that admits none is CodeNotAcceptable.
func Choose(c echo.Context, formats []Format) (Format, error) {
	if given := c.QueryParams(); given.Has("f") {
		name := given.Get("f")
		for _, f := range formats {
			if f.Name == name {
				return f, nil
			}
		}
		return Format{}, spatial.Invalid("negotiate: format", "This resource does not have that format.",
			spatial.FieldError{Name: "f", Reason: "must be one of " + strings.Join(names(formats), ", ")})
	}
	c.Response().Header().Add(echo.HeaderVary, "Accept")
	accept := strings.Join(c.Request().Header.Values("Accept"), ",")
	if accept == "" || accept == "*/*" {
		return formats[0], nil
	}
	if f, ok := best(accept, formats); ok {
		return f, nil
	}
	return Format{}, &spatial.Error{
		Code: spatial.CodeNotAcceptable, Op: "negotiate: accept",
		Message: "This resource has the formats " + strings.Join(names(formats), ", ") + ".",
	}
}

func names(formats []Format) []string {
	var all []string
	for _, f := range formats {
		all = append(all, f.Name)
	}
	return all
}

// best weighs each format by the most specific range that matches it (RFC 9110
// §12.5.1); of equal weights the earlier range wins, then the earlier format.
func best(accept string, formats []Format) (Format, bool) {
	type weight struct {
		q           float64
		specificity int
		place       int
	}
	weights := make([]weight, len(formats))
	for place, part := range strings.Split(accept, ",") {
		mediaType, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil || q < 0 || q > 1 {
				continue
			}
		}
		for i, f := range formats {
			if s := specificity(mediaType, f); s > weights[i].specificity {
				weights[i] = weight{q: q, specificity: s, place: place}
			}
		}
	}
	found := -1
	for i, w := range weights {
		if w.specificity == 0 || w.q == 0 {
			continue
		}
		if found < 0 || w.q > weights[found].q || w.q == weights[found].q && w.place < weights[found].place {
			found = i
		}
	}
	if found < 0 {
		return Format{}, false
	}
	return formats[found], true
}

// specificity is 3 for the type itself, 2 for type/*, 1 for */*, 0 for no match.
func specificity(accepted string, f Format) int {
	own, _, _ := strings.Cut(f.Type, ";")
	switch {
	case accepted == own || slices.Contains(f.Also, accepted):
		return 3
	case accepted == "*/*":
		return 1
	case strings.HasSuffix(accepted, "/*") && strings.HasPrefix(own, strings.TrimSuffix(accepted, "*")):
		return 2
	}
	return 0
}
