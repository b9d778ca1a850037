package outgoing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"gisd/spatial"
)

// drained is how much of an answer to a post is read, so that the connection can be
// used again.
const drained = 64 << 10

// Post sends a body and returns nil after an answer 2xx. A redirect is not
// followed: the body is for the address that was named. Errors are those of Get;
// unavailable for any other answer.
func (c *Client) Post(ctx context.Context, address string, header map[string]string, body []byte) error {
	const op = "outgoing: post"
	u, err := url.Parse(address)
	if err != nil {
		return spatial.Invalid(op, "the address cannot be read: "+errors.Unwrap(err).Error())
	}
	if err := checkURL(u); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(limited, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return spatial.Invalid(op, "the address cannot be asked: "+err.Error())
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	r.Header.Set("User-Agent", c.c.UserAgent)
	once := *c.http
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := once.Do(r)
	if err != nil {
		return failure(ctx, limited, u, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, drained))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: fmt.Sprintf("%s answers %s", u.Host, answer.Status)}
	}
	return nil
}
