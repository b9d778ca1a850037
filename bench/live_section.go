package main

import (
	"fmt"
	"strings"
	"time"
)

// liveSection writes what the parts came to.
func liveSection(o options, f liveFigures) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## Live devices\n\n%d devices, a rule on %d fences of 32 corners, history in PostgreSQL. Server, database, devices and viewers share the machine: `go run ./bench -suite live`.\n\n",
		liveDevices, liveFences)
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	row := func(what, figure, target string) { fmt.Fprintf(&s, "| %s | %s | %s |\n", what, figure, target) }
	cpu := func(u usage, per string, n float64) {
		row("processor time of server, database, generator, cores", fmt.Sprintf("%.2f, %.2f, %.2f", u.server/u.seconds, u.database/u.seconds, u.generator/u.seconds), "")
		row("processor time of server, database, generator, µs a "+per, fmt.Sprintf("%.1f, %.1f, %.1f", u.server/n*1e6, u.database/n*1e6, u.generator/n*1e6), "")
	}
	p := f.published
	fmt.Fprintf(&s, "### Over MQTT\n\nFor %v each device publishes over a connection of its own with QoS 1, %d messages in flight at most.\n\n| what | figure | target |\n|---|---|---|\n", o.live, liveWindow)
	row("fixes acknowledged a second, of "+fmt.Sprint(livePerSecond)+" sent", fmt.Sprintf("%.0f", float64(p.Acknowledged)/p.Seconds), "≥ 15,000")
	row("from sending to the acknowledgement, median and p99, ms", ms(p.Waited.P50)+", "+ms(p.Waited.P99), "")
	row("sent, not acknowledged; sent late for want of room in flight", fmt.Sprintf("%d; %d", p.Sent-p.Acknowledged, p.Late), "0")
	row("age of the oldest fix without the database at the end; all of them there after, s", fmt.Sprintf("%.1f; %.1f", f.backlog, f.drained.Seconds()), "")
	n, within, p99 := eventShares(f.eventsIn)
	row(fmt.Sprintf("provisional events, %.0f: p99 from receipt, ms", n), "≤ "+fmt.Sprintf("%.1f", p99*1000), "≤ 10")
	row("of these within 10 ms", fmt.Sprintf("%.2f %%", within*100), "≥ 99 %")
	row("from the fix at the device to an operator's stream, median and p99, ms", ms(f.events.P50)+", "+ms(f.events.P99), "")
	cpu(f.publishCPU, "fix", float64(p.Sent))

	fmt.Fprintf(&s, "\n### In batches\n\n%d lines of JSON a batch, %d under way at most, %d fixes a second sent.\n\n| what | figure | target |\n|---|---|---|\n", liveBatch, liveSenders, liveBatched)
	row("fixes acknowledged a second", fmt.Sprintf("%.0f", float64(f.batches.Positions)/f.batches.Seconds), "≥ 40,000")
	row("in the database a second, to the last one", fmt.Sprintf("%.0f", f.batchStored), "≥ 40,000")
	row("from a batch's turn to its answer, median and p99, ms", ms(f.batches.Waited.P50)+", "+ms(f.batches.Waited.P99), "")
	cpu(f.batchCPU, "fix", float64(f.batches.Positions))

	fmt.Fprintf(&s, "\n### Viewers\n\nEach looks at some 9 km each way with 40 to 50 of the devices, which move once a second, and gets a frame at each tick of %v: in JSON over server-sent events, or a compact one over a WebSocket.\n\n", liveTick)
	fmt.Fprintf(&s, "| viewers | frames | frames a second | from the fix to the frame, median and p99, ms | target | processor time of the server, µs a frame | target | server, database, generator, cores | bytes a frame | bytes a device that moved | target | memory of an idle viewer, kB | target |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, v := range f.viewers {
		form, latency, device := "JSON", fmt.Sprintf("%s, %s | p99 ≤ %s", ms(v.latency.P50), ms(v.latency.P99), ms(liveTick+50*time.Millisecond)), " | "
		if v.compact {
			form, latency, device = "compact", " | ", fmt.Sprintf("%.1f | ≤ 16", v.device)
		}
		fmt.Fprintf(&s, "| %d | %s | %.0f | %s | %.1f | ≤ 30 | %.2f, %.2f, %.2f | %.0f | %s | %.1f | ≤ 30 |\n", v.n, form, v.frames/v.cpu.seconds, latency,
			v.perFrame(), v.cpu.server/v.cpu.seconds, v.cpu.database/v.cpu.seconds, v.cpu.generator/v.cpu.seconds, v.bytes/v.frames, device, v.idleKiB*1.024)
	}
	fmt.Fprintf(&s, "\nLargest memory of the server: %.0f MiB.\n", f.peakMiB)
	return s.String()
}

// eventShares reads a histogram: how many there are, the share within 10 ms, and the
// least limit that 99 % keep.
func eventShares(counts map[float64]float64) (n, within, p99 float64) {
	limits := sortedKeys(counts)
	if len(limits) == 0 {
		return 0, 0, 0
	}
	n = counts[limits[len(limits)-1]]
	if n == 0 {
		return 0, 0, 0
	}
	for _, limit := range limits {
		if limit <= 0.01 {
			within = counts[limit] / n
		}
		if p99 == 0 && counts[limit] >= 0.99*n {
			p99 = limit
		}
	}
	return n, within, p99
}
