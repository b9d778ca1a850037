package postgis

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gisd/spatial"
)

// SQLSTATEs that stores ask for by name.
const (
	StateUndefinedTable         = "42P01"
	StateInvalidTableDefinition = "42P16"
	StateLockNotAvailable       = "55P03"
	StateQueryCanceled          = "57014"
	StateDependentObjects       = "2BP01"
	StateInsufficientPrivilege  = "42501"
	StateUniqueViolation        = "23505"
	StateNoDataFound            = "P0002"
	StateNotInState             = "55000" // a version that is not current takes no edits
)

// Wrap turns a database error into a *spatial.Error with a message that is safe
// to show; an error that holds one already is returned with its op in front.
// op reads like "postgis: read collection". Nil stays nil.
func Wrap(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return &spatial.Error{Code: e.Code, Message: e.Message, Fields: e.Fields, Current: e.Current, Op: op, Err: err}
	}
	code, message := classify(ctx, err)
	return &spatial.Error{Code: code, Message: message, Op: op, Err: err}
}

// classify asks the context first: a query that was cancelled because the
// caller went away looks like any other cancelled query.
func classify(ctx context.Context, err error) (spatial.Code, string) {
	if ctxErr := ctx.Err(); ctxErr != nil {
		if errors.Is(ctxErr, context.DeadlineExceeded) {
			return spatial.CodeTimeout, "the database did not answer in time"
		}
		return spatial.CodeCanceled, "the request was given up"
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return spatial.CodeNotFound, "There is no such thing."
	}
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		if pgErr.Code == "XX000" && strings.Contains(pgErr.Message, "TopologyException") { // of GEOS, about a geometry that was sent
			return spatial.CodeInvalid, "a geometry is not valid: its lines cross or touch each other"
		}
		return CodeOfSQLState(pgErr.Code), messageOfSQLState(pgErr.Code)
	}
	_, netErr := errors.AsType[net.Error](err)
	_, connectErr := errors.AsType[*pgconn.ConnectError](err)
	if netErr || connectErr || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") ||
		strings.Contains(err.Error(), "closed pool") || strings.Contains(err.Error(), "unexpected EOF") {
		return spatial.CodeUnavailable, "the database cannot be reached"
	}
	return spatial.CodeInternal, "something went wrong in the database"
}

// sqlStates maps exact codes before their classes.
var sqlStates = map[string]spatial.Code{
	StateQueryCanceled:    spatial.CodeTimeout, // statement_timeout: cancelled callers never get here
	StateLockNotAvailable: spatial.CodeUnavailable,
	StateUniqueViolation:  spatial.CodeConflict,
	"23P01":               spatial.CodeConflict,    // exclusion_violation
	"25006":               spatial.CodeUnavailable, // read_only_sql_transaction: a replica
	"40001":               spatial.CodeUnavailable, // serialization_failure
	"40P01":               spatial.CodeUnavailable, // deadlock_detected
	"54000":               spatial.CodeTooLarge,    // program_limit_exceeded
	"57P01":               spatial.CodeUnavailable, // admin_shutdown
	"57P02":               spatial.CodeUnavailable, // crash_shutdown
	"57P03":               spatial.CodeUnavailable, // cannot_connect_now
	"57P05":               spatial.CodeUnavailable, // idle_session_timeout
}

var sqlStateClasses = map[string]spatial.Code{
	"08": spatial.CodeUnavailable, // connection exception
	"22": spatial.CodeInvalid,     // data exception
	"23": spatial.CodeInvalid,     // integrity constraint violation
	"28": spatial.CodeUnavailable, // invalid authorization: the server's own password
	"53": spatial.CodeUnavailable, // insufficient resources
	"58": spatial.CodeUnavailable, // system error
}

// CodeOfSQLState maps a SQLSTATE to the code of an error.
func CodeOfSQLState(state string) spatial.Code {
	if code, ok := sqlStates[state]; ok {
		return code
	}
	if len(state) == 5 {
		if code, ok := sqlStateClasses[state[:2]]; ok {
			return code
		}
	}
	return spatial.CodeInternal
}

func messageOfSQLState(state string) string {
	if state == "53100" { // disk_full
		return "the database has no space left on its disk"
	}
	switch CodeOfSQLState(state) {
	case spatial.CodeInvalid:
		return "a value is not allowed"
	case spatial.CodeConflict:
		return "it exists already"
	case spatial.CodeTimeout:
		return "the database did not answer in time"
	case spatial.CodeTooLarge:
		return "the request is too large for the database"
	case spatial.CodeUnavailable:
		return "the database is not available at the moment"
	}
	return "something went wrong in the database"
}

// SQLState is the SQLSTATE of err, "" without one.
func SQLState(err error) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pgErr.Code
	}
	return ""
}

// WrapAbsent is Wrap with a sentence of its own for the row that is not there.
func WrapAbsent(ctx context.Context, op, absent string, err error) error {
	err = Wrap(ctx, op, err)
	if spatial.CodeOf(err) == spatial.CodeNotFound {
		return &spatial.Error{Code: spatial.CodeNotFound, Op: op, Message: absent, Err: err}
	}
	return err
}
