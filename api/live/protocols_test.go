package live_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	apilive "gisd/api/live"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/gtfsrt"
)

// TestTrackers: who may report over the addresses of trackers, and for which device.
func TestTrackers(t *testing.T) {
	t.Parallel()
	const (
		form  = "application/x-www-form-urlencoded"
		asked = "lat=10.98&lon=106.65"
		own   = `{"_type":"location","lat":10.98,"lon":106.65}`
	)
	for _, test := range []struct {
		name, method, path, role, contentType, body string
		status                                      int
		device, says                                string
	}{
		{"the key's device", "GET", "/live/osmand?id=whatever&" + asked, "device:p", "", "", 200, "p", ""},
		{"the key's device in a form", "POST", "/live/osmand", "device:p", form, asked, 200, "p", ""},
		{"JSON", "POST", "/live/osmand", "device:p", "application/json", `{"device_id":"1","location":{"coords":{"latitude":10.98,"longitude":106.65}}}`, 200, "p", ""},
		{"an operator names a device", "GET", "/live/osmand?id=i&" + asked, "operator", "", "", 200, "i", ""},
		{"an operator names an identity", "GET", "/live/osmand?id=123456&" + asked, "operator", "", "", 200, "p", ""},
		{"an operator names a stranger", "GET", "/live/osmand?id=999&" + asked, "operator", "", "", 403, "", "not approved"},
		{"an operator names nobody", "GET", "/live/osmand?" + asked, "operator", "", "", 400, "", `"id"`},
		{"anonymous", "GET", "/live/osmand?id=p&" + asked, "", "", "", 401, "", ""},
		{"viewer", "GET", "/live/osmand?id=p&" + asked, "viewer", "", "", 403, "", ""},
		{"a session", "GET", "/live/osmand?id=p&" + asked, "session:operator", "", "", 403, "", "not with a session"},
		{"all wrong", "GET", "/live/osmand?id=p&lat=x", "operator", "", "", 400, "", `"lon"`},
		{"latitude 95", "GET", "/live/osmand?lat=95&lon=1", "device:p", "", "", 400, "", `"lat"`},
		{"a bad form", "POST", "/live/osmand", "device:p", form, "%zz", 400, "", ""},
		{"too long", "POST", "/live/osmand", "device:p", form, "note=" + strings.Repeat("x", 70<<10), 413, "", ""},
		{"OwnTracks", "POST", "/live/owntracks", "device:p", "application/json", own, 200, "p", "[]"},
		{"OwnTracks by identity", "POST", "/live/owntracks?u=an&d=phone", "operator", "application/json", own, 200, "i", "[]"},
		{"OwnTracks by nobody", "POST", "/live/owntracks", "operator", "application/json", own, 400, "", ""},
		{"OwnTracks' last will", "POST", "/live/owntracks", "device:p", "application/json", `{"_type":"lwt"}`, 200, "", "[]"},
		{"OwnTracks without a type", "POST", "/live/owntracks", "device:p", "application/json", `{}`, 400, "", "_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, nil)
			s.identify("p", "osmand:123456")
			s.identify("i", "owntracks:an:phone")
			status, text := s.do(t, test.method, test.path, test.role, test.contentType, test.body)
			if status != test.status || !strings.Contains(text, test.says) {
				t.Fatalf("%d %s, want %d with %q", status, text, test.status, test.says)
			}
			s.stands(t, test.device, 106.65, 10.98)
		})
	}
}

// identify gives a device of the server an identity.
func (s *server) identify(id, identity string) {
	d, _ := s.hub.Device(id)
	changed := *d
	changed.Identities = []string{identity}
	s.hub.PutDevice(changed)
}

// stands wants one device with a position there, or none for "".
func (s *server) stands(t *testing.T, device string, lon, lat float64) {
	t.Helper()
	last := s.hub.Last(live.Filter{Access: spatial.SystemAccess("test")})
	if device == "" && len(last) == 0 {
		return
	}
	if len(last) != 1 || last[0].Device.ID != device || last[0].Position.Lon != lon || last[0].Position.Lat != lat {
		t.Errorf("%+v, want %q at %v %v", last, device, lon, lat)
	}
}

func TestLoRaWAN(t *testing.T) {
	t.Parallel()
	const (
		level  = `{"deviceInfo":{"devEui":"24e124136b324567"},"object":{"level":1.42}}`
		placed = `{"deviceInfo":{"devEui":"24e124136b324567"},"object":{"level":1.42,"latitude":10.98,"longitude":106.65}}`
	)
	s := newServer(t, nil)
	s.identify("i", "eui:24e124136b324567")
	for _, test := range []struct {
		name, role, body string
		status           int
		says             string
	}{
		{"anonymous", "", placed, 401, ""},
		{"viewer", "viewer", placed, 403, ""},
		{"not JSON", "operator", "x", 400, ""},
		{"no DevEUI", "operator", `{"deviceInfo":{}}`, 400, "DevEUI"},
		{"a join", "operator", `{"deviceInfo":{"devEui":"24e124136b324567"}}`, 202, `"accepted":0`},
		{"readings before a place", "operator", level, 202, "no place yet"},
		{"with a place", "operator", placed, 202, `"accepted":1`},
		{"readings of one that stands", "operator", level, 202, `"accepted":1`},
		{"a stranger", "operator", strings.Replace(level, "24e1", "24e2", 1), 202, "not approved"},
	} {
		if status, text := s.do(t, "POST", "/live/lorawan", test.role, "application/json", test.body); status != test.status || !strings.Contains(text, test.says) {
			t.Errorf("%s: %d %s, want %d with %q", test.name, status, text, test.status, test.says)
		}
	}
	s.stands(t, "i", 106.65, 10.98)
}

func TestGTFSRealtime(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.identify("r", "gtfs:61B-012.34")
	feed, err := gtfsrt.Encode([]live.Sighting{
		{Device: &live.Device{ID: "p"}, Position: live.Position{Lon: 106.65, Lat: 10.98, Time: time.Now()}},
		{Device: &live.Device{ID: "61B-012.34"}, Position: live.Position{Lon: 106.66, Lat: 10.98, Time: time.Now()}},
		{Device: &live.Device{ID: "nobody"}, Position: live.Position{Lon: 106.67, Lat: 10.98, Time: time.Now()}},
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if status, text := s.do(t, "POST", "/live/gtfs-rt", "", "", string(feed)); status != 401 {
		t.Errorf("anonymous: %d %s", status, text)
	}
	if status, text := s.do(t, "POST", "/live/gtfs-rt", "operator", gtfsrt.MediaType, "no feed"); status != 400 {
		t.Errorf("no feed: %d %s", status, text)
	}
	status, text := s.do(t, "POST", "/live/gtfs-rt", "operator", gtfsrt.MediaType, string(feed))
	if status != 202 || !strings.Contains(text, `"accepted":2`) || !strings.Contains(text, `"device":"gtfs:nobody"`) {
		t.Fatalf("%d %s", status, text)
	}
	for _, test := range []struct {
		query, role string
		want        []string
	}{
		{"", "", []string{"p"}},
		{"?kinds=bus,ambulance", "115", []string{"p", "r"}},
		{"?kinds=barge", "115", nil},
		{"?bbox=0,0,1,1", "115", nil},
	} {
		status, body := s.do(t, "GET", "/live/gtfs-rt"+test.query, test.role, "", "")
		fixes, err := gtfsrt.Decode([]byte(body), time.Now())
		if err != nil || status != 200 || len(fixes) != len(test.want) {
			t.Errorf("%s: %d, %d vehicles, want %v: %v", test.query, status, len(fixes), test.want, err)
			continue
		}
		for i, id := range test.want {
			if fixes[i].Identity != "gtfs:"+id {
				t.Errorf("%s: %s, want %s", test.query, fixes[i].Identity, id)
			}
		}
	}
}

// socket opens /live/ws.
func (s *server) socket(t *testing.T, role string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), s.URL+"/live/ws", &websocket.DialOptions{HTTPHeader: http.Header{roleHeader: {role}, "Accept-Language": {"en"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func TestSocket(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *apilive.Config) { c.Intake.Limits = live.Limits{Rows: 3} })
	conn := s.socket(t, "device:p")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	good := func(second string) string {
		return `{"device":"p","lon":106.65,"lat":10.98,"time":"` + time.Now().UTC().Truncate(time.Minute).Format("2006-01-02T15:04:") + second + `Z"}`
	}
	for _, test := range []struct{ name, send, want string }{
		{"one", good("01"), `{"accepted":1,"late":0,"duplicates":0,"held":0,"rejected":0}`},
		{"again", good("01"), `"duplicates":1`},
		{"an array", "[" + good("02") + "," + good("03") + "]", `"accepted":2`},
		{"lines, one bad", good("04") + "\n{\n" + good("05"), `"accepted":2,"late":0,"duplicates":0,"held":0,"rejected":1,"errors":[{"row":2`},
		{"another's", strings.Replace(good("06"), `"p"`, `"i"`, 1), "is not registered, or not one"},
		{"not JSON", "[", `"status":400`},
		{"nothing", "", `"status":400`},
		{"too many", strings.Repeat(good("07")+"\n", 4), `"status":413`},
	} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(test.send)); err != nil {
			t.Fatal(err)
		}
		_, answer, err := conn.Read(ctx)
		if err != nil || !strings.Contains(string(answer), test.want) || !json.Valid(answer) {
			t.Fatalf("%s: %s %v, want %s", test.name, answer, err, test.want)
		}
	}
	s.handlers.Close()
	if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the server stops: %v", err)
	}
}

func TestSocketEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*apilive.Config)
		send   string
		want   websocket.StatusCode
	}{
		{"rights grow old", func(c *apilive.Config) { c.MaxStreamAge = 50 * time.Millisecond }, "", websocket.StatusServiceRestart},
		{"too long a message", func(c *apilive.Config) { c.MaxMessageBytes = 100 }, strings.Repeat("x", 200), websocket.StatusMessageTooBig},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			conn := newServer(t, test.change).socket(t, "operator")
			if test.send != "" {
				if err := conn.Write(ctx, websocket.MessageText, []byte(test.send)); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != test.want {
				t.Errorf("got %v, want status %d", err, test.want)
			}
		})
	}
	s := newServer(t, nil)
	for _, test := range []struct {
		role, origin string
		status       int
	}{{"", "", 401}, {"viewer", "", 403}, {"operator", "https://elsewhere.example", 403}} {
		header := http.Header{roleHeader: {test.role}}
		if test.origin != "" {
			header.Set("Origin", test.origin)
		}
		_, response, err := websocket.Dial(t.Context(), s.URL+"/live/ws", &websocket.DialOptions{HTTPHeader: header})
		if err == nil || response.StatusCode != test.status {
			t.Errorf("%+v: %v", test, err)
		}
	}
	if status, text := s.do(t, "GET", "/live/ws", "operator", "", ""); status != 400 || !strings.Contains(text, "WebSocket") {
		t.Errorf("plain HTTP: %d %s", status, text)
	}
}

// Vehicles of a feed that nobody here wrote are taken under their own ids.
func TestForeignFeed(t *testing.T) {
	t.Parallel()
	feed, err := os.ReadFile("../../spatial/live/gtfsrt/testdata/feed.pb")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, func(c *apilive.Config) { c.Intake.Now = func() time.Time { return time.Unix(1_777_000_060, 0) } })
	s.identify("p", "gtfs:61B-001.01")
	if status, text := s.do(t, "POST", "/live/gtfs-rt", "operator", gtfsrt.MediaType, string(feed)); status != 202 || !strings.Contains(text, `"accepted":1,`) {
		t.Errorf("%d %s", status, text)
	}
}
