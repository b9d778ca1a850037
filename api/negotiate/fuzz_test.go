package negotiate_test

import (
	"testing"

	"gisd/api/negotiate"
)

// What is accepted survives being written and read again, and is a box.
func FuzzParseBBox(f *testing.F) {
	for _, seed := range []string{"106.5,10.8,107,11.5", "177,65,-177,70", "-180,-90,180,90", "1,2,3,4,5,6", "1e2,-0,1e2,90", "0x1p-2,0,1,1", ",,,", "NaN,1,2,3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		box, err := negotiate.ParseBBox(s)
		if err != nil {
			return
		}
		if box.MinY > box.MaxY || box.MinX < -180 || box.MaxX > 180 || box.Empty() {
			t.Fatalf("%q gave %v", s, box)
		}
		again, err := negotiate.ParseBBox(negotiate.FormatBBox(box))
		if err != nil || again != box {
			t.Fatalf("%q: %v became %v, %v", s, box, again, err)
		}
	})
}

// What is accepted survives being written and read again, and is in order.
func FuzzParseDateTime(f *testing.F) {
	for _, seed := range []string{"2026-01-31T07:00:00+07:00", "2026-01-31", "../2026-01-01", "2026-01-01/", "../..", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z", "2026-01-01/2025-01-01", "2016-12-31T23:59:60Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, err := negotiate.ParseDateTime(s)
		if err != nil {
			return
		}
		if !span.Start.IsZero() && !span.End.IsZero() && span.Start.After(span.End) {
			t.Fatalf("%q gave %v", s, span)
		}
		again, err := negotiate.ParseDateTime(negotiate.FormatDateTime(span))
		if err != nil || !again.Start.Equal(span.Start) || !again.End.Equal(span.End) {
			t.Fatalf("%q: %v became %v, %v", s, span, again, err)
		}
	})
}
