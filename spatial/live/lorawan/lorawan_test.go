package lorawan_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial/live"
	"gisd/spatial/live/lorawan"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// The messages follow the servers' own documents of their HTTP integrations.
const (
	chirpstack4 = `{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2026-03-01T11:59:58.123+00:00",
		"deviceInfo":{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","deviceName":"muc-nuoc-1","devEui":"24E124136B324567"},
		"devAddr":"00189440","adr":true,"dr":1,"fCnt":4,"fPort":1,"confirmed":true,"data":"qrvMRw==",
		"object":{"level":1.42,"rain":{"mm":0.2,"on":true},"battery":97,"list":[1,2]},
		"rxInfo":[{"gatewayId":"0016c001f153a14c","rssi":-48,"snr":9.0,"location":{"latitude":11,"longitude":106.6}},{"rssi":-100,"snr":-3}]}`
	chirpstack3 = `{"applicationID":"123","devEUI":"JOEkE2syRWc=","fCnt":10,"objectJSON":"{\"gpsLocation\":{\"1\":{\"latitude\":10.98,\"longitude\":106.65,\"altitude\":12}},\"temperatureSensor\":{\"1\":25}}",
		"rxInfo":[{"gatewayID":"AwMDAwMDAwM=","rssi":-48,"loRaSNR":9,"time":"2026-03-01T11:59:00Z"}]}`
	things = `{"end_device_ids":{"device_id":"dev1","dev_eui":"24E124136B324567"},"received_at":"2026-03-01T11:59:59Z",
		"uplink_message":{"f_cnt":7,"decoded_payload":{"temperature":1.5},"rx_metadata":[{"rssi":-35,"snr":5}],"received_at":"2026-03-01T11:59:58Z",
		"locations":{"user":{"latitude":10.98,"longitude":106.65,"altitude":10,"source":"SOURCE_REGISTRY"}}}}`
	location = `{"time":"2026-03-01T12:00:00Z","deviceInfo":{"devEui":"24e124136b324567"},"location":{"latitude":10.98,"longitude":106.65,"accuracy":30,"source":"GEO_RESOLVER_TDOA"}}`
)

func TestDecode(t *testing.T) {
	t.Parallel()
	at := func(lon, lat float64, sent time.Time, attributes string) live.Position {
		return live.Position{Lon: lon, Lat: lat, Time: sent, Attributes: json.RawMessage(attributes)}
	}
	rough := at(106.65, 10.98, now, `{}`)
	rough.Attributes, rough.AccuracyMeters = nil, live.Known(30)
	for _, test := range []struct {
		name, give string
		unplaced   bool
		want       live.Position
	}{
		{"ChirpStack v4", chirpstack4, true, at(0, 0, now.Add(-1877*time.Millisecond), `{"battery":97,"frame":4,"level":1.42,"rain.mm":0.2,"rain.on":true,"rssi":-48,"snr":9}`)},
		{"ChirpStack v3, Cayenne", chirpstack3, false, at(106.65, 10.98, now.Add(-time.Minute),
			`{"altitude":12,"frame":10,"gpsLocation.1.altitude":12,"gpsLocation.1.latitude":10.98,"gpsLocation.1.longitude":106.65,"rssi":-48,"snr":9,"temperatureSensor.1":25}`)},
		{"The Things Network", things, false, at(106.65, 10.98, now.Add(-2*time.Second), `{"altitude":10,"frame":7,"rssi":-35,"snr":5,"temperature":1.5}`)},
		{"location", location, false, rough},
	} {
		fix, carries, faults := lorawan.Decode([]byte(test.give), now)
		if !carries || len(faults) > 0 {
			t.Errorf("%s: %v", test.name, faults)
		}
		want := live.Fix{Identity: "eui:24e124136b324567", Position: test.want, Unplaced: test.unplaced}
		if diff := cmp.Diff(want, fix); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for _, test := range []struct {
		name, give string
		fault      string
	}{
		{"join", `{"deviceInfo":{"devEui":"24e124136b324567"},"devAddr":"00189440"}`, ""},
		{"hex of v3", `{"devEUI":"24e124136b324567","objectJSON":"{"}`, ""},
		{"no device", `{"object":{"a":1}}`, "devEUI"},
		{"short", `{"deviceInfo":{"devEui":"24e1"}}`, "deviceInfo.devEui"},
		{"another's", `{"end_device_ids":{"device_id":"x"}}`, "end_device_ids.dev_eui"},
	} {
		_, carries, faults := lorawan.Decode([]byte(test.give), now)
		if carries || (len(faults) > 0) != (test.fault != "") || len(faults) > 0 && faults[0].Name != test.fault {
			t.Errorf("%s: %v %v", test.name, carries, faults)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{chirpstack4, chirpstack3, things, location, `{"devEUI":"24e124136b324567","objectJSON":"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		fix, carries, faults := lorawan.Decode(text, now)
		if carries && (len(faults) > 0 || fix.Identity == "" || len(fix.Position.Attributes) > 4096) {
			t.Fatalf("%+v %v", fix, faults)
		}
	})
}
