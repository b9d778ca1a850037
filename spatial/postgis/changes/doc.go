// Package changes is the queue of what statements changed, which triggers write
// (migration 0007): boxes of where features were and are, x first in the storage
// SRID of their version.
package changes
