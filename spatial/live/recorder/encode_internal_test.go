package recorder

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
)

func randomPosition(random *rand.Rand) live.Position {
	measure := func() live.Measure {
		if random.IntN(2) == 0 {
			return live.Measure{}
		}
		return live.Known(random.Float64() * 100)
	}
	p := live.Position{
		Device: "bus-12"[:1+random.IntN(6)], Lon: random.Float64()*360 - 180, Lat: random.Float64()*180 - 90,
		Time: time.UnixMicro(random.Int64N(4e15)).UTC(), ReceivedAt: time.UnixMicro(random.Int64N(4e15)).UTC(),
		SpeedKMH: measure(), BearingDegrees: measure(), AccuracyMeters: measure(), Flags: live.Flag(random.IntN(32)),
	}
	if random.IntN(3) == 0 {
		p.Attributes = json.RawMessage(`{"door":"open","io":` + string(rune('0'+random.IntN(10))) + `}`)
	}
	return p
}

func TestEncode(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 1000, 4000} {
		want := make([]live.Position, n)
		for i := range want {
			want[i] = randomPosition(random)
		}
		records := encode(want)
		var got []live.Position
		for rest := records; len(rest) > 0; {
			lot, taken, err := decodeAll(rest, 100)
			if err != nil || taken == 0 {
				t.Fatalf("%d taken, %v", taken, err)
			}
			got, rest = append(got, lot...), rest[taken:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d positions in %d records (-want +got):\n%s", n, len(records), diff)
		}
		for _, r := range records {
			if len(r) > recordBytes+5000 {
				t.Errorf("a record of %d bytes", len(r))
			}
		}
	}
}

func TestDecodeFaults(t *testing.T) {
	t.Parallel()
	whole := encode([]live.Position{randomPosition(rand.New(rand.NewPCG(5, 6)))})[0]
	for cut := 2; cut < len(whole); cut++ {
		if _, err := decode(nil, whole[:cut]); !errors.Is(err, errMalformed) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
	for _, record := range [][]byte{nil, {99}} {
		if _, err := decode(nil, record); !errors.Is(err, errForm) {
			t.Errorf("%v: %v", record, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	random := rand.New(rand.NewPCG(7, 8))
	f.Add(encode([]live.Position{randomPosition(random), randomPosition(random)})[0])
	f.Add([]byte{formPositions, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, record []byte) {
		first, err := decode(nil, record)
		if err != nil || len(first) == 0 {
			return
		}
		var again []live.Position
		for _, r := range encode(first) {
			if again, err = decode(again, r); err != nil {
				t.Fatal(err)
			}
		}
		same := cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })
		if diff := cmp.Diff(first, again, same, cmp.Comparer(func(a, b json.RawMessage) bool { return string(a) == string(b) })); diff != "" {
			t.Errorf("(-first +again):\n%s", diff)
		}
	})
}
