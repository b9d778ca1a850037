// Package incident knows what people have to deal with: how an incident goes from
// one state to the next, which reports are of one incident, and what the timeline
// says. There is no I/O here, and the clock is handed in.
//
// Places are SRID 4326, lon, lat degrees.
//
// An incident goes from open to acknowledged, in progress, resolved and closed. What
// was acknowledged may need nothing and is resolved; what was resolved may be taken up
// again; what is closed stays so. As long as an incident is active (open, acknowledged,
// in progress) there is none beside it with its key: what is reported again is folded
// into it.
package incident
