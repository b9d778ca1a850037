package live_test

import (
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	apilive "gisd/api/live"
	"gisd/spatial"
	"gisd/spatial/live"
)

func TestStreamViewports(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.move(t, "p", 106.65, 10.98)
	s.move(t, "i", 106.70, 11.20)
	south := s.open(t, "?bbox=106.6,10.9,106.7,11.0&zoom=14", "viewer")
	north := s.open(t, "?bbox=106.6,11.1,106.8,11.3&zoom=13", "viewer")
	barges := s.open(t, "?kinds=barge&zoom=12", "viewer")
	anonymous := s.open(t, "?bbox=106,10,107,12&zoom=10", "")
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no",
		"Cache-Control": "no-store, no-transform", "Content-Encoding": ""} {
		if got := south.response.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, test := range []struct {
		name   string
		client *client
		want   []string
	}{{"south", south, []string{"p"}}, {"north", north, []string{"i"}}, {"barges", barges, []string{"i"}}, {"anonymous", anonymous, []string{"p"}}} {
		got := test.client.next(t, "snapshot")
		if diff := cmp.Diff(test.want, got.ids()); diff != "" {
			t.Errorf("%s: snapshot (-want +got):\n%s", test.name, diff)
		}
		if got.data["epoch"] != "test" || !strings.HasPrefix(got.id, "test-") {
			t.Errorf("%s: epoch %v, id %s", test.name, got.data["epoch"], got.id)
		}
	}
	s.move(t, "p", 106.66, 11.2) // from the south to the north
	north.sees(t, "p", 11.2)
	if got := south.next(t, "remove"); cmp.Diff([]any{"p"}, got.data["devices"]) != "" {
		t.Errorf("south: %v", got)
	}
	item := anonymous.sees(t, "p", 11.2)
	delete(item, "time")
	if diff := cmp.Diff(map[string]any{"device": "p", "lon": 106.66, "lat": 11.2, "kind": "bus", "name": "Xe buýt 1", "state": "online"}, item); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
}

// TestStreamAccess: what a caller must not see never reaches the stream, also
// when it moves, and a device that is hidden is taken away.
func TestStreamAccess(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	callers := []struct {
		role string
		want []string
	}{{"", []string{"p"}}, {"viewer", []string{"i", "p"}}, {"115", []string{"i", "p", "r"}}, {"admin", []string{"i", "p", "r"}}, {"device:r", []string{"p", "r"}}}
	var clients []*client
	for _, c := range callers {
		clients = append(clients, s.open(t, "?zoom=12", c.role))
		clients[len(clients)-1].next(t, "snapshot")
	}
	s.hub.Update([]live.Position{{Device: "i", Lon: 1, Time: time.Now()}, {Device: "r", Lon: 1, Time: time.Now()}, {Device: "p", Lon: 1, Time: time.Now()}})
	for i, c := range callers {
		got := clients[i].next(t, "positions").ids()
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.role, diff)
		}
	}
	s.hub.PutDevice(live.Device{ID: "p", Kind: "bus", Visibility: spatial.VisibilityInternal})
	if got := clients[0].next(t, "remove"); cmp.Diff([]any{"p"}, got.data["devices"]) != "" {
		t.Errorf("anonymous: %v", got)
	}
}

func TestStreamParameters(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	for _, query := range []string{"?bbox=1,2,3", "?bbox=0,95,1,96", "?zoom=25", "?zoom=NaN", "?zoom=x", "?kinds=Bus", "?kinds=", "?box=1,2,3,4", "?bbox=1,2,3,4&bbox=1,2,3,4"} {
		if status, text := s.do(t, "GET", "/live/stream"+query, "", "", ""); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", query, status, text)
		}
	}
	status, text := s.do(t, "GET", "/live/stream?zoom=99&bbox=x&nope=1", "", "", "")
	var doc struct{ Errors []spatial.FieldError }
	if err := json.Unmarshal([]byte(text), &doc); err != nil || status != http.StatusBadRequest || len(doc.Errors) != 3 {
		t.Errorf("%d %s: want three errors at once", status, text)
	}
}

func TestStreamShutdown(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	c := s.open(t, "", "")
	c.next(t, "snapshot")
	s.handlers.Close()
	if got := c.next(t, "bye"); got.data["reason"] != "shutdown" || got.data["retryMs"].(float64) < 1000 {
		t.Errorf("got %v", got)
	}
	select {
	case e, ok := <-c.events:
		if ok {
			t.Errorf("after the last event: %v", e)
		}
	case <-time.After(30 * time.Second):
		t.Error("the stream did not end")
	}
	if status, _ := s.do(t, "GET", "/live/stream", "", "", ""); status != http.StatusServiceUnavailable {
		t.Errorf("a new stream: %d, want 503", status)
	}
}

func TestStreamCommentAndAge(t *testing.T) {
	t.Parallel()
	c := newServer(t, func(c *apilive.Config) { c.Comment = 20 * time.Millisecond }).open(t, "", "")
	c.next(t, "snapshot")
	if e := <-c.events; !e.comment {
		t.Errorf("got %v, want a comment", e)
	}
	c = newServer(t, func(c *apilive.Config) { c.MaxStreamAge = 200 * time.Millisecond }).open(t, "", "")
	c.next(t, "snapshot")
	if got := c.next(t, "bye"); got.data["reason"] != "age" {
		t.Errorf("got %v", got)
	}
}

func TestStreamLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *apilive.Config) { c.StreamsPerAddress = 2 })
	first := s.open(t, "", "")
	s.open(t, "", "").next(t, "snapshot")
	if status, _ := s.do(t, "GET", "/live/stream", "", "", ""); status != http.StatusTooManyRequests {
		t.Errorf("the third stream: %d, want 429", status)
	}
	first.next(t, "snapshot")
	_ = first.response.Body.Close()
	for deadline := time.Now().Add(30 * time.Second); s.hub.Stats().Watchers > 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the hub still feeds a stream whose caller left")
		}
	}
	s.open(t, "", "").next(t, "snapshot")
}

// TestStreamSlowClient: a caller who does not read is dropped after the write
// timeout, and holds up nobody.
func TestStreamSlowClient(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *apilive.Config) { c.WriteTimeout = 2 * time.Second }) // a busy machine's reader is quicker
	var devices []live.Device
	positions := make([]live.Position, 2000)
	for i := range positions {
		id := "d" + strings.Repeat("x", i%50) + time.Duration(i).String()
		devices = append(devices, live.Device{ID: id, Kind: "bus", Name: strings.Repeat("n", 150), Visibility: spatial.VisibilityPublic})
		positions[i] = live.Position{Device: id, Time: time.Now()}
	}
	s.hub.SetDevices(devices)
	connection, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := connection.Write([]byte("GET /live/stream?zoom=12 HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	quick := s.open(t, "?zoom=12", "")
	quick.next(t, "snapshot")
	frames := 0
	for deadline := time.Now().Add(2 * time.Minute); s.hub.Stats().Watchers > 1 || frames < 5; frames++ {
		for i := range positions {
			positions[i].Time = positions[i].Time.Add(time.Second)
		}
		s.hub.Update(positions)
		started := time.Now()
		quick.next(t, "positions")
		if took := time.Since(started); took > 20*time.Second {
			t.Errorf("the quick caller waited %v", took)
		}
		if time.Now().After(deadline) {
			t.Fatal("the caller who does not read is still fed")
		}
	}
}

// catalogue is a catalogue in memory.
type catalogue struct {
	mu          sync.Mutex
	collections []*spatial.Collection
	changed     chan struct{}
}

func (c *catalogue) Collections(a spatial.Access) (readable []*spatial.Collection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, col := range c.collections {
		if a.CanRead(col) {
			readable = append(readable, col)
		}
	}
	return readable
}

// Collection limits who has the role "commune" to the west of 106.65.
func (c *catalogue) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	for _, col := range c.Collections(a) {
		if col.ID == id && a.Has("commune") {
			rule := &spatial.RoleLimit{ID: 1, Role: "commune", Areas: []int{1}}
			west := spatial.Area{
				Bounds:  spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 11, MaxX: 106.65, MaxY: 11.1},
				Outline: orb.MultiPolygon{{{{106.6, 11}, {106.65, 11}, {106.65, 11.1}, {106.6, 11.1}, {106.6, 11}}}},
			}
			return col.Limited([]*spatial.RoleLimit{rule}, map[int64]spatial.Area{1: west}), nil
		}
		if col.ID == id {
			return col, nil
		}
	}
	return nil, spatial.NotFound("test", "There is no such collection.")
}

func (c *catalogue) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

func (c *catalogue) set(collections ...*spatial.Collection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.collections = collections
	close(c.changed)
	c.changed = make(chan struct{})
}

func TestStreamTilesChanged(t *testing.T) {
	t.Parallel()
	collection := func(id string, version int, v spatial.Visibility) *spatial.Collection {
		return &spatial.Collection{ID: id, Version: version, Visibility: v, Published: true}
	}
	const public, internal = spatial.VisibilityPublic, spatial.VisibilityInternal
	source := &catalogue{changed: make(chan struct{})}
	source.set(collection("roads", 1, public), collection("plan", 1, internal), collection("still", 1, public))
	s := newServer(t, func(c *apilive.Config) { c.Catalogue = source })
	anonymous, viewer := s.open(t, "", ""), s.open(t, "", "viewer")
	first := anonymous.next(t, "snapshot")
	viewer.next(t, "snapshot")

	source.set(collection("roads", 1, public), collection("plan", 2, internal), collection("still", 1, public))
	if got := viewer.next(t, "tiles-changed"); cmp.Diff([]any{"plan"}, got.data["collections"]) != "" {
		t.Errorf("viewer: %v", got)
	}
	source.set(collection("plan", 2, internal), collection("still", 1, public))
	for name, c := range map[string]*client{"viewer": viewer, "anonymous": anonymous} {
		if got := c.next(t, "tiles-changed"); cmp.Diff([]any{"roads"}, got.data["collections"]) != "" {
			t.Errorf("%s after roads went: %v", name, got)
		}
	}

	back := s.open(t, "", "", "Last-Event-ID", first.id)
	if got := back.next(t, "snapshot"); got.data["resync"] != true {
		t.Errorf("after a reconnect: %v", got)
	}
	if got := back.next(t, "tiles-changed"); cmp.Diff([]any{"roads"}, got.data["collections"]) != "" {
		t.Errorf("missed: %v", got)
	}
	other := s.open(t, "", "viewer", "Last-Event-ID", "before-7")
	if got := other.next(t, "tiles-changed"); cmp.Diff([]any{"plan", "still"}, got.data["collections"]) != "" {
		t.Errorf("missed in another epoch: %v", got)
	}
}

// TestStreamTouched: of changed features each hears where they are in what they
// may read, in degrees that hold the boxes; and who was away hears of all at
// once.
func TestStreamTouched(t *testing.T) {
	t.Parallel()
	source := &catalogue{changed: make(chan struct{})}
	source.set(
		&spatial.Collection{ID: "roads", Version: 1, Visibility: spatial.VisibilityPublic, Published: true},
		&spatial.Collection{ID: "plan", Version: 1, Visibility: spatial.VisibilityInternal, Published: true},
		&spatial.Collection{ID: "draft", Version: 1, Visibility: spatial.VisibilityPublic},
	)
	s := newServer(t, func(c *apilive.Config) { c.Catalogue = source })
	anonymous, viewer, commune := s.open(t, "", ""), s.open(t, "", "viewer"), s.open(t, "", "commune")
	first := anonymous.next(t, "snapshot")
	viewer.next(t, "snapshot")
	commune.next(t, "snapshot")

	box := spatial.Envelope{SRID: 4326, MinX: 106.65, MinY: 11.00000001, MaxX: 106.66000001, MaxY: 11.05}
	roads := spatial.Change{Collection: "roads", Boxes: []spatial.Envelope{box}}
	s.handlers.TilesChanged([]spatial.Change{
		{Collection: "plan", Whole: true}, roads, {Collection: "draft", Whole: true}, {Collection: "gone", Whole: true},
	})
	item := func(boxes ...any) map[string]any { return map[string]any{"collection": "roads", "boxes": boxes} }
	one := []any{106.65, 11.0, 106.6600001, 11.05}
	plan := map[string]any{"collection": "plan", "all": true}
	for _, want := range []struct {
		name  string
		c     *client
		tiles []any
	}{
		{"anonymous", anonymous, []any{item(one)}}, {"viewer", viewer, []any{plan, item(one)}},
		{"who sees the west", commune, []any{plan, item([]any{106.65, 11.0, 106.65, 11.05})}},
	} {
		got := want.c.next(t, "tiles-changed")
		if diff := cmp.Diff(map[string]any{"collections": []any{}, "tiles": want.tiles}, got.data); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.name, diff)
		}
	}

	roads.Boxes = []spatial.Envelope{{SRID: 4326, MinX: 1, MinY: 2, MaxX: 3, MaxY: 4}, box}
	s.handlers.TilesChanged([]spatial.Change{roads})
	if diff := cmp.Diff([]any{item([]any{106.65, 11.0, 106.65, 11.05})}, commune.next(t, "tiles-changed").data["tiles"]); diff != "" {
		t.Errorf("who sees the west hears of the east (-want +got):\n%s", diff)
	}
	back := s.open(t, "", "", "Last-Event-ID", first.id)
	got := back.next(t, "tiles-changed")
	if diff := cmp.Diff([]any{item(one, []any{1.0, 2.0, 3.0, 4.0})}, got.data["tiles"]); diff != "" {
		t.Errorf("missed (-want +got):\n%s", diff)
	}

	roads.Boxes = nil
	for i := range 300 {
		at := float64(i) / 10
		roads.Boxes = append(roads.Boxes, spatial.Envelope{SRID: 4326, MinX: at, MinY: at, MaxX: at, MaxY: at})
	}
	s.handlers.TilesChanged([]spatial.Change{roads})
	all := []any{map[string]any{"collection": "roads", "all": true}}
	if diff := cmp.Diff(all, back.next(t, "tiles-changed").data["tiles"]); diff != "" {
		t.Errorf("many boxes (-want +got):\n%s", diff)
	}
}
