// Package accounts keeps people, their sessions and API keys, and the audit
// trail. No coordinates are handled here.
package accounts
