package ogc

import (
	"context"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/ogc/receive"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Media types of bodies.
const typeMergePatch = "application/merge-patch+json"

var typesOfFeatures = [...]string{negotiate.TypeGeoJSON, negotiate.TypeJSON, formatJSONFG.Type}

// incoming is a change as it was asked for.
type incoming struct {
	*request
	collection *spatial.Collection
	id         string // of the feature, "" for a new one
	config     receive.Config
	body       []byte
	view       view
	prefer     map[string]string
}

// readChange settles who asks for what and reads the body.
func (h *Handlers) readChange(c echo.Context, types ...string) (*incoming, error) {
	r, err := h.beginEdit(c)
	if err != nil {
		return nil, err
	}
	in := &incoming{request: r, id: r.step("feature"), prefer: preferences(c.Request().Header.Values("Prefer"))}
	in.applied()
	if in.collection, err = r.editable(); err != nil {
		return nil, err
	}
	if err := in.checkType(types); err != nil {
		return nil, err
	}
	p := negotiate.NewParams(c.QueryParams())
	in.view = readView(p, in.collection)
	from, ok := contentCRS(in.collection, c.Request().Header.Get("Content-Crs"))
	if !ok {
		p.Fault("Content-Crs", "is not one of the coordinate systems that the collection lists")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	in.config = receive.Config{
		Collection: in.collection, From: crs.Reference{SRID: from.srid, LatLon: from.latLon}, Geometries: h.Decoder,
		Lenient: in.prefer["handling"] == "lenient",
	}
	if given, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType)); given == formatJSONFG.Type {
		in.config.Systems = func(uri string) (crs.Reference, bool) {
			system, ok := offered(in.collection, uri)
			return crs.Reference{SRID: system.srid, LatLon: system.latLon}, ok
		}
	}
	if in.config.Codes, err = r.codesOf(c.Request().Context(), in.collection); err != nil {
		return nil, err
	}
	if in.body, err = io.ReadAll(c.Request().Body); err != nil {
		return nil, fmt.Errorf("ogc: read body: %w", err)
	}
	return in, nil
}

// checkType wants one of the media types; parameters do not matter.
func (in *incoming) checkType(types []string) error {
	const op = "ogc: edit"
	header := in.Request().Header
	text := header.Get(echo.HeaderContentType)
	if text == "" {
		return spatial.Invalid(op, "The body needs a header that tells its media type.", spatial.FieldError{Name: echo.HeaderContentType, Reason: "is missing"})
	}
	given, _, err := mime.ParseMediaType(text)
	coding := header.Get(echo.HeaderContentEncoding)
	if err == nil && slices.Contains(types, given) && (coding == "" || coding == "identity") {
		return nil
	}
	name := "Accept-Post"
	if in.id != "" {
		name = "Accept-Patch"
	}
	if types[0] == typeMergePatch || in.id == "" {
		in.Response().Header().Set(name, strings.Join(types, ", "))
	}
	return &spatial.Error{Code: spatial.CodeUnsupported, Op: op, Message: fmt.Sprintf("The body must be %s, and not compressed.", strings.Join(types, ", "))}
}

// contentCRS reads the header Content-Crs, CRS84 where it is absent: the address of
// a system, with or without angle brackets (OGC 18-058r1 /req/crs/ogc-crs-header).
func contentCRS(c *spatial.Collection, text string) (wire, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return crs84, true
	}
	if inner, ok := strings.CutPrefix(text, "<"); ok {
		text = strings.TrimSuffix(inner, ">")
	}
	return offered(c, text)
}

// codesOf are the codes that fields may have, by their places. A list without codes
// admits all.
func (r *request) codesOf(ctx context.Context, c *spatial.Collection) (map[int]map[string]bool, error) {
	codes := map[int]map[string]bool{}
	for i, f := range c.Fields {
		list, err := r.codeList(ctx, f)
		if err != nil {
			return nil, err
		}
		if list == nil || len(list.Values) == 0 || f.Type != spatial.FieldString {
			continue
		}
		codes[i] = map[string]bool{}
		for _, v := range list.Values {
			codes[i][v.Code] = true
		}
	}
	return codes, nil
}

// preferences reads Prefer headers (RFC 7240 §2): of preferences of one name the
// first counts, parameters are left out.
func preferences(headers []string) map[string]string {
	prefer := map[string]string{}
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		part, _, _ = strings.Cut(part, ";")
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, given := prefer[name]; name != "" && !given {
			prefer[name] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return prefer
}

// applied tells which way of handling is followed, also where the change is
// refused. Everything is handled strictly unless lenience is asked for.
func (in *incoming) applied() {
	if handling := in.prefer["handling"]; handling == "strict" || handling == "lenient" {
		in.Response().Header().Add("Preference-Applied", "handling="+handling)
	}
}
