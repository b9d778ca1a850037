// Package auth turns a request into spatial.Access: who asks, with which roles,
// by session cookie, by API key in a header, or by API key in the address. No
// coordinates are handled here.
//
// Bad credentials are CodeUnauthenticated on every path, on public data too: a
// caller who believes to be signed in must not be shown less without a word.
package auth
