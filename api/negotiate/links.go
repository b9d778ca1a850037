package negotiate

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Link points at another resource (RFC 8288).
type Link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Hreflang  string `json:"hreflang,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

// Header renders the link for a Link header.
func (l Link) Header() string {
	var b strings.Builder
	b.WriteString("<" + l.Href + `>; rel="` + l.Rel + `"`)
	if l.Type != "" {
		b.WriteString(`; type="` + l.Type + `"`)
	}
	return b.String()
}

// Origin says under which address this server is reached. The zero value
// trusts nobody and answers with the Host header.
type Origin struct {
	Public  *url.URL       // GISD_PUBLIC_URL; wins over everything, may carry a path
	Trusted []netip.Prefix // proxies whose X-Forwarded-Proto, -Host and -Prefix are believed
}

// Base returns "https://host/prefix" without a slash at its end.
func (o Origin) Base(r *http.Request) string {
	if o.Public != nil {
		return strings.TrimSuffix(o.Public.String(), "/")
	}
	scheme, host, prefix := "http", r.Host, ""
	if r.TLS != nil {
		scheme = "https"
	}
	if o.FromProxy(r) {
		if proto := forwarded(r, "X-Forwarded-Proto"); proto == "http" || proto == "https" {
			scheme = proto
		}
		if h := forwarded(r, "X-Forwarded-Host"); validHost(h) {
			host = h
		}
		if p := forwarded(r, "X-Forwarded-Prefix"); strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//") && !strings.ContainsAny(p, "\"<>\\ ?#") {
			prefix = strings.TrimSuffix(p, "/")
		}
	}
	if !validHost(host) {
		host = "localhost"
	}
	return scheme + "://" + host + prefix
}

// Secure reports whether the caller's own connection is encrypted.
func (o Origin) Secure(r *http.Request) bool {
	return strings.HasPrefix(o.Base(r), "https://")
}

// FromProxy reports whether the peer is a listed proxy.
func (o Origin) FromProxy(r *http.Request) bool {
	if len(o.Trusted) == 0 {
		return false
	}
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := addr.Addr().Unmap()
	for _, p := range o.Trusted {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// forwarded returns the last value of a list header: the one the nearest proxy
// wrote.
func forwarded(r *http.Request, name string) string {
	values := strings.Split(r.Header.Get(name), ",")
	return strings.TrimSpace(values[len(values)-1])
}

// validHost admits names, addresses and a port and nothing that could break out
// of a link.
func validHost(host string) bool {
	if host == "" || len(host) > 255 || strings.ContainsAny(host, "\"'<>\\ /?#@%") {
		return false
	}
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h != ""
	}
	return true
}

// Href joins the server's address, an absolute path (already escaped) and a
// query, and repeats the caller's ?key= so that a client holding nothing but
// addresses can follow them.
func (o Origin) Href(r *http.Request, path string, query url.Values) string {
	if key := URLKey(r); key != "" {
		copied := make(url.Values, len(query)+1)
		for name, values := range query {
			copied[name] = values
		}
		copied.Set("key", key)
		query = copied
	}
	href := o.Base(r) + path
	if encoded := query.Encode(); encoded != "" {
		href += "?" + encoded
	}
	return href
}

// URLKey returns the API key that travelled in the address, or "".
func URLKey(r *http.Request) string {
	if !strings.Contains(r.URL.RawQuery, "key=") {
		return ""
	}
	return r.URL.Query().Get("key")
}
