// Package outbox hands messages to other programs and people, and does not lose
// one: each waits in a store until the other side has taken it, is tried again
// after growing pauses, and lies among the dead letters after the last try, to be
// seen and sent again. Messages of one lane go in their order; each goes at least
// once, under an id by which a receiver knows repeats. No coordinates are handled
// here: payloads are bytes.
package outbox
