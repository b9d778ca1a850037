package auth

import (
	"context"
	"crypto/sha256"

	"gisd/spatial"
)

// wrongLogin is one sentence for every reason, so that nobody learns which
// names exist.
const wrongLogin = "The name or the password is wrong, or the account is locked for a while after too many attempts."

// Attempt is one try to sign in.
type Attempt struct {
	Name          string
	Password      string
	RemoteAddress string
	RequestID     string
}

// Login checks the password and opens a session. The token is for the browser's
// cookie. Unknown users cost as much time as known ones. CodeUnauthenticated
// when it fails for whatever reason, CodeTooManyRequests when one address tries
// too often.
func (s *Service) Login(ctx context.Context, a Attempt) (secret string, session spatial.Session, err error) {
	if !s.logins.Allow(a.RemoteAddress, s.Now()) {
		return "", session, &spatial.Error{Code: spatial.CodeTooManyRequests, Op: "auth: login",
			Message: "Too many attempts to sign in from this address. Wait a minute."}
	}
	user, err := s.Users.AttemptLogin(ctx, a.Name, s.LockOut.Attempts, s.LockOut.First, s.LockOut.Longest)
	known := err == nil
	if err != nil && spatial.CodeOf(err) != spatial.CodeNotFound {
		return "", session, err
	}
	hash := absentHash
	if known {
		hash = user.PasswordHash
	}
	matches, err := s.verify(ctx, hash, a.Password)
	if err != nil {
		return "", session, err
	}
	if !known || !matches {
		if known {
			s.record(ctx, a, "login.failed")
		}
		return "", session, unauthenticated("auth: login", wrongLogin, nil)
	}
	if err := s.Users.LoginSucceeded(ctx, user.ID); err != nil {
		return "", session, err
	}
	secret, session, err = s.open(ctx, user, a.RemoteAddress)
	if err == nil {
		s.record(ctx, a, "login")
	}
	return secret, session, err
}

// verify hashes under the bound on hashes at once.
func (s *Service) verify(ctx context.Context, hash, password string) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return VerifyPassword(hash, password)
}

func (s *Service) open(ctx context.Context, user *spatial.User, address string) (string, spatial.Session, error) {
	secret, err := token()
	if err != nil {
		return "", spatial.Session{}, err
	}
	csrf, err := token()
	if err != nil {
		return "", spatial.Session{}, err
	}
	now := s.Now().UTC()
	session := spatial.Session{
		TokenSHA256: sha256.Sum256([]byte(secret)), UserID: user.ID, CSRFToken: csrf,
		ExpiresAt: now.Add(s.Config.Session), LastSeenAt: now, RemoteAddress: address,
	}
	return secret, session, s.Sessions.CreateSession(ctx, session)
}

// Logout ends the session of that token; one that is unknown has ended already.
func (s *Service) Logout(ctx context.Context, secret string) error {
	sum := sha256.Sum256([]byte(secret))
	s.cache.forget(sum)
	err := s.Sessions.DeleteSession(ctx, sum)
	if spatial.CodeOf(err) == spatial.CodeNotFound {
		return nil
	}
	return err
}

func (s *Service) record(ctx context.Context, a Attempt, action string) {
	err := s.Audit.Record(ctx, spatial.AuditEntry{
		Actor: "user:" + a.Name, Action: action, Object: "user:" + a.Name,
		RequestID: a.RequestID, RemoteAddress: a.RemoteAddress,
	})
	if err != nil {
		s.Log.WarnContext(ctx, "audit entry not written", "action", action, "error", err)
	}
}
