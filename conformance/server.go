package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"gisd/internal/served"
)

// serve starts `gisd up` with the demo on a free port of this machine. stop ends
// it.
func (o options) serve(ctx context.Context) (landing string, stop func() error, err error) {
	if o.target != "" {
		return o.target, func() error { return nil }, nil
	}
	site, err := served.Up(ctx, served.Config{Program: o.gisd, Work: o.work})
	if err != nil {
		return "", nil, err
	}
	return site.Address + "/ogc", site.Stop, nil
}

func get(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func getStatus(ctx context.Context, address string) (int, error) {
	res, err := get(ctx, address)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

func getJSON(ctx context.Context, address string, into any) error {
	res, err := get(ctx, address)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(into)
}
