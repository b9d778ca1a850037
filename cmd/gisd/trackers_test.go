package main

import (
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"gisd/internal/testdb"
)

// TestTrackersThroughServer: trackers that call for the first time are in quarantine
// and leave nothing; once approved they are on the map.
func TestTrackersThroughServer(t *testing.T) {
	t.Parallel()
	ports := map[string]string{"MQTT": freeAddress(t), "TELTONIKA": freeAddress(t), "JT808": freeAddress(t), "NMEA": freeAddress(t)}
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t), "PATH=" + os.Getenv("PATH"), "GISD_DEMO=false"}
	for name, port := range ports {
		env = append(env, "GISD_"+name+"_LISTEN="+port)
	}
	key := strings.TrimSpace(must(t, env, "devices", "register", "tracker-d", "--kind", "bus", "--visibility", "public", "--key"))
	server, _ := startServer(t, env)
	// MQTT 3.1.1: the key is the password, the PUBACK follows the position.
	counted := func(text string) string { return string([]byte{0, byte(len(text))}) + text }
	hello := counted("MQTT") + "\x04\xc2\x00\x1e" + counted("d") + counted("d") + counted(key)
	publish := counted("gisd/positions") + "\x00\x01" + `{"device":"tracker-d","lon":106.5,"lat":11}`
	packets := string([]byte{0x10, byte(len(hello))}) + hello + string([]byte{0x32, byte(len(publish))}) + publish + "\xe0\x00"
	if got := call(t, "tcp", ports["MQTT"], hex.EncodeToString([]byte(packets))); got != "20020000"+"40020001" {
		t.Errorf("MQTT is answered %s", got)
	}
	calls := []struct{ identity, network, port, send, refused, taken string }{
		{"imei:356307042441013", "tcp", "TELTONIKA", "000f333536333037303432343431303133", "00", "01"},
		{"jt808:13912345678", "tcp", "JT808", heartbeatOf("013912345678"), "8001", "8001"},
		{"nmea:127.0.0.1", "udp", "NMEA", hex.EncodeToString([]byte("$GPGLL,1058.800,N,10639.000,E," + time.Now().UTC().Format("150405") + ",A")), "", ""},
	}
	for _, c := range calls {
		if got := call(t, c.network, ports[c.port], c.send); !strings.Contains(got, c.refused) || c.identity[:4] == "imei" && got != c.refused {
			t.Errorf("%s is answered %s before it is approved", c.identity, got)
		}
	}
	await(t, "the quarantine", func() bool {
		list := must(t, env, "devices", "pending")
		return strings.Contains(list, calls[0].identity) && strings.Contains(list, calls[1].identity) && strings.Contains(list, calls[2].identity)
	})
	for i, c := range calls {
		must(t, env, "devices", "approve", c.identity, "--id", "tracker-"+string(rune('a'+i)), "--kind", "bus", "--visibility", "public")
	}
	await(t, "the approval", func() bool { return call(t, "tcp", ports["TELTONIKA"], calls[0].send) == calls[0].taken })
	// A record at 106.61° 10.97° of this minute.
	const record = "08010000000000000000013f8b8770068a1e9a001e0167090036000000000000" + "01"
	packet, err := hex.DecodeString(record)
	if err != nil {
		t.Fatal(err)
	}
	millis := time.Now().UnixMilli()
	for i := range 8 {
		packet[2+i] = byte(millis >> (56 - 8*i))
	}
	if got := call(t, "tcp", ports["TELTONIKA"], calls[0].send+"00000000"+hex.EncodeToString(be32(uint32(len(packet))))+
		hex.EncodeToString(packet)+hex.EncodeToString(be32(uint32(arc(packet))))); got != "0100000001" {
		t.Errorf("a packet is answered %s", got)
	}
	await(t, "the positions", func() bool {
		call(t, "udp", ports["NMEA"], calls[2].send)
		response, err := http.Get(server + "/live/positions")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(text), `"device":"tracker-a"`) && strings.Contains(string(text), `"device":"tracker-d"`) && strings.Contains(string(text), `"device":"tracker-c","lon":106.65,"lat":10.98`)
	})
	if list := must(t, env, "devices", "pending"); strings.Contains(list, "imei:") {
		t.Errorf("approved and pending:\n%s", list)
	}
	must(t, env, "devices", "reject", calls[0].identity)
	await(t, "the rejection", func() bool { return call(t, "tcp", ports["TELTONIKA"], calls[0].send) == calls[0].refused })
}

// call sends bytes, says that there is no more, and returns all that comes back.
func call(t *testing.T, network, address, text string) string {
	t.Helper()
	send, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write(send); err != nil {
		t.Fatal(err)
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return ""
	}
	if err := tcp.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(answer)
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}

func be32(v uint32) []byte { return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }

// arc is CRC-16/ARC.
func arc(data []byte) (crc uint16) {
	for _, b := range data {
		crc ^= uint16(b)
		for range 8 {
			if odd := crc & 1; odd == 1 {
				crc = crc>>1 ^ 0xa001
			} else {
				crc >>= 1
			}
		}
	}
	return crc
}

// heartbeatOf is JT/T 808's message 0x0002 of a terminal.
func heartbeatOf(terminal string) string {
	number, err := hex.DecodeString(terminal)
	if err != nil {
		return ""
	}
	text := append(append([]byte{0, 2, 0, 0}, number...), 0, 1)
	var sum byte
	for _, c := range text {
		sum ^= c
	}
	return "7e" + hex.EncodeToString(append(text, sum)) + "7e"
}
