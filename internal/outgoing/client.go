package outgoing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"gisd/spatial"
)

// Config bounds what goes out. Zero members have the defaults that stand here.
type Config struct {
	Allow     []netip.Prefix // addresses to talk to although they are not public
	MaxBytes  int64          // of one answer; 4 GiB
	Timeout   time.Duration  // of a whole request; an hour
	UserAgent string         // "gisd"
}

const maxRedirects = 5

// Client sends requests. Safe for use by many goroutines.
type Client struct {
	http *http.Client
	c    Config
}

// NewClient returns a client. It uses no proxy: a proxy would dial unchecked.
func NewClient(c Config) *Client {
	if c.MaxBytes == 0 {
		c.MaxBytes = 4 << 30
	}
	if c.Timeout == 0 {
		c.Timeout = time.Hour
	}
	if c.UserAgent == "" {
		c.UserAgent = "gisd"
	}
	dialer := &net.Dialer{Timeout: 20 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("outgoing: dial %s: %w", address, err)
		}
		return check(to.Addr(), c.Allow)
	}}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 20 * time.Second, ResponseHeaderTimeout: time.Minute,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConns: 4, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
	}
	return &Client{c: c, http: &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return &spatial.Error{Code: spatial.CodeInvalid, Op: "outgoing: redirect", Message: fmt.Sprintf("the address redirects more than %d times", maxRedirects)}
		}
		return checkURL(r.URL)
	}}}
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return spatial.Invalid("outgoing: address", fmt.Sprintf("%.40q is no http or https address", u.Scheme))
	case u.Hostname() == "":
		return spatial.Invalid("outgoing: address", "the address names no host")
	}
	return nil
}

// Validators say which state of a resource is known (RFC 9110 §8.8).
type Validators struct {
	ETag         string
	LastModified string
}

// Download is what came back.
type Download struct {
	Validators
	Unchanged bool   // 304: the state that was known still holds, nothing was written
	Absent    bool   // 204, 404, 410, which are errors too
	Name      string // file name by Content-Disposition, else the end of the address
	Bytes     int64
}

// Get writes what the address holds to w, unless it is in the known state. Errors:
// invalid for an address that cannot be asked, forbidden for one that is not
// public, too_large, timeout, unavailable when the other side fails; what w has
// received then is not all.
func (c *Client) Get(ctx context.Context, address string, known Validators, w io.Writer) (d Download, err error) {
	const op = "outgoing: get"
	u, err := url.Parse(address)
	if err != nil {
		return d, spatial.Invalid(op, "the address cannot be read: "+errors.Unwrap(err).Error())
	}
	if err := checkURL(u); err != nil {
		return d, err
	}
	limited, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(limited, http.MethodGet, u.String(), nil)
	if err != nil {
		return d, spatial.Invalid(op, "the address cannot be asked: "+err.Error())
	}
	r.Header.Set("User-Agent", c.c.UserAgent)
	// What comes is stored as it is; a body that a server packs for the way would
	// escape the bound on its size.
	r.Header.Set("Accept-Encoding", "identity")
	if known.ETag != "" {
		r.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		r.Header.Set("If-Modified-Since", known.LastModified)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return d, failure(ctx, limited, u, err)
	}
	defer answer.Body.Close()
	d.Validators = Validators{answer.Header.Get("ETag"), answer.Header.Get("Last-Modified")}
	d.Name = fileName(answer)
	if answer.StatusCode == http.StatusNotModified {
		d.Unchanged, d.Validators = true, known
		return d, nil
	}
	if answer.StatusCode != http.StatusOK {
		d.Absent = slices.Contains([]int{http.StatusNoContent, http.StatusNotFound, http.StatusGone}, answer.StatusCode)
		return d, &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: fmt.Sprintf("%s answers %s", u.Host, answer.Status)}
	}
	tooLarge := &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: fmt.Sprintf("%s sends more than %d MiB", u.Host, c.c.MaxBytes>>20)}
	if answer.ContentLength > c.c.MaxBytes {
		return d, tooLarge
	}
	d.Bytes, err = io.Copy(w, io.LimitReader(answer.Body, c.c.MaxBytes+1))
	switch {
	case err != nil:
		return d, failure(ctx, limited, u, err)
	case d.Bytes > c.c.MaxBytes:
		return d, tooLarge
	}
	return d, nil
}

// failure gives a failed request its code. Our own refusals come wrapped by the
// HTTP client.
func failure(ctx, limited context.Context, u *url.URL, err error) error {
	const op = "outgoing: get"
	if ours, ok := errors.AsType[*spatial.Error](err); ok {
		return ours
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", op, ctx.Err())
	case limited.Err() != nil:
		return &spatial.Error{Code: spatial.CodeTimeout, Op: op, Message: u.Host + " takes too long to send everything"}
	}
	code := spatial.CodeUnavailable
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		code = spatial.CodeInvalid
	}
	return &spatial.Error{Code: code, Op: op, Message: reason(u, err)}
}

// reason puts a failure in words. The client's own name resolvers and addresses
// that people did not write.
func reason(u *url.URL, err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "there is no host " + u.Hostname()
		}
		return "the address of " + u.Hostname() + " cannot be found out now"
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return u.Host + " has no certificate to trust: " + strings.TrimPrefix(untrusted.Err.Error(), "x509: ")
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return u.Host + " does not speak https"
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		number, _ := errors.AsType[syscall.Errno](err)
		switch {
		case dial.Timeout():
			return u.Host + " does not answer"
		case number != 0:
			return u.Host + " cannot be reached: " + number.Error()
		}
	}
	return u.Host + " cannot be reached, or broke off"
}

// fileName keeps the last part of a name, whatever a server says.
func fileName(answer *http.Response) string {
	name := answer.Request.URL.Path
	if _, p, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition")); err == nil && p["filename"] != "" {
		name = p["filename"]
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" || name == ".." || name == "" {
		return "download"
	}
	return name[:min(len(name), 200)]
}
