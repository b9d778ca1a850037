package main

import (
	"context"
	"fmt"
	"time"

	"gisd/bench/load"
)

// viewerFigures are those of a number of viewers.
type viewerFigures struct {
	n       int
	compact bool
	device  float64 // bytes of a compact frame for a device that moved
	idleKiB float64 // of one viewer
	frames  float64
	bytes   float64
	latency load.Latency // from the fix to the frame
	cpu     usage
	alone   float64 // processor time a second of the server without viewers
	base    float64 // KiB that it had before there were any
}

// perFrame is the server's processor time for a frame, µs: what it does for the
// fleet without viewers is not in it.
func (v viewerFigures) perFrame() float64 {
	return (v.cpu.server - v.alone*v.cpu.seconds) / v.frames * 1e6
}

// viewport of a viewer: some 9 km each way, with 40 to 50 devices.
func viewport(i int) string {
	const side = 0.08
	west := load.FleetWest + float64(i%64)/64*(load.FleetSize-side)
	south := load.FleetSouth + float64(i/64%64)/64*(load.FleetSize-side)
	return fmt.Sprintf("/live/stream?zoom=13&bbox=%.4f,%.4f,%.4f,%.4f", west, south, west+side, south+side)
}

// view has viewers watch a fleet.
func (b *liveBench) view(ctx context.Context, f *liveFigures) error {
	var alone usage
	var err error
	if alone, err = b.measured(func() error { return b.drive(ctx, b.part(10*time.Second)) }); err != nil {
		return err
	}
	base, err := residentKiB(b.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	for _, part := range []viewerFigures{{n: fewerViewers}, {n: liveViewers}, {n: fewerViewers, compact: true}, {n: liveViewers, compact: true}} {
		part.base = base
		v, err := b.watch(ctx, part)
		if err != nil {
			return fmt.Errorf("%d: %w", part.n, err)
		}
		v.alone = alone.server / alone.seconds
		f.viewers = append(f.viewers, v)
	}
	return nil
}

// drive moves the fleet, a tenth of it at a time.
func (b *liveBench) drive(ctx context.Context, d time.Duration) error {
	_, err := load.Batches{Address: b.server.address, Key: b.key, Fleet: b.fleet, PerSecond: fleetPerSecond, Lines: 20, Senders: 2, Duration: d}.Run(ctx)
	return err
}

func (b *liveBench) watch(ctx context.Context, v viewerFigures) (viewerFigures, error) {
	pid := b.server.cmd.Process.Pid
	viewers, err := load.Viewers{Address: b.server.address, N: v.n, Sampled: liveSampled, Path: viewport, Compact: v.compact}.Watch(ctx)
	if err != nil {
		return v, err
	}
	defer viewers.Close()
	time.Sleep(5 * time.Second)
	after, err := residentKiB(pid)
	if err != nil {
		return v, err
	}
	v.idleKiB = (after - v.base) / float64(v.n)
	if err := b.drive(ctx, 2*time.Second); err != nil {
		return v, err
	}
	frames, err := readMetrics(b.server.address)
	if err != nil {
		return v, err
	}
	viewers.Measure(true)
	v.cpu, err = b.measured(func() error { return b.drive(ctx, b.part(15*time.Second)) })
	if err != nil {
		return v, err
	}
	v.bytes, v.latency = float64(viewers.Bytes()), viewers.Positions()
	v.device = viewers.PerDevice()
	m, err := readMetrics(b.server.address)
	if err != nil {
		return v, err
	}
	v.frames = m["gisd_live_frames_total"] - frames["gisd_live_frames_total"]
	return v, viewers.Err()
}
