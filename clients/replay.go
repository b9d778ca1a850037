package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// exchange is a request that QGIS sent while it filtered, edited and saved, and how
// it was answered.
type exchange struct {
	Method   string            `json:"method"`
	Target   string            `json:"target"` // path and query
	Keyed    bool              `json:"keyed"`
	Header   map[string]string `json:"header,omitempty"`
	Body     string            `json:"body,omitempty"`
	Status   int               `json:"status"`
	Location string            `json:"location,omitempty"` // path
}

// recorded lies in the folder of clients; `go run ./clients -record` writes it.
const recorded = "testdata/qgis_edits.jsonl"

// recording lets what goes through it to the server, and notes what QGIS asks.
type recording struct {
	*httptest.Server
	mu        sync.Mutex
	exchanges []exchange
}

// listen has those who edit come through a recording.
func (s *site) listen() (*recording, error) {
	server, err := url.Parse(s.Address)
	if err != nil {
		return nil, err
	}
	r := &recording{}
	r.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(server)
			p.Out.Host = p.In.Host // so that links lead here
			if p.In.ContentLength != 0 {
				p.Out.Body = &keptBody{ReadCloser: p.Out.Body}
			}
		},
		ModifyResponse: r.note,
	})
	s.front = r.URL
	return r, nil
}

// recordEdits runs the clients that edit and keeps what QGIS asks.
func (s *site) recordEdits(ctx context.Context, clients []client) ([]result, error) {
	r, err := s.listen()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	clients = slices.DeleteFunc(slices.Clone(clients), func(c client) bool { return !c.edits })
	results := s.each(ctx, clients)
	for _, result := range results {
		if result.fault != nil {
			return results, result.fault
		}
	}
	return results, r.save(s.home)
}

// note keeps a request of QGIS. Bodies of answers are left alone.
func (r *recording) note(res *http.Response) error {
	req := res.Request
	if !strings.Contains(req.UserAgent(), "QGIS") {
		return nil
	}
	e := exchange{Method: req.Method, Target: req.URL.RequestURI(), Keyed: req.Header.Get("Authorization") != "", Status: res.StatusCode, Header: map[string]string{}}
	for _, name := range []string{"Accept", "Content-Type", "Content-Crs", "If-Match"} {
		if value := req.Header.Get(name); value != "" {
			e.Header[name] = value
		}
	}
	if body, ok := req.Body.(*keptBody); ok {
		e.Body = body.kept.String()
	}
	if e.Status == http.StatusNotModified {
		e.Status = http.StatusOK // to one who has nothing yet
	}
	if location, err := res.Location(); err == nil {
		e.Location = location.Path
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, e)
	return nil
}

// keptBody keeps what is read of a body.
type keptBody struct {
	io.ReadCloser
	kept bytes.Buffer
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.kept.Write(p[:n])
	return n, err
}

func (r *recording) save(home string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	out.SetEscapeHTML(false)
	for _, e := range r.exchanges {
		if err := out.Encode(e); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(home, recorded), lines.Bytes(), 0o644)
}

// replay sends what QGIS sent, and wants the same answers. A feature that was
// created has the id that it gets now.
func (s *site) replay(ctx context.Context) error {
	f, err := os.Open(filepath.Join(s.home, recorded))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	created, now := "", ""
	var faults []error
	for n := 1; lines.Scan(); n++ {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("%s:%d: %w", recorded, n, err)
		}
		if created != "" {
			e.Target = strings.Replace(e.Target, created, now, 1)
		}
		location, err := s.again(ctx, e)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %s %s: %w", recorded, n, e.Method, e.Target, err))
		}
		if e.Location != "" {
			created, now = e.Location, location
		}
	}
	return errors.Join(append(faults, lines.Err())...)
}

// again sends one request and returns the path of what it created.
func (s *site) again(ctx context.Context, e exchange) (location string, err error) {
	req, err := http.NewRequestWithContext(ctx, e.Method, s.Address+e.Target, strings.NewReader(e.Body))
	if err != nil {
		return "", err
	}
	for name, value := range e.Header {
		req.Header.Set(name, value)
	}
	if e.Keyed {
		req.Header.Set("Authorization", "Bearer "+s.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != e.Status {
		return "", fmt.Errorf("status %d, QGIS got %d: %.500s", res.StatusCode, e.Status, text)
	}
	if e.Location == "" {
		return "", nil
	}
	created, err := res.Location()
	if err != nil {
		return "", err
	}
	return created.Path, nil
}
