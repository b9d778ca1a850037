package spatial

import (
	"errors"
	"strings"
)

// Code classifies an Error; api/problem holds the only table from Code to
// HTTP status.
type Code string

// The codes, in the order of their HTTP status.
const (
	CodeInvalid         Code = "invalid"           // a parameter, geometry or document is wrong
	CodeUnauthenticated Code = "unauthenticated"   // no or bad credentials
	CodeForbidden       Code = "forbidden"         // known caller, not allowed
	CodeNotFound        Code = "not_found"         // absent, or hidden from this caller
	CodeNotAcceptable   Code = "not_acceptable"    // no such representation
	CodeGone            Code = "gone"              // was here, and will not be again
	CodeConflict        Code = "conflict"          // a key exists already, or work is in progress
	CodeStale           Code = "stale"             // If-Match failed
	CodeUnconditional   Code = "unconditional"     // a change has to name the state it builds on
	CodeTooLarge        Code = "too_large"         // over a stated limit
	CodeUnsupported     Code = "unsupported"       // a media type or file format that is not read
	CodeTooManyRequests Code = "too_many_requests" // rate limit
	CodeCanceled        Code = "canceled"          // the caller went away
	CodeInternal        Code = "internal"          // everything else
	CodeUnavailable     Code = "unavailable"       // a dependency is down or overloaded
	CodeTimeout         Code = "timeout"           // the deadline passed
)

// FieldError names one fault of a request or a document.
type FieldError struct {
	Name   string `json:"name"`   // parameter, property or JSON pointer
	Reason string `json:"reason"` // safe to show
}

// Error is a failure with a message that is safe to show to whoever asked.
// Err is the cause and is for the log only.
type Error struct {
	Code    Code
	Message string       // one sentence a person can act on
	Op      string       // "postgis: read collection"
	Fields  []FieldError // every fault at once, for CodeInvalid
	// Current is what stands there instead, for CodeConflict and CodeStale; only for
	// those who may change it.
	Current *FeatureState
	Err     error
}

// Error implements error. The text is for logs; clients see Message alone.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		b.WriteString("; ")
		b.WriteString(f.Name)
		b.WriteString(": ")
		b.WriteString(f.Reason)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, CodeInternal when
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// NotFound says that a thing is absent or hidden; the two must not be told
// apart by a caller.
func NotFound(op, message string) *Error {
	return &Error{Code: CodeNotFound, Op: op, Message: message}
}

// Invalid reports one or more faults of a request or document.
func Invalid(op, message string, fields ...FieldError) *Error {
	return &Error{Code: CodeInvalid, Op: op, Message: message, Fields: fields}
}
