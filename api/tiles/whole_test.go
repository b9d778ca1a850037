package tiles_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"gisd/api"
	"gisd/tiles"
)

// sized draws tiles of as many bytes as their column says.
type sized struct{}

func (sized) Layer(_ context.Context, r tiles.LayerRequest) ([]byte, error) {
	return bytesOf(int(r.Coord.X)), nil
}

// bytesOf are n bytes that tell their places.
func bytesOf(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	return b
}

// TestAnswersAreWhole: whatever their size, cached tiles come complete and in
// order over one connection of the real server.
func TestAnswersAreWhole(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t, sized{}, func(*api.Config) {})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	client := http.Client{Transport: &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}}
	defer client.CloseIdleConnections()
	ask := func(n int, known string) (int, string, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s/tiles/parcels/18/%d/123000.mvt", l.Addr(), n), nil)
		if err != nil {
			t.Fatal(err)
		}
		if known != "" {
			r.Header.Set("If-None-Match", known)
		}
		w, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Body.Close() }()
		b, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.StatusCode, w.Header.Get("Etag"), b
	}
	sizes := []int{0, 1, 300, 4095, 4096, 4097, 8191, 8192, 8193, 20_000, 100_000, 200_000}
	for n := 3600; n < 4700; n += 13 { // header and body around the size of net/http's buffer
		sizes = append(sizes, n)
	}
	for n := 7700; n < 8200; n += 11 {
		sizes = append(sizes, n)
	}
	for range 3 { // built, cached
		for _, n := range sizes {
			status, etag, got := ask(n, "")
			if !bytes.Equal(got, bytesOf(n)) || status == http.StatusNoContent != (n == 0) {
				t.Fatalf("%d: %d bytes, want %d", status, len(got), n)
			}
			if n == 0 {
				continue
			}
			if status, _, got := ask(n, etag); status != http.StatusNotModified || len(got) > 0 {
				t.Fatalf("again: %d with %d bytes", status, len(got))
			}
		}
	}
}
