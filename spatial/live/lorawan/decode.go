package lorawan

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Scheme of the identities of these devices: "eui:70b3d57ed0001234", the DevEUI in
// lower case.
const Scheme = "eui"

// message has the members of all three servers.
type message struct {
	// ChirpStack v4
	DeviceInfo *struct {
		DevEUI string `json:"devEui"`
	} `json:"deviceInfo"`
	Time     string         `json:"time"`
	Object   map[string]any `json:"object"`
	Location *place         `json:"location"` // of its location event, v3 too
	Frame    *float64       `json:"fCnt"`
	RxInfo   []reception    `json:"rxInfo"`
	DevEUI   string         `json:"devEUI"` // ChirpStack v3: base64 of 8 bytes, or hex
	Text     string         `json:"objectJSON"`

	// The Things Network v3
	EndDevice *struct {
		DevEUI string `json:"dev_eui"`
	} `json:"end_device_ids"`
	ReceivedAt string `json:"received_at"`
	Uplink     *struct {
		Frame      *float64         `json:"f_cnt"`
		Payload    map[string]any   `json:"decoded_payload"`
		Receptions []reception      `json:"rx_metadata"`
		Locations  map[string]place `json:"locations"`
		ReceivedAt string           `json:"received_at"`
	} `json:"uplink_message"`
}

type place struct {
	Lat      *float64 `json:"latitude"`
	Lon      *float64 `json:"longitude"`
	Altitude *float64 `json:"altitude"`
	Accuracy *float64 `json:"accuracy"` // metres
}

// reception is how one gateway heard the uplink.
type reception struct {
	RSSI *float64 `json:"rssi"`
	SNR  *float64 `json:"snr"`
	SNR3 *float64 `json:"loRaSNR"` // ChirpStack v3
	Time string   `json:"time"`
}

// Decode reads one message. One that carries neither readings nor a place (joins,
// acknowledgements) gives false and no fault. Without a time of its own a fix is
// taken at now.
func Decode(text []byte, now time.Time) (fix live.Fix, carries bool, faults []spatial.FieldError) {
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		return fix, false, []spatial.FieldError{{Reason: "wants one JSON object"}}
	}
	eui, name := m.device()
	if fix.Identity = live.Identity(Scheme, eui); fix.Identity == "" || len(eui) != 16 {
		return fix, false, []spatial.FieldError{{Name: name, Reason: "wants a DevEUI of 16 hexadecimal digits"}}
	}
	fix.Position.Time = m.sent(now)
	payload, heard, frame := m.content()
	members := map[string]any{}
	flatten(members, "", payload, 0)
	put := func(name string, v *float64) {
		if v != nil {
			members[name] = *v
		}
	}
	put("frame", frame)
	if best := strongest(heard); best != nil {
		put("rssi", best.RSSI)
		put("snr", best.SNR)
		put("snr", best.SNR3)
	}
	at, ok := find(payload, 0)
	if !ok {
		at, ok = m.told()
	}
	if ok {
		fix.Position.Lon, fix.Position.Lat = *at.Lon, *at.Lat
		if at.Accuracy != nil && *at.Accuracy > 0 {
			fix.Position.AccuracyMeters = live.Known(*at.Accuracy)
		}
		put("altitude", at.Altitude)
	}
	fix.Unplaced = !ok
	fix.Position.Attributes = live.PackAttributes(members)
	return fix, ok || len(payload) > 0, nil
}

// device is the DevEUI in lower-case hexadecimal, and the member that has it.
func (m *message) device() (eui, member string) {
	switch {
	case m.DeviceInfo != nil:
		return strings.ToLower(m.DeviceInfo.DevEUI), "deviceInfo.devEui"
	case m.EndDevice != nil:
		return strings.ToLower(m.EndDevice.DevEUI), "end_device_ids.dev_eui"
	}
	if raw, err := base64.StdEncoding.DecodeString(m.DevEUI); err == nil && len(raw) == 8 {
		return hex.EncodeToString(raw), "devEUI"
	}
	if _, err := hex.DecodeString(m.DevEUI); err != nil {
		return "", "devEUI"
	}
	return strings.ToLower(m.DevEUI), "devEUI"
}

// sent is when the network server heard the uplink.
func (m *message) sent(now time.Time) time.Time {
	texts := []string{m.Time, m.ReceivedAt}
	if m.Uplink != nil {
		texts = []string{m.Uplink.ReceivedAt, m.ReceivedAt}
	}
	for _, r := range m.RxInfo {
		texts = append(texts, r.Time)
	}
	for _, text := range texts {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.UTC()
		}
	}
	return now
}

func (m *message) content() (payload map[string]any, heard []reception, frame *float64) {
	if m.Uplink != nil {
		return m.Uplink.Payload, m.Uplink.Receptions, m.Uplink.Frame
	}
	payload = m.Object
	if payload == nil && m.Text != "" {
		if json.Unmarshal([]byte(m.Text), &payload) != nil {
			payload = nil
		}
	}
	return payload, m.RxInfo, m.Frame
}

// told is the place that the network server knows.
func (m *message) told() (place, bool) {
	if m.Location.valid() {
		return *m.Location, true
	}
	if m.Uplink != nil {
		for _, source := range []string{"frm-payload", "user"} {
			if at, ok := m.Uplink.Locations[source]; ok && at.valid() {
				return at, true
			}
		}
	}
	return place{}, false
}

func (p *place) valid() bool {
	return p != nil && p.Lat != nil && p.Lon != nil && (*p.Lat != 0 || *p.Lon != 0)
}

// strongest is the reception with the best signal.
func strongest(heard []reception) *reception {
	var best *reception
	for i := range heard {
		if r := &heard[i]; r.RSSI != nil && (best == nil || *r.RSSI > *best.RSSI) {
			best = r
		}
	}
	return best
}
