package auth_test

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"gisd/spatial"
)

// memory is a store of accounts for tests of what stands on top of it.
type memory struct {
	mu       sync.Mutex
	users    map[string]*spatial.User
	sessions map[[32]byte]spatial.Session
	keys     map[[32]byte]spatial.APIKey
	audit    []spatial.AuditEntry
	lookups  int
	now      func() time.Time
}

func newMemory(now func() time.Time) *memory {
	return &memory{
		users: map[string]*spatial.User{}, sessions: map[[32]byte]spatial.Session{},
		keys: map[[32]byte]spatial.APIKey{}, now: now,
	}
}

func (m *memory) addKey(secret string, k spatial.APIKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys[sha256.Sum256([]byte(secret))] = k
}

func (m *memory) AttemptLogin(_ context.Context, name string, attempts int, first, longest time.Duration) (*spatial.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[name]
	if !ok || u.Disabled || m.now().Before(u.LockedUntil) {
		return nil, spatial.NotFound("memory", "no such user")
	}
	u.FailedLogins++
	if over := u.FailedLogins - attempts; over >= 0 {
		u.LockedUntil = m.now().Add(min(first<<over, longest))
	}
	copied := *u
	return &copied, nil
}

func (m *memory) LoginSucceeded(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.users {
		if u.ID == id {
			u.FailedLogins, u.LockedUntil = 0, time.Time{}
		}
	}
	return nil
}

func (m *memory) CreateSession(_ context.Context, s spatial.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.TokenSHA256] = s
	return nil
}

func (m *memory) Session(_ context.Context, sum [32]byte) (*spatial.Session, *spatial.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	s, ok := m.sessions[sum]
	if !ok {
		return nil, nil, spatial.NotFound("memory", "no such session")
	}
	for _, u := range m.users {
		if u.ID == s.UserID && !u.Disabled {
			copied := *u
			return &s, &copied, nil
		}
	}
	return nil, nil, spatial.NotFound("memory", "no such session")
}

func (m *memory) TouchSession(_ context.Context, sum [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.sessions[sum]
	s.LastSeenAt = m.now()
	m.sessions[sum] = s
	return nil
}

func (m *memory) DeleteSession(_ context.Context, sum [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, sum)
	return nil
}

func (m *memory) Key(_ context.Context, sum [32]byte) (*spatial.APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	k, ok := m.keys[sum]
	if !ok || !k.RevokedAt.IsZero() {
		return nil, spatial.NotFound("memory", "no such key")
	}
	return &k, nil
}

func (m *memory) TouchKey(context.Context, int64) error { return nil }

func (m *memory) Record(_ context.Context, e spatial.AuditEntry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.audit = append(m.audit, e)
	return nil
}
