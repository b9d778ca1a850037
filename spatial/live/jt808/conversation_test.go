package jt808_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
	"gisd/spatial/live/jt808"
)

func raw(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frame writes a message of 2013 as the standard says it, with a checksum and escapes
// of its own.
func frame(t testing.TB, id uint16, properties uint16, body string) []byte {
	t.Helper()
	data := raw(t, body)
	text := binary.BigEndian.AppendUint16(nil, id)
	text = binary.BigEndian.AppendUint16(text, properties|uint16(len(data)))
	text = append(text, 0x01, 0x39, 0x12, 0x34, 0x56, 0x78, 0x00, 0x07)
	return wrap(append(text, data...))
}

func wrap(text []byte) []byte {
	var sum byte
	for _, c := range text {
		sum ^= c
	}
	text = append(text, sum)
	text = bytes.ReplaceAll(text, []byte{0x7d}, []byte{0x7d, 1})
	text = bytes.ReplaceAll(text, []byte{0x7e}, []byte{0x7d, 2})
	return append(append([]byte{0x7e}, text...), 0x7e)
}

// TestPublishedExample is the location that open implementations publish (SmallChi's
// JT808, "message 0x0200"), with its values.
func TestPublishedExample(t *testing.T) {
	t.Parallel()
	give := raw(t, "7E 02 00 00 26 12 34 56 78 90 12 00 7D 02 00 00 00 01 00 00 00 02 00 BA 7F 0E 07 E4 F1 1C 00 28 00 3C 00 00"+
		"18 10 15 10 10 10 01 04 00 00 00 64 02 02 00 7D 01 13 7E")
	n, m, err := (&jt808.Conversation{}).Read(give)
	if n != len(give) || err != nil || len(m.Fixes) != 1 {
		t.Fatalf("%d of %d bytes, %d fixes: %v", n, len(give), len(m.Fixes), err)
	}
	want := live.Fix{Position: live.Position{
		Lat: 12.222222, Lon: 132.444444, SpeedKMH: live.Known(6), BearingDegrees: live.Known(0),
		Time:       time.Date(2018, 10, 15, 2, 10, 10, 0, time.UTC),
		Attributes: json.RawMessage(`{"alarms":1,"altitude":40,"fuelLitres":12.5,"ignition":false,"odometerMeters":10000}`),
	}}
	if diff := cmp.Diff(want, m.Fixes[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if m.Identity != "jt808:123456789012" {
		t.Errorf("identity %q", m.Identity)
	}
	// The general answer: serial 126 (7e, escaped), message 0x0200, done.
	if !bytes.Contains(m.Reply, []byte{0x80, 0x01, 0x00, 0x05, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12}) ||
		!bytes.Contains(m.Reply, []byte{0x00, 0x7d, 0x02, 0x02, 0x00, 0x00}) {
		t.Errorf("answers %x", m.Reply)
	}
	if !bytes.Contains(m.Refusal, []byte{0x00, 0x7d, 0x02, 0x02, 0x00, 0x01}) {
		t.Errorf("refuses with %x", m.Refusal)
	}
}

const located = "00000000 00000003 00A7643C 065B3F7A 000C 0190 005A 261122190000"

func TestMessages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		give   []byte
		fixes  int
		answer uint16 // message of the answer; 0 for none
		result byte
	}{
		{"registration", frame(t, 0x0100, 0, "0025 0001 4142434445 4142434445464748 494A4B4C4D4E4F50 51525354 41424344454647 01 363142"), 0, 0x8100, 0},
		{"authentication", frame(t, 0x0102, 0, "3133393132333435363738"), 0, 0x8001, 0},
		{"heartbeat", frame(t, 0x0002, 0, ""), 0, 0x8001, 0},
		{"location", frame(t, 0x0200, 0, located), 1, 0x8001, 0},
		{"without a fix", frame(t, 0x0200, 0, strings.Replace(located, "00000003", "00000001", 1)), 0, 0x8001, 0},
		{"bad time", frame(t, 0x0200, 0, strings.Replace(located, "261122190000", "26FF22190000", 1)), 0, 0x8001, 0},
		{"cut short", frame(t, 0x0200, 0, located[:40]), 0, 0x8001, 1},
		{"bad item", frame(t, 0x0200, 0, located+"01 09 00"), 0, 0x8001, 1},
		{"batch", frame(t, 0x0704, 0, "0002 01 001C"+located+"001C"+located), 2, 0x8001, 0},
		{"batch cut short", frame(t, 0x0704, 0, "0003 01 001C"+located+"001C"+located), 0, 0x8001, 1},
		{"unknown", frame(t, 0x0900, 0, "00"), 0, 0x8001, 3},
		{"an answer", frame(t, 0x0001, 0, "0001800100"), 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n, m, err := (&jt808.Conversation{}).Read(test.give)
			if n != len(test.give) || err != nil || len(m.Fixes) != test.fixes || m.Identity != "jt808:13912345678" {
				t.Fatalf("%d of %d bytes, %d fixes, %q: %v", n, len(test.give), len(m.Fixes), m.Identity, err)
			}
			if test.answer == 0 {
				if m.Reply != nil {
					t.Errorf("answers %x", m.Reply)
				}
				return
			}
			id, body := unwrap(t, m.Reply)
			at := len(body) - 1
			if id == 0x8100 {
				at = 2
				if string(body[3:]) != "13912345678" {
					t.Errorf("the code is %q", body[3:])
				}
			}
			if id != test.answer || body[at] != test.result || !bytes.Equal(body[:2], []byte{0, 7}) {
				t.Errorf("answers %04x %x, want %04x with %d", id, body, test.answer, test.result)
			}
		})
	}
}

// unwrap undoes an answer of 2013.
func unwrap(t *testing.T, text []byte) (id uint16, body []byte) {
	t.Helper()
	if len(text) < 14 || text[0] != 0x7e || text[len(text)-1] != 0x7e {
		t.Fatalf("no frame: %x", text)
	}
	text = bytes.ReplaceAll(text[1:len(text)-1], []byte{0x7d, 2}, []byte{0x7e})
	text = bytes.ReplaceAll(text, []byte{0x7d, 1}, []byte{0x7d})
	var sum byte
	for _, c := range text {
		sum ^= c
	}
	body = text[12 : len(text)-1]
	if sum != 0 || int(binary.BigEndian.Uint16(text[2:])) != len(body) {
		t.Fatalf("damaged: %x", text)
	}
	return binary.BigEndian.Uint16(text), body
}

// A terminal of 2019 has a longer number and a version, which its answers repeat.
func TestVersion2019(t *testing.T) {
	t.Parallel()
	data := raw(t, located)
	text := append(raw(t, "0200"), 0x40, byte(len(data)), 1)
	text = append(append(text, raw(t, "00000000013912345678 0009")...), data...)
	give := wrap(text)
	n, m, err := (&jt808.Conversation{}).Read(give)
	if n != len(give) || err != nil || len(m.Fixes) != 1 || m.Identity != "jt808:13912345678" {
		t.Fatalf("%d of %d bytes, %+v: %v", n, len(give), m, err)
	}
	if !bytes.HasPrefix(m.Reply, raw(t, "7E 8001 4005 01 00000000013912345678")) {
		t.Errorf("answers %x", m.Reply)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	whole := "0002 01 001C" + strings.ReplaceAll(located, " ", "") + "001C" + strings.ReplaceAll(located, " ", "")
	whole = strings.ReplaceAll(whole, " ", "")
	const parted = 1 << 13
	first, second := frame2(t, parted, "00020001", whole[:60]), frame2(t, parted, "00020002", whole[60:])
	for _, test := range []struct {
		name  string
		give  [][]byte
		fixes int
	}{
		{"in order", [][]byte{first, second}, 2},
		{"the second alone", [][]byte{second}, 0},
		{"begun anew", [][]byte{first, first, second}, 2},
		{"the second twice", [][]byte{first, second, second}, 2},
	} {
		c, fixes := &jt808.Conversation{}, 0
		for _, text := range test.give {
			n, m, err := c.Read(text)
			if n != len(text) || err != nil {
				t.Fatalf("%s: %d bytes, %v", test.name, n, err)
			}
			fixes += len(m.Fixes)
		}
		if fixes != test.fixes {
			t.Errorf("%s: %d fixes, want %d", test.name, fixes, test.fixes)
		}
	}
}

// frame2 is a part of a message 0x0704: part is the total and the number.
func frame2(t testing.TB, properties uint16, part, body string) []byte {
	t.Helper()
	data := raw(t, body)
	text := binary.BigEndian.AppendUint16(raw(t, "0704"), properties|uint16(len(data)))
	text = append(text, raw(t, "013912345678 0007"+part)...)
	return wrap(append(text, data...))
}

func TestStream(t *testing.T) {
	t.Parallel()
	beat := frame(t, 0x0002, 0, "")
	damaged := bytes.Clone(beat)
	damaged[5]++
	other := bytes.Clone(frame(t, 0x0200, 0, located))
	for _, test := range []struct {
		name  string
		give  []byte
		n     int
		wrong bool
	}{
		{"half a frame", beat[:6], 0, false},
		{"flags between", append([]byte{0x7e, 0x7e}, beat...), len(beat) + 2, false},
		{"damaged", append(damaged, other...), len(damaged), false},
		{"no flag", []byte("GET / HTTP/1.1"), 0, true},
		{"no end", append([]byte{0x7e}, make([]byte, 8192)...), 0, true},
	} {
		n, m, err := (&jt808.Conversation{}).Read(test.give)
		if n != test.n || (err != nil) != test.wrong {
			t.Errorf("%s: %d bytes, want %d; %v", test.name, n, test.n, err)
		}
		if test.name == "damaged" && (m.Reply != nil || m.Identity != "") {
			t.Errorf("a damaged message is answered: %+v", m)
		}
	}
	c := &jt808.Conversation{}
	if _, _, err := c.Read(beat); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Read(raw(t, "7E 02 00 00 26 12 34 56 78 90 12 00 7D 02 00 00 00 01 00 00 00 02 00 BA 7F 0E 07 E4 F1 1C 00 28 00 3C 00 00"+
		"18 10 15 10 10 10 01 04 00 00 00 64 02 02 00 7D 01 13 7E")); err == nil {
		t.Error("a connection speaks for a second terminal")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(frame(f, 0x0200, 0, located))
	f.Add(frame(f, 0x0704, 0, "0001 01 001C"+located))
	f.Add(frame2(f, 1<<13, "00020001", "0002"))
	f.Add(frame(f, 0x0100, 0, "00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &jt808.Conversation{}
		for range 3 { // parts of one message add up
			n, m, err := c.Read(data)
			if n < 0 || n > len(data) || err != nil && n != 0 || len(m.Fixes) > len(data)/28+64*40 {
				t.Fatalf("%d of %d bytes, %d fixes, %v", n, len(data), len(m.Fixes), err)
			}
		}
	})
}
