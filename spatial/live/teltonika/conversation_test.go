package teltonika_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
	"gisd/spatial/live/teltonika"
)

const hello = "000F333536333037303432343431303133" // 356307042441013

func raw(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// introduced is a conversation after its handshake.
func introduced(t testing.TB) *teltonika.Conversation {
	t.Helper()
	c := &teltonika.Conversation{}
	if n, _, err := c.Read(raw(t, hello)); n != 17 || err != nil {
		t.Fatalf("the handshake takes %d bytes: %v", n, err)
	}
	return c
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, give string
		n          int
		identity   string
		wrong      bool
	}{
		{"whole", hello, 17, "imei:356307042441013", false},
		{"more behind it", hello + "0000", 17, "imei:356307042441013", false},
		{"cut short", hello[:20], 0, "", false},
		{"nothing", "", 0, "", false},
		{"another length", "0010" + hello[4:], 0, "", true},
		{"letters", "000F" + strings.Repeat("41", 15), 0, "", true},
		{"HTTP", hex.EncodeToString([]byte("GET / HTTP/1.1\r\n")), 0, "", true},
	} {
		n, m, err := (&teltonika.Conversation{}).Read(raw(t, test.give))
		if n != test.n || m.Identity != test.identity || (err != nil) != test.wrong {
			t.Errorf("%s: %d bytes, %q, %v", test.name, n, m.Identity, err)
		}
		if n > 0 && (!cmp.Equal(m.Reply, []byte{1}) || !cmp.Equal(m.Refusal, []byte{0})) {
			t.Errorf("%s: answers %x and %x", test.name, m.Reply, m.Refusal)
		}
	}
}

// The packets are the makers' own examples (wiki.teltonika-gps.com, "Teltonika Data
// Sending Protocols"), whose records have no coordinates; their checksums are not
// ours.
func TestMakersExamples(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, give string
		records    byte
	}{
		{"codec 8", "000000000000003608010000016B40D8EA30010000000000000000000000000000000105021503010101425E0F01F10000601A014E0000000000000000010000C7CF", 1},
		{"codec 8, two sizes", "000000000000002808010000016B40D9AD80010000000000000000000000000000000103021503010101425E100000010000F22A", 1},
		{"codec 8, two records", "000000000000004308020000016B40D57B480100000000000000000000000000000001010101000000000000016B40D5C198010000000000000000000000000000000101010101000000020000252C", 2},
		{"codec 8 extended", "000000000000004A8E010000016B412CEE000100000000000000000000000000000000010005000100010100010011001D00010010015E2C880002000B000000003544C87A000E000000001DD7E06A00000100002994", 1},
		{"codec 16", "000000000000005F10020000016BDBC7833000000000000000000000000000000000000B05040200010000030002000B00270042563A00000000016BDBC7871800000000000000000000000000000000000B05040200010000030002000B00260042563A00000200005FB3", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			give := raw(t, test.give)
			n, m, err := introduced(t).Read(append(give, 0xff))
			if n != len(give) || err != nil {
				t.Fatalf("%d of %d bytes: %v", n, len(give), err)
			}
			if want := []byte{0, 0, 0, test.records}; !cmp.Equal(m.Reply, want) || len(m.Fixes) != 0 {
				t.Errorf("answers %x with %d fixes, want %x and none", m.Reply, len(m.Fixes), want)
			}
			give[len(give)-1]++
			if _, m, err = introduced(t).Read(give); err != nil || !cmp.Equal(m.Reply, []byte{0, 0, 0, 0}) {
				t.Errorf("a wrong checksum: answers %x, %v", m.Reply, err)
			}
		})
	}
}

// checksum is CRC-16/ARC bit by bit, as the makers draw it.
func checksum(data []byte) uint32 {
	crc := uint32(0)
	for _, b := range data {
		crc ^= uint32(b)
		for range 8 {
			odd := crc & 1
			crc >>= 1
			if odd == 1 {
				crc ^= 0xA001
			}
		}
	}
	return crc
}

func packet(t testing.TB, body string) []byte {
	t.Helper()
	data := raw(t, body)
	out := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(len(data)))
	return binary.BigEndian.AppendUint32(append(out, data...), checksum(data))
}

func TestRecord(t *testing.T) {
	t.Parallel()
	give := packet(t, "8E 02"+
		"0000016B412CEE00 01 3F8A77D0 068AC0A8 001E 0167 09 0036"+ // 106.61, 10.97
		"00EF 0004 0001 00EF 01 0001 0042 30D4 0000 0000 0001 0101 0002 ABCD"+
		"0000016B412CF1E8 00 C3B5A100 F9756158 FFFB 0000 00 0007 0000 0000 0000 0000 0000 0000 0000"+
		"02")
	n, m, err := introduced(t).Read(give)
	if err != nil || n != len(give) || len(m.Fixes) != 2 {
		t.Fatalf("%d of %d bytes, %d fixes: %v", n, len(give), len(m.Fixes), err)
	}
	lon, lat := int32(0x3F8A77D0), int32(0x068AC0A8)
	want := live.Position{
		Lon: float64(lon) / 1e7, Lat: float64(lat) / 1e7,
		Time: time.Date(2019, 6, 10, 11, 36, 32, 0, time.UTC), SpeedKMH: live.Known(54), BearingDegrees: live.Known(359),
		Attributes: json.RawMessage(`{"altitude":30,"event":239,"ignition":1,"io257":"abcd","powerVolts":12.5,"priority":1,"satellites":9}`),
	}
	if diff := cmp.Diff(want, m.Fixes[0].Position); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := m.Fixes[1].Position; p.Lon >= 0 || p.Lat >= 0 || p.SpeedKMH.Known {
		t.Errorf("south and west, without a satellite: %+v", p)
	}
}

func TestBrokenPackets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		give []byte
	}{
		{"no preamble", raw(t, "0000000100000004")},
		{"too long", raw(t, "00000000 00010000")},
		{"empty", raw(t, "00000000 00000000")},
		{"fewer records than told", packet(t, "08 02 0000016B412CEE00 01 3F8A77D0068AC0A8001E0167090036 00 00 00 00 00 00 02")},
		{"numbers differ", packet(t, "08 01 0000016B412CEE00 01 3F8A77D0068AC0A8001E0167090036 00 00 00 00 00 00 02")},
		{"more than told", packet(t, "08 00 00 00")},
	} {
		if n, m, err := introduced(t).Read(test.give); err == nil {
			t.Errorf("%s: %d bytes are taken, %+v", test.name, n, m)
		}
	}
	if n, m, err := introduced(t).Read(packet(t, "0C 01 05 00000000 01")); n == 0 || err != nil || m.Reply != nil {
		t.Errorf("a codec of commands: %d bytes, answer %x, %v", n, m.Reply, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(raw(f, hello))
	f.Add(packet(f, "08 01 0000016B412CEE00 01 3F8A77D0068AC0A8001E0167090036 00 00 00 00 00 00 01"))
	f.Add(packet(f, "8E 01 0000016B412CEE00 01 3F8A77D0068AC0A8001E0167090036 0000 0000 0000 0000 0000 0000 0001 0101 FFFF 01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range []*teltonika.Conversation{{}, introduced(t)} {
			n, m, err := c.Read(data)
			if n < 0 || n > len(data) || err != nil && n != 0 || len(m.Fixes) > 255 {
				t.Fatalf("%d of %d bytes, %d fixes, %v", n, len(data), len(m.Fixes), err)
			}
		}
	})
}
