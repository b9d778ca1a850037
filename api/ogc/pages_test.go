package ogc_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/api/negotiate"
)

// Forwards to the end and backwards to the start: the same features, the links in
// the header as in the body.
func TestPagesBothWays(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var forwards, backwards []string
	at := "/ogc/collections/points/items?limit=7&sortby=-name&f=json"
	last := at
	for at != "" {
		page := s.items(t, at)
		for _, f := range page.Features {
			forwards = append(forwards, f.ID)
		}
		last, at = at, find(page.Links, "next", negotiate.TypeGeoJSON)
	}
	for last != "" {
		rec := s.get(last)
		var page featureCollection
		if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, f := range page.Features {
			ids = append(ids, f.ID)
		}
		backwards = append(ids, backwards...)
		last = find(page.Links, "prev", negotiate.TypeGeoJSON)
		if header := strings.Join(rec.Header().Values("Link"), ", "); last != "" && !strings.Contains(header, "<"+last+`>; rel="prev"`) {
			t.Errorf("the header has no link to the page before: %s", header)
		}
	}
	if diff := cmp.Diff(forwards, backwards); diff != "" || len(forwards) != 25 {
		t.Errorf("%d features; %s", len(forwards), diff)
	}
}

// What a token holds cannot be read, and it serves its own caller, filters and
// order alone, however it is turned.
func TestCursorsAreSealed(t *testing.T) {
	t.Parallel()
	s := newService(t)
	target := "/ogc/collections/points/items?limit=5&sortby=name"
	next := find(s.items(t, target).Links, "next", negotiate.TypeGeoJSON)
	if again := find(s.items(t, target).Links, "next", negotiate.TypeGeoJSON); again != next {
		t.Error("the same page has another link each time")
	}
	_, token, _ := strings.Cut(next, "cursor=")
	token, _, _ = strings.Cut(token, "&")
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || strings.Contains(string(raw), "secret") || strings.Contains(string(raw), "points") {
		t.Errorf("the token shows what it holds: %q, %v", raw, err)
	}
	for i := range raw {
		bad := append([]byte(nil), raw...)
		bad[i] ^= 1
		if rec := s.get(strings.Replace(next, token, base64.RawURLEncoding.EncodeToString(bad), 1)); rec.Code != 400 {
			t.Fatalf("byte %d of a token may be changed: %d", i, rec.Code)
		}
	}
	for name, change := range map[string][2]string{
		"another order": {"sortby=name", "sortby=-name"}, "no order": {"sortby=name", "limit=5"}, "a filter": {"sortby=name", "sortby=name&name=x"},
		"words": {"sortby=name", "sortby=name&q=x"}, "a box": {"sortby=name", "sortby=name&bbox=1,2,3,4"},
	} {
		changed := strings.Replace(strings.Replace(next, "limit=5&", "", 1), change[0], change[1], 1)
		if rec := s.get(changed); rec.Code != 400 || !strings.Contains(rec.Body.String(), `"name":"cursor"`) {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
	for _, view := range []string{"limit=9", "precision=2&crs=EPSG:3857", "properties=built&zoom-level=4", "f=jsonfg", "profile=val-as-title&skipGeometry=true"} {
		if rec := s.get(strings.Replace(next, "limit=5", view, 1)); rec.Code != 200 && !strings.Contains(view, "f=") {
			t.Errorf("seen otherwise, %s: %d %s", view, rec.Code, rec.Body)
		}
	}
}

// Two programs page by offset, and what one has read is deleted before the other
// begins: neither takes the other's places for its own.
func TestOffsetsOfTwo(t *testing.T) {
	t.Parallel()
	s := newService(t)
	read := map[string][]string{}
	page := func(program string, offset int) {
		t.Helper()
		target := fmt.Sprintf("/ogc/collections/points/items?limit=5&offset=%d", offset)
		if offset == 0 && program == "one" {
			target = "/ogc/collections/points/items?limit=5" // the first page goes without saying
		}
		rec := s.get(target, "User-Agent", program)
		var fc featureCollection
		if err := json.Unmarshal(rec.Body.Bytes(), &fc); err != nil || rec.Code != 200 {
			t.Fatalf("%d %v %s", rec.Code, err, rec.Body)
		}
		for _, f := range fc.Features {
			read[program] = append(read[program], f.ID)
		}
	}
	page("one", 0)
	s.store.features["points"] = s.store.features["points"][2:]
	page("two", 0) // ends two features later
	for offset := 5; offset < 25; offset += 5 {
		page("one", offset)
		page("two", offset)
	}
	for program, first := range map[string]int{"one": 1, "two": 3} {
		var want []string
		for id := first; id <= 25; id++ {
			want = append(want, strconv.Itoa(id))
		}
		if d := cmp.Diff(want, read[program]); d != "" {
			t.Errorf("%s: %s", program, d)
		}
	}
}

// By offset: each page goes on where the one before ended, even if features that
// came before it have gone.
func TestOffsets(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var ids []string
	for offset := 0; ; offset += 4 {
		page := s.items(t, fmt.Sprintf("/ogc/collections/points/items?limit=4&offset=%d", offset))
		if offset > 0 && len(page.Features) > 0 && (s.store.last.Load().Offset != 0 || s.store.last.Load().After == nil) {
			t.Errorf("the page at %d was counted, not remembered: %+v", offset, s.store.last.Load())
		}
		for _, f := range page.Features {
			ids = append(ids, f.ID)
		}
		if len(page.Features) == 0 {
			break
		}
		if offset == 8 { // a feature that was read is deleted
			s.store.features["points"] = s.store.features["points"][1:]
		}
	}
	if len(ids) != 25 || ids[24] != "25" {
		t.Errorf("%v", ids)
	}
	if page := s.items(t, "/ogc/collections/points/items?limit=2&offset=3&name="+escape("Chợ")); page.Features[0].ID != "9" {
		t.Errorf("%+v", page.Features)
	}
	if at := s.store.last.Load(); at.Offset != 3 || at.After != nil {
		t.Errorf("an offset without a place before it: %+v", at)
	}
	page := s.items(t, "/ogc/collections/points/items?limit=2&offset=5")
	for _, rel := range []string{"next", "prev"} {
		if href := find(page.Links, rel, negotiate.TypeGeoJSON); href == "" || strings.Contains(href, "offset") {
			t.Errorf("%s: %q", rel, href)
		}
	}
}

// A page that outgrows its memory is streamed; its links come as a trailer.
func TestLargePagesAreStreamed(t *testing.T) {
	t.Parallel()
	s := newService(t)
	long := strings.Repeat("dài ", 100_000)
	for i := range s.store.features["points"] {
		s.store.features["points"][i].Properties = []any{long, int64(i), nil}
	}
	site := httptest.NewServer(s)
	defer site.Close()
	res, err := site.Client().Get(site.URL + "/ogc/collections/points/items?limit=20")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var page featureCollection
	if err := json.Unmarshal(body, &page); err != nil || len(page.Features) != 20 || page.NumberReturned != 20 || page.TimeStamp == "" {
		t.Fatalf("%d features, %v", len(page.Features), err)
	}
	next := find(page.Links, "next", negotiate.TypeGeoJSON)
	if got := strings.Join(res.Trailer.Values("Link"), ", "); next == "" || !strings.Contains(got, next) || res.Header.Get("ETag") != "" {
		t.Errorf("trailer %q, ETag %q", got, res.Header.Get("ETag"))
	}
	if res.Header.Get("Content-Type") != negotiate.TypeGeoJSON || res.Header.Get("Content-Crs") == "" {
		t.Errorf("%v", res.Header)
	}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	s := newService(t)
	site := httptest.NewServer(s)
	defer site.Close()
	get := func(query, accept string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", site.URL+"/ogc/collections/points/items"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		res, err := site.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	for query, want := range map[string]int{"": 25, "&limit=7": 7, "&limit=20000": 25, "&name=" + escape("Chợ"): 13, "&sortby=-name&properties=name": 25} {
		res, body := get("?f=geojsonseq"+query, "*/*")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/geo+json-seq" {
			t.Errorf("%s: %d %v", query, res.StatusCode, res.Header)
		}
		texts := strings.Split(body, "\x1e")[1:]
		for _, text := range texts {
			if !strings.HasSuffix(text, "}\n") || !json.Valid([]byte(text)) {
				t.Errorf("%s: %q", query, text)
			}
		}
		if len(texts) != want {
			t.Errorf("%s: %d texts, want %d", query, len(texts), want)
		}
		if links := strings.Join(res.Header.Values("Link"), ""); strings.Contains(links, `rel="next"`) != (query == "&limit=7") {
			t.Errorf("%s: %s", query, links)
		}
	}
	if res, _ := get("", "application/geo+json-seq"); res.Header.Get("Content-Type") != "application/geo+json-seq" {
		t.Errorf("by Accept: %v", res.Header)
	}
}
