package accounts

import (
	"context"
	"time"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// AttemptLogin counts an attempt to sign in and returns the user; CodeNotFound
// when there is none of that name, or the account is disabled or locked. The
// account locks from the given number of attempts on, for first and then twice
// as long after each further one, at most longest.
func (a *Store) AttemptLogin(ctx context.Context, name string, attempts int, first, longest time.Duration) (*spatial.User, error) {
	return oneUser(ctx, "postgis: attempt login",
		a.pool.QueryRow(ctx, queryLoginAttempt, name, attempts, first.Seconds(), longest.Seconds()))
}

// LoginSucceeded forgets the attempts.
func (a *Store) LoginSucceeded(ctx context.Context, id int64) error {
	_, err := a.pool.Exec(ctx, queryLoginSucceeded, id)
	return postgis.Wrap(ctx, "postgis: login succeeded", err)
}

// CreateSession keeps a new session.
func (a *Store) CreateSession(ctx context.Context, s spatial.Session) error {
	_, err := a.pool.Exec(ctx, querySessionInsert, s.TokenSHA256[:], s.UserID, s.CSRFToken, s.ExpiresAt, s.RemoteAddress)
	return postgis.Wrap(ctx, "postgis: create session", err)
}

// Session returns a living session with its user.
func (a *Store) Session(ctx context.Context, sum [32]byte) (*spatial.Session, *spatial.User, error) {
	s := spatial.Session{TokenSHA256: sum}
	u, err := scanUser(a.pool.QueryRow(ctx, querySessionByToken, sum[:]), &s.CSRFToken, &s.ExpiresAt, &s.LastSeenAt, &s.RemoteAddress)
	if err != nil {
		return nil, nil, postgis.WrapAbsent(ctx, "postgis: read session", "The session has ended.", err)
	}
	s.UserID = u.ID
	return &s, &u, nil
}

// TouchSession notes that a session is in use.
func (a *Store) TouchSession(ctx context.Context, sum [32]byte) error {
	return a.execOne(ctx, "postgis: touch session", "The session has ended.", querySessionTouch, sum[:])
}

// DeleteSession ends a session.
func (a *Store) DeleteSession(ctx context.Context, sum [32]byte) error {
	return a.execOne(ctx, "postgis: delete session", "The session has ended.", querySessionDelete, sum[:])
}
