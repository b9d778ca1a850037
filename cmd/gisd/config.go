package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"gisd/api/mqtt"
	"gisd/spatial"
)

// config is every setting of the program. The order of strength is: default,
// settings file, GISD_* environment, flag.
type config struct {
	DataDir          string
	DatabaseURL      secret
	RedisURL         secret
	Listen           string
	PublicURL        string
	TLSCert          string
	TLSKey           string
	TrustedProxies   []string
	CORSOrigins      []string
	Demo             bool
	BasemapURL       string
	LogLevel         string
	LogFormat        string
	PGListen         string
	DatabaseConns    int
	StatementTimeout time.Duration
	RateLimit        int
	PositionDays     int
	ReadingDays      int
	SpoolSize        byteSize
	DeviceRate       int
	MQTTListen       string
	MQTTURL          secret
	MQTTTopics       []string
	NMEAListen       string
	TeltonikaListen  string
	JT808Listen      string
	ChangeDays       int
	HomeArea         spatial.Envelope // SRID 4326; the zero box is none
	OutgoingAllow    []string
	OutgoingMax      byteSize
	ImportJobs       int
	ImportMax        byteSize
	AttachmentsMax   byteSize
	TileCacheSize    byteSize
	CellCacheSize    byteSize
	ShutdownTimeout  time.Duration
}

func defaultConfig() config {
	return config{
		DataDir:          "./var",
		Listen:           ":8080",
		CORSOrigins:      []string{"*"},
		Demo:             true,
		LogLevel:         "info",
		LogFormat:        "text",
		DatabaseConns:    16,
		StatementTimeout: 30 * time.Second,
		RateLimit:        200,
		PositionDays:     90,
		ReadingDays:      365,
		SpoolSize:        1 << 30,
		DeviceRate:       50,
		ChangeDays:       365,
		MQTTTopics:       mqtt.Topics(),
		HomeArea:         spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: 106.33, MinY: 10.86, MaxX: 106.97, MaxY: 11.5},
		OutgoingMax:      4 << 30,
		ImportJobs:       1,
		ImportMax:        4 << 30,
		AttachmentsMax:   10 << 30,
		TileCacheSize:    256 << 20,
		CellCacheSize:    256 << 20,
		ShutdownTimeout:  15 * time.Second,
	}
}

// scope says which commands take a setting as a flag; file and environment
// work for all.
type scope int

const (
	everywhere scope = iota
	serving          // up, serve
)

type setting struct {
	name  string // "database-url": the flag; GISD_DATABASE_URL, database_url in the file
	scope scope
	value pflag.Value
	usage string
}

func (s setting) key() string      { return strings.ReplaceAll(s.name, "-", "_") }
func (s setting) variable() string { return "GISD_" + strings.ToUpper(s.key()) }

// settings is the one table of names; values point into c.
func (c *config) settings() []setting {
	return []setting{
		{"data-dir", everywhere, text(&c.DataDir), "folder of the private cluster, of uploads and of the spool"},
		{"database-url", everywhere, secretText(&c.DatabaseURL), "PostGIS database, postgres://user:password@host/name; without it the private cluster of the data folder"},
		{"log-level", everywhere, oneOf(&c.LogLevel, "debug", "info", "warn", "error"), "debug, info, warn or error"},
		{"log-format", everywhere, oneOf(&c.LogFormat, "text", "json"), "text or json"},
		{"home-area", everywhere, area(&c.HomeArea), "the office's own area, lon,lat,lon,lat in degrees: coordinates whose reference system is not named are guessed by it; none for none"},
		{"outgoing-allow", everywhere, list(&c.OutgoingAllow), "addresses and networks that may be asked although they are not public, 10.0.0.0/8,…"},
		{"outgoing-max", everywhere, size(&c.OutgoingMax), "most that one address may send, 4GiB"},
		{"listen", serving, address(&c.Listen), "address of the web server, host:port or :port"},
		{"public-url", serving, text(&c.PublicURL), "URL under which people reach the server, where a proxy stands before it"},
		{"redis-url", serving, secretText(&c.RedisURL), "Redis, for more than one node"},
		{"tls-cert", serving, text(&c.TLSCert), "certificate file, PEM"},
		{"tls-key", serving, text(&c.TLSKey), "key file of the certificate, PEM"},
		{"trusted-proxies", serving, list(&c.TrustedProxies), "networks whose X-Forwarded-* headers count, 10.0.0.0/8,…"},
		{"cors-origins", serving, list(&c.CORSOrigins), "web origins that may read public data; * is all"},
		{"demo", serving, boolean(&c.Demo), "import the demo province into a new cluster"},
		{"basemap-url", serving, text(&c.BasemapURL), "raster tiles below the map, https://…/{z}/{x}/{y}.png; empty for none"},
		{"pg-listen", serving, text(&c.PGListen), "host:port where the private cluster takes TCP connections too (gisd up)"},
		{"database-conns", serving, number(&c.DatabaseConns, 2, 1000), "most connections of the serving pool"},
		{"statement-timeout", serving, duration(&c.StatementTimeout), "longest SQL statement of a request"},
		{"rate-limit", serving, number(&c.RateLimit, 0, 1_000_000), "requests per second that one address or key may make in the long run, ten times as many at once; 0 is no limit"},
		{"position-days", serving, number(&c.PositionDays, 0, 36500), "days that positions of devices are kept where gisd devices retention says nothing else; 0 keeps all"},
		{"reading-days", serving, number(&c.ReadingDays, 0, 36500), "the same for readings of sensors"},
		{"spool-size", serving, spoolSize(&c.SpoolSize), "most that positions which the database does not have yet may take in the data folder; beyond it senders are told to wait"},
		{"device-rate", serving, number(&c.DeviceRate, 0, 1_000_000), "positions per second that one device may report in the long run, a hundred times as many at once; 0 is no limit"},
		{"mqtt-listen", serving, address(&c.MQTTListen), "host:port where devices publish positions over MQTT, their key as password, such as :1883; empty for none"},
		{"mqtt-url", serving, secretText(&c.MQTTURL), "MQTT 5 broker whose messages are taken, mqtt://user:password@host:1883"},
		{"mqtt-topics", serving, list(&c.MQTTTopics), "what is subscribed to there; $share/gisd/… where several nodes share it"},
		{"nmea-listen", serving, address(&c.NMEAListen), "host:port for NMEA 0183 and AIS, TCP and UDP, such as :10110; empty for none"},
		{"teltonika-listen", serving, address(&c.TeltonikaListen), "host:port for Teltonika trackers, TCP, such as :5027; empty for none"},
		{"jt808-listen", serving, address(&c.JT808Listen), "host:port for JT/T 808 terminals, TCP, such as :5015; empty for none"},
		{"change-days", serving, number(&c.ChangeDays, 0, 36500), "days that the feed of changes of each collection goes back; 0 keeps all"},
		{"import-jobs", serving, number(&c.ImportJobs, 1, 64), "imports that the server runs at once; others wait"},
		{"import-max", serving, size(&c.ImportMax), "most that one upload to the server may hold, 4GiB"},
		{"attachments-max", serving, size(&c.AttachmentsMax), "most that photos and documents of features take in the database, all together, 10GiB"},
		{"tile-cache-size", serving, size(&c.TileCacheSize), "memory for encoded tiles, 256MiB"},
		{"cell-cache-size", serving, size(&c.CellCacheSize), "memory for packed cells, from which tiles are cut, 256MiB"},
		{"shutdown-timeout", serving, duration(&c.ShutdownTimeout), "how long requests may finish after a stop signal"},
	}
}

// addFlags declares the settings of a scope as flags. They hold text until
// load applies them.
func (c *config) addFlags(flags *pflag.FlagSet, s scope) {
	for _, set := range c.settings() {
		if set.scope == s {
			usage := set.usage
			if d := set.value.String(); d != "" {
				usage += " (default " + d + ")"
			}
			flags.String(set.name, "", usage+" [$"+set.variable()+"]")
			if set.value.Type() == "bool" {
				flags.Lookup(set.name).NoOptDefVal = "true"
			}
		}
	}
}

// load applies file, environment and flags, and reports every fault at once.
func (c *config) load(env map[string]string, flags *pflag.FlagSet) error {
	var faults []string
	fault := func(where string, err error) { faults = append(faults, where+": "+err.Error()) }
	settings := c.settings()

	file, fromFile, err := readSettingsFile(env, flags)
	if err != nil {
		fault("settings file", err)
	}
	for key, text := range fromFile {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.key() == key })
		if i < 0 {
			fault(file, fmt.Errorf("unknown setting %q", key))
		} else if err := settings[i].value.Set(text); err != nil {
			fault(file+": "+key, err)
		}
	}
	for _, s := range settings {
		if text, ok := env[s.variable()]; ok && text != "" {
			if err := s.value.Set(text); err != nil {
				fault(s.variable(), err)
			}
		}
		if flag := flags.Lookup(s.name); flag != nil && flag.Changed {
			if err := s.value.Set(flag.Value.String()); err != nil {
				fault("--"+s.name, err)
			}
		}
	}
	faults = append(faults, c.check()...)
	if len(faults) > 0 {
		slices.Sort(faults)
		return errors.New("settings: " + strings.Join(faults, "; "))
	}
	return nil
}

// check finds faults between settings, and in those that are more than text.
func (c *config) check() []string {
	var faults []string
	if (c.TLSCert == "") != (c.TLSKey == "") {
		faults = append(faults, "tls-cert and tls-key go together")
	}
	for name, value := range map[string]string{"database-url": string(c.DatabaseURL), "redis-url": string(c.RedisURL), "mqtt-url": string(c.MQTTURL), "public-url": c.PublicURL} {
		schemes := map[string][]string{"database-url": {"postgres", "postgresql"}, "redis-url": {"redis", "rediss", "unix"}, "mqtt-url": {"mqtt", "mqtts", "ws", "wss"}, "public-url": {"http", "https"}}[name]
		if value == "" {
			continue
		}
		if u, err := url.Parse(value); err != nil || !slices.Contains(schemes, u.Scheme) {
			faults = append(faults, fmt.Sprintf("%s: want a URL that begins with %s://", name, schemes[0]))
		}
	}
	return faults
}

// readSettingsFile reads `name = value` lines; # begins a comment.
func readSettingsFile(env map[string]string, flags *pflag.FlagSet) (string, map[string]string, error) {
	path, wanted := "gisd.conf", false
	if p := env["GISD_CONFIG"]; p != "" {
		path, wanted = p, true
	}
	if flag := flags.Lookup("config"); flag != nil && flag.Changed {
		path, wanted = flag.Value.String(), true
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && !wanted {
		return path, nil, nil
	}
	if err != nil {
		return path, nil, err
	}
	values := map[string]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return path, values, fmt.Errorf("%s line %d: want name = value", path, n)
		}
		values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return path, values, nil
}
