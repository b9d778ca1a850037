package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// readyWithin bounds all checks of /readyz together.
const readyWithin = 3 * time.Second

type health struct {
	Status string   `json:"status"`
	Checks []string `json:"checks,omitempty"` // those that passed
}

func registerHealth(e *echo.Echo, cfg Config) {
	e.GET("/healthz", func(c echo.Context) error {
		if err := negotiate.Only(c.QueryParams()); err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		return c.JSON(http.StatusOK, health{Status: "ok"})
	})
	e.GET("/readyz", func(c echo.Context) error {
		if err := negotiate.Only(c.QueryParams()); err != nil {
			return err
		}
		return ready(c, cfg)
	})
	e.GET("/metrics", metricsPage(cfg))
}

func ready(c echo.Context, cfg Config) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyWithin)
	defer cancel()
	passed := health{Status: "ok"}
	failed := &spatial.Error{Code: spatial.CodeUnavailable, Op: "api: ready", Message: "This server cannot serve at the moment."}
	for _, check := range cfg.Ready {
		if err := check.Test(ctx); err != nil {
			failed.Fields = append(failed.Fields, spatial.FieldError{Name: check.Name, Reason: "does not answer"})
			failed.Err = err
			continue
		}
		passed.Checks = append(passed.Checks, check.Name)
	}
	if len(failed.Fields) > 0 {
		return failed
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, passed)
}
