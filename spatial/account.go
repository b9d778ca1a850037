package spatial

import "time"

// User is a person with an account.
type User struct {
	ID           int64
	Name         string // [a-z0-9][a-z0-9._@-]{0,62}
	FullName     string
	PasswordHash string // argon2id in PHC string format; never leaves the server
	Roles        []Role
	Department   string
	Disabled     bool
	FailedLogins int       // since the last success
	LockedUntil  time.Time // zero when not locked
	CreatedAt    time.Time
}

// Session is a signed-in browser. The token itself is known to the browser
// alone; TokenSHA256 is what is kept.
type Session struct {
	TokenSHA256   [32]byte
	UserID        int64
	CSRFToken     string
	ExpiresAt     time.Time
	LastSeenAt    time.Time
	RemoteAddress string
}

// APIKey is a program's credential. The key itself is shown once, when it is
// made; SHA256 is what is kept.
type APIKey struct {
	ID         int64
	Prefix     string // first characters, to recognise it by
	SHA256     [32]byte
	Name       string
	Roles      []Role
	Department string
	DeviceID   string // the only device it may report for; "" is no device's key
	CreatedBy  string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero is never
	LastUsedAt time.Time // zero is never
	RevokedAt  time.Time // zero is not revoked
}

// AuditEntry is one change that somebody answers for.
type AuditEntry struct {
	Actor         string // Access.Subject
	Action        string // "user.add", "key.revoke", "login"
	Object        string // "user:an", "key:gisd_3f9a"
	Detail        map[string]any
	RequestID     string
	RemoteAddress string
}
