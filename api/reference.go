package api

import (
	_ "embed"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/oasdiff/yaml"

	"gisd/api/negotiate"
	"gisd/api/page"
	"gisd/api/problem"
)

//go:embed openapi.yaml
var openapiYAML []byte

// OpenAPI returns the reference document as JSON.
func OpenAPI() ([]byte, error) {
	text, err := yaml.YAMLToJSON(openapiYAML)
	if err != nil {
		return nil, fmt.Errorf("api: read openapi.yaml: %w", err)
	}
	return text, nil
}

// registerReference adds /api for people and /api/openapi.json for programs.
func registerReference(e *echo.Echo, cfg Config) error {
	document, err := OpenAPI()
	if err != nil {
		return err
	}
	reference, err := page.NewReference()
	if err != nil {
		return err
	}
	e.GET("/api/openapi.json", func(c echo.Context) error {
		if err := negotiate.Only(c.QueryParams()); err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "public, max-age=300")
		return c.Blob(http.StatusOK, negotiate.TypeJSON, document)
	})
	e.GET("/api", func(c echo.Context) error {
		if err := negotiate.Only(c.QueryParams()); err != nil {
			return err
		}
		r := c.Request()
		c.Response().Header().Set("Cache-Control", "public, max-age=300")
		return reference.Write(c, page.Frame{
			Lang: problem.Language(r), Base: cfg.Origin.Base(r), JSON: cfg.Origin.Href(r, "/api/openapi.json", nil),
		}, document)
	})
	return nil
}
