package live_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	apilive "gisd/api/live"
	"gisd/spatial/live"
)

func TestPostPositions(t *testing.T) {
	t.Parallel()
	const (
		good    = `{"device":"p","lon":106.65,"lat":10.98}`
		lat95   = `{"device":"p","lon":106.65,"lat":95}`
		nobody  = `{"device":"nobody","lon":1,"lat":1}`
		ndjson  = "application/x-ndjson"
		asJSON  = "application/json"
		charset = "application/json; charset=utf-8"
	)
	for _, test := range []struct {
		name, role, contentType, query, body string
		status                               int
		accepted, rejected                   int
		errors                               []string // names, or row/name in a receipt
	}{
		{name: "one", role: "operator", contentType: charset, body: good, status: 202, accepted: 1},
		{name: "no content type", role: "admin", body: good, status: 202, accepted: 1},
		{name: "own key", role: "device:p", contentType: asJSON, body: good, status: 202, accepted: 1},
		{name: "another's key", role: "device:i", contentType: asJSON, body: good, status: 400, errors: []string{"device"}},
		{name: "latitude 95", role: "editor", contentType: asJSON, body: lat95, status: 400, errors: []string{"lat"}},
		{name: "array", role: "editor", contentType: asJSON, body: "[" + good + "]", status: 202, accepted: 1},
		{name: "array with bad ones", role: "operator", contentType: asJSON, body: "[" + good + "," + lat95 + "," + nobody + "]",
			status: 400, errors: []string{"/1/lat", "/2/device"}},
		{name: "lines with bad ones", role: "operator", contentType: ndjson, body: good + "\n" + lat95 + "\n{\n" + nobody + "\n" + good + "\n",
			status: 202, accepted: 2, rejected: 3, errors: []string{"2/lat", "3/", "4/device"}},
		{name: "bad lines only", role: "operator", contentType: ndjson, body: lat95 + "\n" + nobody, status: 400, errors: []string{"/0/lat", "/1/device"}},
		{name: "anonymous", contentType: asJSON, body: good, status: 401},
		{name: "viewer", role: "viewer", contentType: asJSON, body: good, status: 403},
		{name: "truncated", role: "operator", contentType: asJSON, body: good[:20], status: 400},
		{name: "a form", role: "operator", contentType: "application/x-www-form-urlencoded", body: "lat=1", status: 415},
		{name: "bad content type", role: "operator", contentType: ";;", body: good, status: 415},
		{name: "unknown parameter", role: "operator", contentType: asJSON, query: "?x=1", body: good, status: 400, errors: []string{"x"}},
		{name: "too many", role: "operator", contentType: ndjson, body: strings.Repeat(good+"\n", 11), status: 413},
		{name: "too long", role: "operator", contentType: asJSON, body: strings.Repeat(" ", 2000) + good, status: 413},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(c *apilive.Config) {
				c.MaxBodyBytes = 1000
				c.Intake.Limits = live.Limits{Rows: 10}
			})
			status, text := s.do(t, "POST", "/live/positions"+test.query, test.role, test.contentType, test.body)
			if status != test.status {
				t.Fatalf("got %d %s, want %d", status, text, test.status)
			}
			var got struct {
				Accepted, Rejected int
				Errors             []struct {
					Row          int
					Name, Reason string
				}
			}
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got.Accepted != test.accepted || got.Rejected != test.rejected {
				t.Errorf("%s: want %d accepted, %d rejected", text, test.accepted, test.rejected)
			}
			var names []string
			for _, e := range got.Errors {
				name := e.Name
				if status == http.StatusAccepted {
					name = string(rune('0'+e.Row)) + "/" + name
				}
				names = append(names, name)
			}
			if diff := cmp.Diff(test.errors, names); diff != "" {
				t.Errorf("errors (-want +got):\n%s%s", diff, text)
			}
		})
	}
}

// The reasons in a receipt follow Accept-Language, as those of a problem do.
func TestReceiptInVietnamese(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	body := `{"device":"p","lon":1,"lat":1}` + "\n" + `{"device":"p","lon":1,"lat":95}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/live/positions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{roleHeader: {"operator"}, "Content-Type": {"application/x-ndjson"}, "Accept-Language": {"vi"}}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var got live.Receipt
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	const want = "phải là số độ từ -90 đến 90, không phải 95"
	if response.StatusCode != http.StatusAccepted || len(got.Errors) != 1 || got.Errors[0].Reason != want {
		t.Errorf("%d %+v", response.StatusCode, got)
	}
}

func TestGetPositions(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.move(t, "p", 106.123456789, 10.5)
	s.move(t, "i", 107, 11)
	s.move(t, "r", 108, 12)
	type collection struct {
		Type           string
		NumberReturned int
		Features       []struct {
			ID         string
			Geometry   struct{ Coordinates []float64 }
			Properties map[string]any
		}
	}
	for _, test := range []struct {
		name, query, role string
		want              []string
	}{
		{"anonymous", "", "", []string{"p"}},
		{"viewer", "", "viewer", []string{"i", "p"}},
		{"115", "", "115", []string{"i", "p", "r"}},
		{"bbox", "?bbox=106.5,10,110,20", "115", []string{"i", "r"}},
		{"kinds", "?kinds=bus,ambulance", "115", []string{"p", "r"}},
		{"nothing there", "?bbox=0,0,1,1", "115", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			status, text := s.do(t, "GET", "/live/positions"+test.query, test.role, "", "")
			var got collection
			if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK {
				t.Fatalf("%d %s: %v", status, text, err)
			}
			var ids []string
			for _, f := range got.Features {
				ids = append(ids, f.ID)
				if f.ID == "p" && !cmp.Equal(f.Geometry.Coordinates, []float64{106.123456789, 10.5}) {
					t.Errorf("p is at %v", f.Geometry.Coordinates)
				}
			}
			if diff := cmp.Diff(test.want, ids); diff != "" || got.NumberReturned != len(ids) || got.Type != "FeatureCollection" {
				t.Errorf("(-want +got):\n%s%s", diff, text)
			}
		})
	}
	for _, query := range []string{"?bbox=1", "?kind=bus", "?f=html", "?kinds=a,,b"} {
		if status, text := s.do(t, "GET", "/live/positions"+query, "", "", ""); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", query, status, text)
		}
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	for _, test := range []struct {
		name, path, role string
		status           int
		want             string
	}{
		{"anonymous", "/live/devices", "", 200, `{"devices":[{"id":"p","kind":"bus","name":"Xe buýt 1"}]}`},
		{"viewer's barges", "/live/devices?kinds=barge", "viewer", 200, `{"devices":[{"id":"i","kind":"barge","name":"","visibility":"internal"}]}`},
		{"one", "/live/devices/r", "115", 200, `{"id":"r","kind":"ambulance","name":"","visibility":"restricted","roles":["115"]}`},
		{"hidden", "/live/devices/r", "viewer", 404, ""},
		{"absent", "/live/devices/x", "admin", 404, ""},
		{"bbox", "/live/devices?bbox=0,0,1,1", "admin", 400, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			status, text := s.do(t, "GET", test.path, test.role, "", "")
			if status != test.status || test.want != "" && strings.TrimSpace(text) != test.want {
				t.Errorf("got %d %s, want %d %s", status, text, test.status, test.want)
			}
		})
	}
}

func TestPostDevices(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	const one = `{"id":"new","kind":"train","name":"Tàu 1","visibility":"public"}`
	for _, test := range []struct {
		name, role, body string
		status           int
	}{
		{"anonymous", "", one, 401},
		{"editor", "editor", one, 403},
		{"device key", "device:p", one, 403},
		{"bad", "operator", `[{"id":"a","kind":"?"},{"id":"-","kind":"bus"}]`, 400},
		{"unknown member", "operator", `{"id":"a","kind":"bus","colour":"red"}`, 400},
		{"no JSON", "operator", `x`, 400},
		{"one", "operator", one, 200},
		{"array", "admin", `[{"id":"a","kind":"bus"},{"id":"b","kind":"bus"}]`, 200},
	} {
		if status, text := s.do(t, "POST", "/live/devices", test.role, "application/json", test.body); status != test.status {
			t.Errorf("%s: got %d %s, want %d", test.name, status, text, test.status)
		}
	}
	if status, _ := s.do(t, "GET", "/live/devices/new", "", "", ""); status != 200 {
		t.Errorf("the new device: %d, want 200", status)
	}
	if status, _ := s.do(t, "GET", "/live/devices/a", "", "", ""); status != 404 {
		t.Errorf("a device without a visibility is not internal: %d, want 404", status)
	}
}
