// Package listen serves device protocols over TCP and UDP: it bounds connections,
// messages and silence, lets each connection speak with a live.Conversation, and
// hands its fixes to the intake. No coordinates are handled here.
package listen
