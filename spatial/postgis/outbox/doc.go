// Package outbox keeps messages until they are delivered, and the webhooks that
// push the changes of collections (migration 0014). No coordinates are handled
// here.
package outbox
