package live

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is read the quick way is what encoding/json reads: of a position's text, and of
// that text with characters taken out, put in or changed.
func TestQuickReadsAsJSON(t *testing.T) {
	t.Parallel()
	const good = `{"device":"bus-12", "lon":106.65,"lat":-1e1,"time":"2026-03-01T11:59:00.5+07:00","speed":0.25,"bearing":90,"accuracy":5}`
	texts := []string{good, `{}`, `{"device":"a","lon":1,"lat":2,}`, `{"device":"a","lon":01,"lat":2}`, `{"device":"a","lon":-0,"lat":1E+2} `,
		`{"device":"a","lon":1,"lat":2}x`, `{"device":"a","lon":1,"lon":3,"lat":2}`, `{"device":"a","lon":1.,"lat":2}`, `{"device":"a","lon":1e999,"lat":2}`,
		`{"device":"a","lon":0x1p4,"lat":2}`, `{"device":"a","lon":1,"lat":2,"time":"2026-03-01 11:59:00Z"}`, `{"device":"a","lon":1,"lat":2,"time":"2026-03-01T1:59:00Z"}`}
	r := rand.New(rand.NewPCG(1, 2))
	const chars = `{}":,.-+eE019 abdlont\` + "\x00\n\xff"
	for range 20_000 {
		text := []byte(good)
		for range 1 + r.IntN(2) {
			i, c := r.IntN(len(text)), chars[r.IntN(len(chars))]
			switch r.IntN(3) {
			case 0:
				text[i] = c
			case 1:
				text = append(text[:i], text[i+1:]...)
			default:
				text = append(text[:i], append([]byte{c}, text[i:]...)...)
			}
		}
		texts = append(texts, string(text))
	}
	quickly := 0
	for _, text := range texts {
		var got Position
		if !quickPosition([]byte(text), &got) {
			continue
		}
		quickly++
		var w wirePosition
		if err := json.Unmarshal([]byte(text), &w); err != nil {
			t.Fatalf("%q is read, yet: %v", text, err)
		}
		want := Position{Device: *w.Device, Lon: *w.Lon, Lat: *w.Lat, SpeedKMH: measure(w.Speed), BearingDegrees: measure(w.Bearing), AccuracyMeters: measure(w.Accuracy)}
		if w.Time != nil {
			want.Time = *w.Time
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text, diff)
		}
	}
	if quickly < 1000 || !quickPosition([]byte(good), &Position{}) {
		t.Errorf("%d texts of %d are read the quick way", quickly, len(texts))
	}
}
