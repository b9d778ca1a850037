package tiles_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"gisd/api"
)

// BenchmarkCachedTile asks two servers for the same tile over loopback, in
// turns within one run: the whole of gisd's with the tile in its cache, and a
// net/http server of the same time limits whose handler does nothing but write
// the same bytes. Each operation is a thousand requests of either over kept
// connections.
//
//	go test ./api/tiles -run - -bench CachedTile -benchtime 20x
func BenchmarkCachedTile(b *testing.B) {
	s, _ := newServer(b, source{}, func(*api.Config) {})
	h := s.Handler()
	tile := ask(h, "GET", "/tiles/parcels/10/815/480.mvt").Body.Bytes()
	length := []string{strconv.Itoa(len(tile))}
	kind := []string{"application/vnd.mapbox-vector-tile"}
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = kind
		w.Header()["Content-Length"] = length
		_, _ = w.Write(tile)
	})
	ours := listen(b, func(l net.Listener) error { return s.Serve(b.Context(), l) })
	theirs := listen(b, func(l net.Listener) error {
		const short, long = 10 * time.Second, 2 * time.Minute // as ours has for clients that take their time
		return (&http.Server{Handler: bare, ReadHeaderTimeout: short, ReadTimeout: long, WriteTimeout: long, IdleTimeout: long}).Serve(l)
	})
	load(b, ours, 100)
	load(b, theirs, 100)
	var a, z time.Duration
	n := 0
	for b.Loop() {
		a += load(b, ours, 1000)
		z += load(b, theirs, 1000)
		n += 1000
	}
	b.ReportMetric(float64(n)/a.Seconds(), "gisd-req/s")
	b.ReportMetric(float64(n)/z.Seconds(), "bare-req/s")
	b.ReportMetric(z.Seconds()/a.Seconds(), "ratio")
}

func listen(b *testing.B, serve func(net.Listener) error) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = serve(l) }()
	b.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// load sends n requests over 8 connections. The client reads sizes, not
// headers, so that the server is what is measured.
func load(b *testing.B, address string, n int) time.Duration {
	b.Helper()
	const connections = 8
	var wg sync.WaitGroup
	start := time.Now()
	for range connections {
		wg.Go(func() {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			request := []byte("GET /tiles/parcels/10/815/480.mvt HTTP/1.1\r\nHost: plan.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n")
			size, err := first(conn, request)
			if err != nil {
				b.Error(err)
				return
			}
			answer := make([]byte, size)
			for range n/connections - 1 {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				if _, err := io.ReadFull(conn, answer); err != nil || string(answer[9:12]) != "200" {
					b.Errorf("%v %.20s", err, answer)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// first asks once and returns the size of the whole answer, which stays.
func first(conn net.Conn, request []byte) (int, error) {
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	r := bufio.NewReader(conn)
	size, length := 0, 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		size += len(line)
		if v, ok := cutHeader(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(v); err != nil {
				return 0, err
			}
		}
		if line == "\r\n" {
			break
		}
	}
	_, err := io.CopyN(io.Discard, r, int64(length))
	return size + length, err
}

func cutHeader(line, name string) (string, bool) {
	if len(line) < len(name)+2 || line[:len(name)] != name {
		return "", false
	}
	return line[len(name) : len(line)-2], true
}
