package live_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/livetest"
)

func TestTwoNodes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &live.LocalBus{}
		var hubs []*live.Hub
		for i := range 2 {
			h := live.NewHub(live.Config{Bus: bus, Epoch: fmt.Sprint("node", i)})
			h.PutDevice(device("b", spatial.VisibilityPublic))
			runHub(t, h)
			hubs = append(hubs, h)
		}
		w := hubs[1].Watch(live.Watch{Zoom: 12})
		defer w.Close()
		w.Take()
		p := fix("b", 106.5, 11.25, noon)
		p.SpeedKMH = live.Known(36)
		hubs[0].Update([]live.Position{p})
		time.Sleep(600 * time.Millisecond)
		expect(t, "at the other node", w, told{Positions: []string{"b"}})
		last := hubs[1].Last(live.Filter{})
		if diff := cmp.Diff(p, last[0].Position); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestLocalBus(t *testing.T) {
	t.Parallel()
	livetest.TestBus(t, func(*testing.T) live.Bus { return &live.LocalBus{} })
}
