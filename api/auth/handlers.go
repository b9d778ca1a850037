package auth

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// Register adds /auth/login, /auth/logout and /auth/me.
func Register(e *echo.Echo, s *Service, origin negotiate.Origin) {
	h := &handlers{service: s, origin: origin}
	e.POST("/auth/login", h.login)
	e.POST("/auth/logout", h.logout)
	e.GET("/auth/me", h.me)
}

type handlers struct {
	service *Service
	origin  negotiate.Origin
}

// me is the answer of /auth/me and /auth/login.
type me struct {
	Anonymous  bool           `json:"anonymous"`
	Subject    string         `json:"subject,omitempty"`
	Name       string         `json:"name,omitempty"`
	Roles      []spatial.Role `json:"roles"`
	Department string         `json:"department,omitempty"`
	ReadOnly   bool           `json:"readOnly"`
	CSRFToken  string         `json:"csrfToken,omitempty"`
}

func describe(id identity) me {
	roles := id.access.Roles
	if roles == nil {
		roles = []spatial.Role{}
	}
	return me{
		Anonymous: id.access.Anonymous(), Subject: id.access.Subject, Name: id.name, Roles: roles,
		Department: id.access.Department, ReadOnly: id.access.ReadOnly, CSRFToken: id.csrf,
	}
}

func (h *handlers) me(c echo.Context) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, describe(identityOf(c)))
}

const maxLoginBytes = 8 << 10

// login wants JSON: a form on another site cannot send that without asking
// first, which keeps strangers from signing a browser in.
func (h *handlers) login(c echo.Context) error {
	r := c.Request()
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType != negotiate.TypeJSON {
		return &spatial.Error{Code: spatial.CodeUnsupported, Op: "auth: login", Message: "Send the name and the password as application/json."}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: "auth: login", Message: "Sign in from this server's own pages."}
	}
	var body struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	dec := json.NewDecoder(io.LimitReader(r.Body, maxLoginBytes))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&body); err != nil || body.Name == "" || body.Password == "" {
		return loginFault(err)
	}
	secret, session, err := h.service.Login(r.Context(), Attempt{
		Name: strings.ToLower(strings.TrimSpace(body.Name)), Password: body.Password,
		RemoteAddress: c.RealIP(), RequestID: c.Response().Header().Get(echo.HeaderXRequestID),
	})
	if err != nil {
		return err
	}
	id, err := h.service.session(r.Context(), secret)
	if err != nil {
		return err
	}
	setCookie(c, secret, int(session.ExpiresAt.Sub(h.service.Now()).Seconds()), h.origin.Secure(r))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, describe(id))
}

func loginFault(cause error) error {
	e := spatial.Invalid("auth: login", `Send {"name": "…", "password": "…"}.`)
	if limit, ok := errors.AsType[*http.MaxBytesError](cause); ok {
		return limit
	}
	e.Err = cause
	return e
}

func (h *handlers) logout(c echo.Context) error {
	if cookie, err := c.Request().Cookie(cookieName); err == nil {
		if err := h.service.Logout(c.Request().Context(), cookie.Value); err != nil {
			return err
		}
	}
	clearCookie(c, h.origin.Secure(c.Request()))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.NoContent(http.StatusNoContent)
}
