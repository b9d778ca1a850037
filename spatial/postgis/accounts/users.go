package accounts

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// Store keeps people, their sessions, API keys and the audit
// trail. Safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	log  *slog.Logger
}

// NewStore returns the store on a pool that the caller closes.
func NewStore(pool *pgxpool.Pool, log *slog.Logger) *Store {
	return &Store{pool: pool, log: log}
}

// AddUser adds a person and returns the id; CodeConflict when the name is
// taken, CodeInvalid when it is none.
func (a *Store) AddUser(ctx context.Context, u spatial.User) (int64, error) {
	const op = "postgis: add user"
	var id int64
	err := a.pool.QueryRow(ctx, queryUserInsert, u.Name, u.FullName, u.PasswordHash, roleTexts(u.Roles), u.Department).Scan(&id)
	switch postgis.SQLState(err) {
	case postgis.StateUniqueViolation:
		return 0, &spatial.Error{Code: spatial.CodeConflict, Op: op, Err: err, Message: "There is a user of that name already."}
	case "23514":
		e := spatial.Invalid(op, "That name cannot be used.", spatial.FieldError{
			Name: "name", Reason: "wants 1 to 63 small letters, digits or . _ @ -, starting with a letter or a digit",
		})
		e.Err = err
		return 0, e
	}
	return id, postgis.Wrap(ctx, op, err)
}

// AddFirstUser adds an administrator when there is nobody yet, and reports
// whether it did.
func (a *Store) AddFirstUser(ctx context.Context, name, passwordHash string) (bool, error) {
	tag, err := a.pool.Exec(ctx, queryUserInsertFirst, name, passwordHash)
	return tag.RowsAffected() == 1, postgis.Wrap(ctx, "postgis: add first user", err)
}

// User returns a person by name.
func (a *Store) User(ctx context.Context, name string) (*spatial.User, error) {
	return oneUser(ctx, "postgis: read user", a.pool.QueryRow(ctx, queryUserByName, name))
}

// Users lists every person by name.
func (a *Store) Users(ctx context.Context) ([]spatial.User, error) {
	const op = "postgis: list users"
	rows, err := a.pool.Query(ctx, queryUserList)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	users, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (spatial.User, error) { return scanUser(row) })
	return users, postgis.Wrap(ctx, op, err)
}

// SetRoles changes what a person may do and for which department. Sessions that
// are open follow within seconds.
func (a *Store) SetRoles(ctx context.Context, name string, roles []spatial.Role, department string) error {
	return a.execOne(ctx, "postgis: set roles", "There is no user of that name.", queryUserSetRoles, name, roleTexts(roles), department)
}

// SetPassword changes a password, lifts a lock and ends the person's sessions.
func (a *Store) SetPassword(ctx context.Context, name, hash string) error {
	var id int64
	err := a.pool.QueryRow(ctx, queryUserSetPassword, name, hash).Scan(&id)
	return postgis.WrapAbsent(ctx, "postgis: set password", "There is no user of that name.", err)
}

// execOne runs a statement that must change a row.
func (a *Store) execOne(ctx context.Context, op, absent, sql string, args ...any) error {
	tag, err := a.pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound(op, absent)
	}
	return postgis.Wrap(ctx, op, err)
}

func oneUser(ctx context.Context, op string, row pgx.Row) (*spatial.User, error) {
	u, err := scanUser(row)
	if err != nil {
		return nil, postgis.WrapAbsent(ctx, op, "There is no user of that name.", err)
	}
	return &u, nil
}

func scanUser(row pgx.Row, before ...any) (spatial.User, error) {
	var u spatial.User
	var roles []string
	var locked *time.Time
	err := row.Scan(append(before, &u.ID, &u.Name, &u.FullName, &u.PasswordHash, &roles, &u.Department,
		&u.Disabled, &u.FailedLogins, &locked, &u.CreatedAt)...)
	u.Roles = rolesOf(roles)
	u.LockedUntil = postgis.TimeOf(locked)
	return u, err
}

// roleTexts never returns nil, which the database would take for null.
func roleTexts(roles []spatial.Role) []string {
	texts := make([]string, 0, len(roles))
	for _, r := range roles {
		texts = append(texts, string(r))
	}
	return slices.Compact(texts)
}

func rolesOf(texts []string) []spatial.Role {
	roles := make([]spatial.Role, 0, len(texts))
	for _, t := range texts {
		roles = append(roles, spatial.Role(t))
	}
	return roles
}

// nullTime writes the zero time as null.
func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
