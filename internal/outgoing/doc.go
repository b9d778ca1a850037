// Package outgoing makes every request that gisd sends into the world: URL imports,
// webhooks, and tiles of other servers. No coordinates pass through it.
//
// A server that fetches what people name must not become their way into the
// network it stands in (CWE-918): only http and https are spoken, each address
// is checked at the moment it is dialled, after name resolution and for every
// redirect anew, and answers are bounded in size and time.
package outgoing
