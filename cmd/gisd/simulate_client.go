package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"gisd/spatial"
	"gisd/spatial/live"
)

// liveClient speaks to a running server as a program outside would.
type liveClient struct {
	base     *url.URL
	key      string
	http     *http.Client
	accepted int64
}

func newLiveClient(address, key string) (*liveClient, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, usagef("--url wants an address such as http://localhost:8080")
	}
	return &liveClient{base: base, key: key, http: &http.Client{Timeout: 30 * time.Second}}, nil
}

// maxAnswerBytes bounds what the server may answer with.
const maxAnswerBytes = 64 << 20

// do sends a request and decodes a JSON answer into result. A problem comes
// back as *spatial.Error, a server that does not answer as unavailable.
func (c *liveClient) do(ctx context.Context, method, address, contentType string, body []byte, result any) error {
	op := method + " " + address
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Accept", "application/geo+json, application/json")
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "The server does not answer.", Err: err}
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "The server's answer broke off.", Err: err}
	}
	if response.StatusCode >= 400 {
		return problemOf(op, response.StatusCode, text)
	}
	if err := json.Unmarshal(text, result); err != nil {
		return fmt.Errorf("%s: the answer is not the JSON expected: %w", op, err)
	}
	return nil
}

// problemOf reads a problem document (RFC 9457).
func problemOf(op string, status int, text []byte) error {
	codes := map[int]spatial.Code{
		http.StatusBadRequest: spatial.CodeInvalid, http.StatusUnauthorized: spatial.CodeUnauthenticated,
		http.StatusForbidden: spatial.CodeForbidden, http.StatusNotFound: spatial.CodeNotFound,
		http.StatusRequestEntityTooLarge: spatial.CodeTooLarge, http.StatusTooManyRequests: spatial.CodeTooManyRequests,
		http.StatusBadGateway: spatial.CodeUnavailable, http.StatusServiceUnavailable: spatial.CodeUnavailable,
		http.StatusGatewayTimeout: spatial.CodeTimeout,
	}
	var doc struct {
		Title, Detail string
		Errors        []spatial.FieldError
	}
	message := fmt.Sprintf("The server answers %d.", status)
	if json.Unmarshal(text, &doc) == nil && doc.Detail+doc.Title != "" {
		message = doc.Detail
		if message == "" {
			message = doc.Title
		}
	}
	code := codes[status]
	if code == "" {
		code = spatial.CodeInternal
	}
	return &spatial.Error{Code: code, Op: op, Message: message, Fields: doc.Errors}
}

// lines reads every line of a collection through OGC API - Features, in lon,
// lat degrees; none where there is no such collection.
func (c *liveClient) lines(ctx context.Context, collection string) ([]orb.LineString, error) {
	var lines []orb.LineString
	next := c.base.JoinPath("ogc/collections", collection, "items")
	next.RawQuery = "f=json&limit=1000"
	for next != nil {
		var page geojson.FeatureCollection
		var raw json.RawMessage
		err := c.do(ctx, http.MethodGet, next.String(), "", nil, &raw)
		if e, ok := errors.AsType[*spatial.Error](err); ok && e.Code == spatial.CodeNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return nil, fmt.Errorf("%s: not a feature collection: %w", next, err)
		}
		var links struct {
			Links []struct{ Rel, Href string }
		}
		if err := json.Unmarshal(raw, &links); err != nil {
			return nil, fmt.Errorf("%s: %w", next, err)
		}
		for _, f := range page.Features {
			lines = append(lines, linesOf(f.Geometry)...)
		}
		current := next
		next = nil
		for _, link := range links.Links {
			if link.Rel == "next" {
				if next, err = current.Parse(link.Href); err != nil {
					return nil, fmt.Errorf("%s: the next page's address is not valid: %w", current, err)
				}
			}
		}
	}
	return lines, nil
}

// linesOf lists the lines of a geometry; other kinds have none.
func linesOf(g orb.Geometry) []orb.LineString {
	switch g := g.(type) {
	case orb.LineString:
		return []orb.LineString{g}
	case orb.MultiLineString:
		return g
	case orb.Collection:
		var all []orb.LineString
		for _, part := range g {
			all = append(all, linesOf(part)...)
		}
		return all
	}
	return nil
}

// register makes the devices known. Where the key may not register, they are
// taken to be registered already.
func (c *liveClient) register(ctx context.Context, devices []live.Device) error {
	type document struct {
		ID         string             `json:"id"`
		Kind       live.Kind          `json:"kind"`
		Name       string             `json:"name"`
		Visibility spatial.Visibility `json:"visibility"`
		Demo       bool               `json:"demo"`
	}
	const atOnce = 10_000
	for len(devices) > 0 {
		n := min(len(devices), atOnce)
		documents := make([]document, n)
		for i, d := range devices[:n] {
			documents[i] = document{ID: d.ID, Kind: d.Kind, Name: d.Name, Visibility: d.Visibility, Demo: d.Demo}
		}
		body, err := json.Marshal(documents)
		if err != nil {
			return err
		}
		var answer struct{}
		err = c.do(ctx, http.MethodPost, c.base.JoinPath("live/devices").String(), "application/json", body, &answer)
		if spatial.CodeOf(err) == spatial.CodeForbidden {
			return nil
		}
		if err != nil {
			return err
		}
		devices = devices[n:]
	}
	return nil
}

// report sends positions as NDJSON.
func (c *liveClient) report(ctx context.Context, positions []live.Position) error {
	body := make([]byte, 0, 160*len(positions))
	for i := range positions {
		body = append(positions[i].AppendJSON(body), '\n')
	}
	var receipt live.Receipt
	err := c.do(ctx, http.MethodPost, c.base.JoinPath("live/positions").String(), "application/x-ndjson", body, &receipt)
	c.accepted += int64(receipt.Accepted)
	return err
}
