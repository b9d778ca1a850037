package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Walk follows the next links of a GeoJSON feature collection over one
// connection.
type Walk struct {
	Address  string // host:port
	Path     string // of the first page
	Features int64  // to end after; 0 is all there are
}

// Walked is what a walk saw. Next is the path of the page that would have been
// the next one, "" at the end.
type Walked struct {
	Features int64
	Pages    int
	Bytes    int64
	Next     string
}

// Run walks.
func (w Walk) Run(ctx context.Context) (Walked, error) {
	c := Client{Address: w.Address}
	defer c.Close()
	out := Walked{Next: w.Path}
	for out.Next != "" && (w.Features == 0 || out.Features < w.Features) {
		status, body, err := c.Get(ctx, out.Next)
		if err != nil {
			return out, err
		}
		if status != http.StatusOK {
			return out, fmt.Errorf("load: %s: status %d: %.200s", out.Next, status, body)
		}
		n := int64(bytes.Count(body, []byte(`"Feature"`)))
		if n == 0 && out.Pages > 0 {
			return out, fmt.Errorf("load: %s: a page without features", out.Next)
		}
		out.Features, out.Pages, out.Bytes = out.Features+n, out.Pages+1, out.Bytes+int64(len(body))
		if out.Next, err = nextLink(body); err != nil {
			return out, err
		}
	}
	return out, ctx.Err()
}

// nextLink finds the link without reading the features: that would be most of
// the work.
func nextLink(body []byte) (string, error) {
	at := bytes.LastIndex(body, []byte(`"next"`))
	if at < 0 {
		return "", nil
	}
	from, until := bytes.LastIndexByte(body[:at], '{'), bytes.IndexByte(body[at:], '}')
	if from < 0 || until < 0 {
		return "", fmt.Errorf("load: a next link that is no object")
	}
	var link struct{ Href string }
	if err := json.Unmarshal(body[from:at+until+1], &link); err != nil {
		return "", fmt.Errorf("load: next link: %w", err)
	}
	u, err := url.Parse(link.Href)
	if err != nil {
		return "", fmt.Errorf("load: next link: %w", err)
	}
	return u.RequestURI(), nil
}

// Streamed is what one answer had.
type Streamed struct{ Lines, Bytes int64 }

// Lines asks for a path and counts the lines of the answer as they come.
func Lines(ctx context.Context, address, path string) (Streamed, error) {
	var out Streamed
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return out, err
	}
	transport := &http.Transport{DisableCompression: true, ReadBufferSize: 256 << 10}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return out, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return out, fmt.Errorf("load: %s: status %d", path, answer.StatusCode)
	}
	buffer := make([]byte, 256<<10)
	for {
		n, err := answer.Body.Read(buffer)
		out.Lines += int64(bytes.Count(buffer[:n], []byte{'\n'}))
		out.Bytes += int64(n)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
	}
}
