// Package spool keeps records on the local disk until another place has them: an
// append-only log in segments, of which an append returns once its records are
// durable. Many appends share one fsync. What was read is let go in whole segments.
//
// A record is in the log at least once. After a crash everything is there whose
// append had returned; of what had not, nothing, some or all may be, and what had
// been read but not let go comes again. No coordinates are handled here.
package spool
