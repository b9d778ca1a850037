package cql

import (
	"fmt"

	"gisd/spatial"
)

// SyntaxError says where a text stops being CQL2.
type SyntaxError struct {
	Offset int // byte, from 0
	Reason string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("at character %d: %s", e.Offset+1, e.Reason)
}

func invalid(reason string) error {
	return spatial.Invalid("cql: read", "the filter is not valid CQL2: "+reason, spatial.FieldError{Name: "filter", Reason: reason})
}
