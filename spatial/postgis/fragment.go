package postgis

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// staticSQL is text written in this package: untyped constants convert to it by
// themselves, a string from outside does not.
type staticSQL string

// fragment is a piece of a statement with its arguments. The zero value is
// empty. Fragments are made by lit, ident and arg and combined by concat, and
// and list alone; none is changed once made.
type fragment struct {
	pieces []string // len(args)+1 texts, an argument between each two
	args   []any
}

// lit is text of the statement itself.
func lit(text staticSQL) fragment { return fragment{pieces: []string{string(text)}} }

// ident is a quoted, dotted name. The parts come from the catalogue.
func ident(parts ...string) fragment {
	return fragment{pieces: []string{pgx.Identifier(parts).Sanitize()}}
}

// arg is a value that travels apart from the text.
func arg(value any) fragment { return fragment{pieces: []string{"", ""}, args: []any{value}} }

// concat sets fragments side by side.
func concat(fs ...fragment) fragment { return join("", fs) }

// and joins conditions; without any it is true.
func and(fs ...fragment) fragment {
	if len(fs) == 0 {
		return lit("true")
	}
	return join("\n  and ", fs)
}

// list joins by commas.
func list(fs ...fragment) fragment { return join(", ", fs) }

func join(separator string, fs []fragment) fragment {
	var out fragment
	for i, f := range fs {
		if len(f.pieces) == 0 {
			continue
		}
		first := f.pieces[0]
		if i > 0 {
			first = separator + first
		}
		if n := len(out.pieces); n > 0 {
			out.pieces[n-1] += first
		} else {
			out.pieces = append(out.pieces, first)
		}
		out.pieces = append(out.pieces, f.pieces[1:]...)
		out.args = append(out.args, f.args...)
	}
	return out
}

// build returns the statement with $1… and its arguments.
func (f fragment) build() (string, []any) { return f.buildFrom(1) }

// buildFrom is build for a piece of a statement that has first-1 arguments
// already.
func (f fragment) buildFrom(first int) (string, []any) {
	var b strings.Builder
	for i, piece := range f.pieces {
		if i > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(first + i - 1))
		}
		b.WriteString(piece)
	}
	return b.String(), f.args
}
