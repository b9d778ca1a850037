package crs

import (
	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
)

// Limits of one conversion. A larger table is for `gisd transform`.
const (
	MaxPositions = 100_000
	MaxBodyBytes = 8 << 20
)

// handlers need nothing but the address the server is reached at.
type handlers struct {
	origin negotiate.Origin
}

// Register adds GET /crs, GET /crs/{code} and GET and POST /crs/transform. They
// read no data of anyone, so every caller may use them.
func Register(e *echo.Echo, origin negotiate.Origin) {
	h := &handlers{origin: origin}
	e.GET("/crs", h.list)
	e.GET("/crs/transform", h.one)
	e.POST("/crs/transform", h.many)
	e.GET("/crs/:code", h.definition)
}
