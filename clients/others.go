package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// pause is between two changes, so that clients have the machine too.
const pause = 10 * time.Millisecond

// write changes features, takes them away and puts them back, among those that
// stay and behind them, until ctx ends. It returns how many changes it made.
func (s *site) write(ctx context.Context) (changes int, err error) {
	items := "/ogc/collections/" + collection + "/items"
	of := numbers(s.n)
	for {
		for number := movable; number <= of+movable; number += movable {
			own := items + "/" + strconv.Itoa(number)
			for _, change := range []struct {
				method, path, body string
				status             int
			}{
				{http.MethodPatch, own, `{"properties":{"name":"Thửa đổi"}}`, http.StatusNoContent},
				{http.MethodDelete, own, "", http.StatusNoContent},
				{http.MethodPost, items, square(number, of), http.StatusCreated},
			} {
				if number > of && change.method == http.MethodPatch {
					continue // not there yet
				}
				if number > of && change.method == http.MethodDelete {
					change.status = 0 // from the second round on it is
				}
				status, err := s.change(ctx, change.method, change.path, change.body)
				switch {
				case ctx.Err() != nil:
					return changes, nil
				case err != nil:
					return changes, err
				case change.status != 0 && status != change.status:
					return changes, fmt.Errorf("the writer: %s %s: status %d, want %d", change.method, change.path, status, change.status)
				}
				changes++
				select {
				case <-ctx.Done():
					return changes, nil
				case <-time.After(pause):
				}
			}
		}
	}
}

func (s *site) change(ctx context.Context, method, path, body string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, method, s.Address+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", map[string]string{http.MethodPatch: "application/merge-patch+json"}[method])
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/geo+json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, errors.Join(err, res.Body.Close())
}

// page is an answer of /items as far as readers need it.
type page struct {
	Features []struct {
		ID json.Number `json:"id"`
	} `json:"features"`
	Links []struct{ Rel, Href string } `json:"links"`
}

// read walks the collection, by links and by offset in turn, until ctx ends, and
// returns how many walks it ended. Each has to see every feature once, too.
func (s *site) read(ctx context.Context) (walks int, err error) {
	for ; ; walks++ {
		seen := newTally(s.n)
		if err := s.walk(ctx, seen, walks%2 == 1); err != nil {
			if ctx.Err() != nil {
				return walks, nil
			}
			return walks, err
		}
		if err := seen.fault(); err != nil {
			return walks, fmt.Errorf("the second reader, by offset %v: %w", walks%2 == 1, err)
		}
	}
}

func (s *site) walk(ctx context.Context, seen tally, byOffset bool) error {
	start := s.Address + "/ogc/collections/" + collection + "/items?" + url.Values{"limit": {"1000"}, "f": {"json"}}.Encode()
	offset := 0
	for next := start; next != ""; {
		p, err := fetchPage(ctx, next)
		if err != nil {
			return err
		}
		next = ""
		for _, l := range p.Links {
			if l.Rel == "next" {
				next = l.Href
			}
		}
		for _, f := range p.Features {
			number, err := strconv.Atoi(f.ID.String())
			if err != nil {
				return err
			}
			seen.see(number)
		}
		offset += len(p.Features)
		if byOffset && next != "" {
			next = start + "&offset=" + strconv.Itoa(offset)
		}
	}
	return nil
}

func fetchPage(ctx context.Context, address string) (page, error) {
	var p page
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return p, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return p, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return p, fmt.Errorf("%s: %s", address, res.Status)
	}
	return p, json.NewDecoder(res.Body).Decode(&p)
}
