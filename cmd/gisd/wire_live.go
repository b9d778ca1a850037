package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"gisd/api/auth"
	"gisd/api/listen"
	apilive "gisd/api/live"
	"gisd/api/mqtt"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/ais"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/jt808"
	"gisd/spatial/live/nmea"
	"gisd/spatial/live/outlook"
	"gisd/spatial/live/recorder"
	"gisd/spatial/live/teltonika"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/devices"
	"gisd/spatial/postgis/fences"
	"gisd/spatial/postgis/incidents"
	"gisd/spatial/redisbus"
	"gisd/spatial/spool"
)

func (n *node) addLive(ctx context.Context) error {
	var bus live.Bus
	if n.redis != nil {
		bus = redisbus.New(n.redis, redisbus.Config{}, n.log)
	}
	store := devices.NewStore(n.db)
	history := devices.NewHistory(n.db, devices.HistoryConfig{PositionDays: n.cfg.PositionDays, ReadingDays: n.cfg.ReadingDays})
	hub := live.NewHub(live.Config{Source: store, Bus: bus, DeviceRate: float64(n.cfg.DeviceRate), Log: n.log})
	if err := hub.Load(ctx); err != nil {
		return err
	}
	var warden *fence.Warden // before anything is recovered
	record, err := n.openRecorder(ctx, history, func(positions []live.Position) {
		hub.Update(positions)
		warden.Reported(positions)
	})
	if err != nil {
		return err
	}
	lobby := live.NewLobby(store, n.log)
	intake := &live.Intake{Hub: hub, Recorder: record, Lobby: lobby}
	news := &pushedNews{}
	dealt := incidents.NewStore(n.db, news)
	rules := fences.NewStore(n.db, n.catalogue, dealt, news)
	streams := apilive.New(apilive.Config{
		Intake:    intake,
		Catalogue: announced{n.catalogue}, Registrar: store, AccessOf: auth.AccessOf, Registry: n.registry, Log: n.log,
		Rules: apilive.Rules{Geofences: rules, Rules: rules, Events: rules}, Incidents: dealt,
		Readings: store, Outlooks: outlook.New(outlook.Config{Store: store}),
		History: apilive.History{Tracks: store, Audit: accounts.NewStore(n.db.Pool, n.log)},
	})
	news.handlers = streams
	warden = fence.NewWarden(fence.WardenConfig{
		Engine: fence.Config{Device: hub.Device}, Source: rules, Positions: store, Tell: streams.TellEvents, Took: streams.EventsTook, Log: n.log,
	})
	if err := warden.Load(ctx); err != nil {
		return err
	}
	intake.Listener = warden
	n.freshness.Tell = func(changes []spatial.Change) {
		warden.Edited(changes)
		streams.TilesChanged(changes)
	}
	n.server.Register = append(n.server.Register, streams.Register)
	n.server.Streams = append(n.server.Streams, apilive.StreamPath, apilive.SocketPath)
	others := n.server.Downloads
	n.server.Downloads = func(r *http.Request) bool { return streams.IsDownload(r) || others != nil && others(r) }
	n.server.StopStreams = append(n.server.StopStreams, streams.Close)
	n.parts = append(n.parts, hub.Run, record.Run, history.Run, streams.Run, lobby.Run, warden.Run)
	n.parts = append(n.parts, func(ctx context.Context) error { return dealt.Watch(ctx, streams.TellIncidents) })
	if days := n.cfg.PositionDays; days > 0 {
		n.parts = append(n.parts, func(ctx context.Context) error { return rules.KeepEvents(ctx, time.Duration(days)*24*time.Hour) })
	}
	if n.cfg.DatabaseURL == "" && n.cfg.Demo {
		n.parts = append(n.parts, demoFleet{hub: hub, rules: warden, devices: store, catalogue: n.catalogue, log: n.log}.traffic)
	}
	return errors.Join(n.addListeners(ctx, intake), n.addMQTT(ctx, intake))
}

// openRecorder opens the spool of this process below the data folder, where each
// database has a folder: what waits for one must not go to another. What a process that
// is gone has left goes to the database, and to the map, first.
func (n *node) openRecorder(ctx context.Context, history *devices.History, recovered func([]live.Position)) (*recorder.Recorder, error) {
	database, err := n.db.Secret(ctx, "name of the spool")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(n.cfg.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("spool: make the data folder: %w", err)
	}
	own, left, err := spool.OpenOne(spool.Config{
		Dir: filepath.Join(n.cfg.DataDir, "spool", hex.EncodeToString(database[:8])), MaxBytes: int64(n.cfg.SpoolSize), Log: n.log,
	})
	if err != nil {
		return nil, err
	}
	for _, s := range append(left, own) {
		n.closers = append(n.closers, s.Close)
	}
	record := recorder.New(recorder.Config{
		Spool: own, Left: left, Store: history, Log: n.log,
		Recovered: recovered,
	})
	spool.RegisterMetrics(n.registry, own)
	recorder.RegisterMetrics(n.registry, record, time.Now)
	return record, nil
}

// addMQTT opens the listener for devices, and subscribes to a broker, where the
// settings name them.
func (n *node) addMQTT(ctx context.Context, intake *live.Intake) error {
	metrics := mqtt.NewMetrics(n.registry)
	if n.cfg.MQTTURL != "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("mqtt: name of this node: %w", err)
		}
		c := mqtt.SubscriberConfig{
			URL: string(n.cfg.MQTTURL), ClientID: "gisd-" + host, Topics: n.cfg.MQTTTopics, Intake: intake, Metrics: metrics, Log: n.log,
		}
		n.parts = append(n.parts, func(ctx context.Context) error { return mqtt.Subscribe(ctx, c) })
	}
	if n.cfg.MQTTListen == "" {
		return nil
	}
	listener, err := mqtt.Listen(ctx, mqtt.ListenerConfig{
		Address: n.cfg.MQTTListen, Intake: intake, Access: n.server.Auth.Access, Metrics: metrics, Log: n.log,
	})
	if err != nil {
		return err
	}
	n.closers = append(n.closers, listener.Close)
	n.parts = append(n.parts, listener.Run)
	return nil
}

// addListeners opens the ports of device protocols that the settings name.
func (n *node) addListeners(ctx context.Context, intake *live.Intake) error {
	metrics := listen.NewMetrics(n.registry)
	var errs []error
	for _, c := range []listen.Config{
		{Protocol: "nmea", Address: n.cfg.NMEAListen, UDP: true, Converse: newNMEA},
		{Protocol: "teltonika", Address: n.cfg.TeltonikaListen, Converse: func(netip.Addr) live.Conversation { return &teltonika.Conversation{} }},
		{Protocol: "jt808", Address: n.cfg.JT808Listen, Converse: func(netip.Addr) live.Conversation { return &jt808.Conversation{} }},
	} {
		if c.Address == "" {
			continue
		}
		c.Intake, c.Metrics, c.Log = intake, metrics, n.log
		server, err := listen.Open(ctx, c)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		n.closers = append(n.closers, server.Close)
		n.parts = append(n.parts, server.Run)
	}
	return errors.Join(errs...)
}

// newNMEA names receivers that say no name of their own by their address.
func newNMEA(peer netip.Addr) live.Conversation {
	return nmea.NewConversation(live.Identity(nmea.Scheme, peer.StringExpanded()), &ais.Vessels{}, time.Now)
}
