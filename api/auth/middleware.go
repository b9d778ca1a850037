package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

const (
	identityKey = "gisd.identity"
	cookieName  = "gisd_session"
	csrfHeader  = "X-CSRF-Token"
)

// AccessOf returns who asks; the anonymous caller where no middleware ran.
func AccessOf(c echo.Context) spatial.Access {
	return identityOf(c).access
}

func identityOf(c echo.Context) identity {
	id, _ := c.Get(identityKey).(*identity)
	if id == nil {
		return identity{}
	}
	return *id
}

// Middleware settles who asks, before any handler runs, and refuses what the
// credentials do not allow whatever the path: bad ones (401), a change by a key
// in the address, a change without the session's CSRF token, and any change but
// a report of positions by a device's key (403).
func (s *Service) Middleware(origin negotiate.Origin) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			id, byCookie, err := s.identify(c)
			if err != nil {
				if !byCookie || spatial.CodeOf(err) != spatial.CodeUnauthenticated {
					return err
				}
				// The cookie is dead: take it back, and let the browser show a page
				// on which to sign in again.
				clearCookie(c, origin.Secure(c.Request()))
				if !isNavigation(c.Request()) {
					return err
				}
			}
			if !id.access.Anonymous() {
				c.Set(identityKey, &id)
				c.Response().Header().Set("Cache-Control", "private, no-cache")
				if err := permit(c.Request(), id, byCookie); err != nil {
					return err
				}
			}
			return next(c)
		}
	}
}

// identify reads one credential: the header, else the address, else the cookie.
func (s *Service) identify(c echo.Context) (id identity, byCookie bool, err error) {
	r := c.Request()
	if header := r.Header.Get("Authorization"); header != "" {
		secret, ok := secretIn(header)
		if !ok {
			return id, false, unauthenticated("auth: header", "The Authorization header must read: Bearer KEY.", nil)
		}
		id, err = s.key(r.Context(), secret, false)
		return id, false, err
	}
	if strings.Contains(r.URL.RawQuery, "key=") && r.URL.Query().Has("key") {
		id, err = s.key(r.Context(), r.URL.Query().Get("key"), true)
		return id, false, err
	}
	if len(r.Header["Cookie"]) == 0 {
		return id, false, nil
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return id, false, nil
	}
	id, err = s.session(r.Context(), cookie.Value)
	return id, true, err
}

// secretIn is the API key of an Authorization header: a bearer token (RFC 6750 §2.1),
// or the password of any name (RFC 7617) for programs that know nothing else.
func secretIn(header string) (secret string, ok bool) {
	scheme, rest, _ := strings.Cut(header, " ")
	secret = strings.TrimSpace(rest)
	if strings.EqualFold(scheme, "Basic") {
		plain, err := base64.StdEncoding.DecodeString(secret)
		if err != nil {
			return "", false
		}
		_, secret, _ = strings.Cut(string(plain), ":")
	} else if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return secret, secret != ""
}

// byBrowserAlone tells of a password that a browser may have added by itself, as it
// does for whatever page sends a request once a person has typed it. Programs send
// neither header.
func byBrowserAlone(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Basic") && (r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "")
}

// Remembered is who asks, where that takes no look-up: the anonymous caller, or
// credentials in a header or cookie that were looked up a moment ago. It does
// for reading what the middleware does; false leaves the request to it.
func (s *Service) Remembered(r *http.Request) (spatial.Access, bool) {
	secret := ""
	if header := r.Header["Authorization"]; len(header) > 0 {
		var ok bool
		if secret, ok = secretIn(header[0]); !ok {
			return spatial.Access{}, false
		}
	} else if len(r.Header["Cookie"]) > 0 {
		cookie, err := r.Cookie(cookieName)
		if err != nil {
			return spatial.Access{}, true
		}
		secret = cookie.Value
	} else {
		return spatial.Access{}, true
	}
	id, ok := s.cache.get(sha256.Sum256([]byte(secret)), s.Now())
	return id.access, ok
}

// isNavigation tells a person opening a page, or the sign-in itself, from a
// program fetching data.
func isNavigation(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" || strings.HasPrefix(r.URL.Path, "/auth/")
}

func permit(r *http.Request, id identity, byCookie bool) error {
	forbidden := func(message string) error {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: "auth: permit", Message: message}
	}
	if !unsafe(r.Method) || readsByPost(r) {
		return nil
	}
	if id.access.Device != "" && !reportsPositions(r) {
		return forbidden("This key belongs to a device and changes nothing but its positions.")
	}
	if id.access.ReadOnly && !holdsOnlyAddress(r) {
		return forbidden("A key in the address may only read. Send it as: Authorization: Bearer KEY.")
	}
	if byBrowserAlone(r) {
		return forbidden("A browser changes nothing with a name and a password. Send the key as: Authorization: Bearer KEY.")
	}
	if byCookie && subtle.ConstantTimeCompare([]byte(r.Header.Get(csrfHeader)), []byte(id.csrf)) != 1 {
		return forbidden("The header " + csrfHeader + " is missing or wrong; /auth/me tells its value.")
	}
	return nil
}

func unsafe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return true
}

// readsByPost names the addresses that take long questions as forms, and change
// nothing.
func readsByPost(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/arcgis/rest/services/") && strings.HasSuffix(r.URL.Path, "/query")
}

// reportsPositions names the addresses that devices send to.
func reportsPositions(r *http.Request) bool {
	return r.URL.Path == "/live/positions" && r.Method == http.MethodPost || holdsOnlyAddress(r)
}

// holdsOnlyAddress names the addresses of trackers that can be given an address
// and nothing else: their key travels in it and still reports.
func holdsOnlyAddress(r *http.Request) bool {
	return r.URL.Path == "/live/osmand" || r.URL.Path == "/live/owntracks"
}

func clearCookie(c echo.Context, secure bool) {
	setCookie(c, "", -1, secure)
}

func setCookie(c echo.Context, value string, maxAge int, secure bool) {
	c.SetCookie(&http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure,
	})
}
