package auth

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"time"

	"gisd/spatial"
)

// Users is the store of people. Names are compared as they are.
type Users interface {
	// AttemptLogin counts an attempt and returns the user, or CodeNotFound when
	// there is no such user or the account is disabled or locked. Counting comes
	// first, so that attempts side by side cannot outrun the lock: from the given
	// number on, for first and then twice as long each time, at most longest.
	AttemptLogin(ctx context.Context, name string, attempts int, first, longest time.Duration) (*spatial.User, error)
	// LoginSucceeded forgets the attempts.
	LoginSucceeded(ctx context.Context, id int64) error
}

// Sessions is the store of signed-in browsers.
type Sessions interface {
	CreateSession(ctx context.Context, s spatial.Session) error
	// Session returns a session with its user; CodeNotFound when there is none,
	// or its user is disabled.
	Session(ctx context.Context, sum [32]byte) (*spatial.Session, *spatial.User, error)
	TouchSession(ctx context.Context, sum [32]byte) error
	DeleteSession(ctx context.Context, sum [32]byte) error
}

// Keys is the store of API keys.
type Keys interface {
	// Key returns a key that is neither revoked nor expired, else CodeNotFound.
	Key(ctx context.Context, sum [32]byte) (*spatial.APIKey, error)
	TouchKey(ctx context.Context, id int64) error
}

// Audit records who did what.
type Audit interface {
	Record(ctx context.Context, e spatial.AuditEntry) error
}

// LockOut says when an account locks: from Attempts failures on, first for
// First, then for twice as long after each further failure, at most Longest.
type LockOut struct {
	Attempts int
	First    time.Duration
	Longest  time.Duration
}

// Config of the service; every store is required, zero values elsewhere mean
// the defaults.
type Config struct {
	Users    Users
	Sessions Sessions
	Keys     Keys
	Audit    Audit
	Log      *slog.Logger
	LockOut  LockOut          // 5 failures, 30 s, 1 h
	CacheFor time.Duration    // how long a looked-up credential is believed; 2 s
	Session  time.Duration    // the longest session; 7 days
	Idle     time.Duration    // the longest pause within one; 12 h
	Now      func() time.Time // time.Now
}

// Service knows credentials. Safe for concurrent use.
type Service struct {
	Config
	cache   *cache
	logins  *Limiter      // attempts to sign in, by address
	hashing chan struct{} // bounds argon2's memory
}

// Enough for a person who mistypes, little for a program that guesses.
const (
	loginsPerSecond = 0.5
	loginsBurst     = 10
	hashesAtOnce    = 2
	maxCached       = 8192
	touchEvery      = time.Minute
)

// New returns a service with the defaults filled in.
func New(cfg Config) *Service {
	if cfg.LockOut == (LockOut{}) {
		cfg.LockOut = LockOut{Attempts: 5, First: 30 * time.Second, Longest: time.Hour}
	}
	if cfg.CacheFor == 0 {
		cfg.CacheFor = 2 * time.Second
	}
	if cfg.Session == 0 {
		cfg.Session = 7 * 24 * time.Hour
	}
	if cfg.Idle == 0 {
		cfg.Idle = 12 * time.Hour
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		Config:  cfg,
		cache:   newCache(cfg.CacheFor, maxCached),
		logins:  NewLimiter(loginsPerSecond, loginsBurst),
		hashing: make(chan struct{}, hashesAtOnce),
	}
}

// Forget drops what is remembered of credentials: a key or session that was
// revoked by this process stops at once. Other processes notice within
// CacheFor.
func (s *Service) Forget() { s.cache.clear() }

func unauthenticated(op, message string, err error) error {
	return &spatial.Error{Code: spatial.CodeUnauthenticated, Op: op, Message: message, Err: err}
}

// key looks an API key up. A key that travelled in an address changes nothing.
func (s *Service) key(ctx context.Context, secret string, inURL bool) (identity, error) {
	sum := sha256.Sum256([]byte(secret))
	now := s.Now()
	id, ok := s.cache.get(sum, now)
	if !ok {
		k, err := s.Keys.Key(ctx, sum)
		if err != nil {
			if spatial.CodeOf(err) == spatial.CodeNotFound {
				return identity{}, unauthenticated("auth: key", "This API key is unknown, expired or revoked.", err)
			}
			return identity{}, err
		}
		id = identity{
			access: spatial.Access{
				Subject: "key:" + k.Prefix, Roles: k.Roles, Department: k.Department, Device: k.DeviceID,
			},
			name:    k.Name,
			expires: k.ExpiresAt,
		}
		if now.Sub(k.LastUsedAt) > touchEvery {
			s.touched(ctx, s.Keys.TouchKey(ctx, k.ID))
		}
		s.cache.put(sum, id, now)
	}
	id.access.ReadOnly = inURL
	return id, nil
}

// Access is who holds a key, for protocols that are not HTTP: CodeUnauthenticated for
// one that is unknown, expired or revoked. The answer is at most CacheFor old.
func (s *Service) Access(ctx context.Context, key string) (spatial.Access, error) {
	id, err := s.key(ctx, key, false)
	return id.access, err
}

// session looks a cookie's token up.
func (s *Service) session(ctx context.Context, secret string) (identity, error) {
	sum := sha256.Sum256([]byte(secret))
	now := s.Now()
	if id, ok := s.cache.get(sum, now); ok {
		return id, nil
	}
	found, user, err := s.Sessions.Session(ctx, sum)
	if err == nil && (now.After(found.ExpiresAt) || now.Sub(found.LastSeenAt) > s.Idle) {
		err = spatial.NotFound("auth: session", "The session has ended.")
	}
	if err != nil {
		if spatial.CodeOf(err) == spatial.CodeNotFound {
			return identity{}, unauthenticated("auth: session", "The session has ended. Sign in again.", err)
		}
		return identity{}, err
	}
	if now.Sub(found.LastSeenAt) > touchEvery {
		s.touched(ctx, s.Sessions.TouchSession(ctx, sum))
	}
	id := identity{access: AccessOfUser(user), csrf: found.CSRFToken, name: user.FullName, expires: found.ExpiresAt}
	s.cache.put(sum, id, now)
	return id, nil
}

// AccessOfUser is what a person may do.
func AccessOfUser(u *spatial.User) spatial.Access {
	return spatial.Access{Subject: "user:" + u.Name, UserID: u.ID, Roles: u.Roles, Department: u.Department}
}

// touched notes that a last-used time was not written, which harms nobody.
func (s *Service) touched(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		s.Log.DebugContext(ctx, "last use not recorded", "error", err)
	}
}
