package sql

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Static is text that stands in the program: untyped constants convert to it by
// themselves, a string from outside does not.
type Static string

// Fragment is a piece of a statement with its arguments. The zero value is
// empty. Fragments are made by Lit, Ident, Integer and Arg and combined by Concat,
// And, List and Join alone; none is changed once made.
type Fragment struct {
	pieces []string // len(args)+1 texts, an argument between each two
	args   []any
}

// Lit is text of the statement itself.
func Lit(text Static) Fragment { return Fragment{pieces: []string{string(text)}} }

// Ident is a quoted, dotted name. The parts come from the catalogue, never from a
// request.
func Ident(parts ...string) Fragment {
	return Fragment{pieces: []string{pgx.Identifier(parts).Sanitize()}}
}

// Integer is a number that must stand in the text of a statement, as those that
// define tables want it.
func Integer(n int) Fragment { return Fragment{pieces: []string{strconv.Itoa(n)}} }

// Arg is a value that travels apart from the text.
func Arg(value any) Fragment { return Fragment{pieces: []string{"", ""}, args: []any{value}} }

// Concat sets fragments side by side.
func Concat(fs ...Fragment) Fragment { return Join("", fs) }

// And joins conditions; without any it is true.
func And(fs ...Fragment) Fragment {
	if len(fs) == 0 {
		return Lit("true")
	}
	return Join("\n  and ", fs)
}

// List joins by commas.
func List(fs ...Fragment) Fragment { return Join(", ", fs) }

// Join sets a separator between fragments, of which empty ones are left out; the
// first is not empty.
func Join(separator Static, fs []Fragment) Fragment {
	var out Fragment
	for i, f := range fs {
		if f.Empty() {
			continue
		}
		first := f.pieces[0]
		if i > 0 {
			first = string(separator) + first
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

// Empty tells the zero value.
func (f Fragment) Empty() bool { return len(f.pieces) == 0 }

// Build returns the statement with $1… and its arguments.
func (f Fragment) Build() (string, []any) { return f.BuildFrom(1) }

// BuildFrom is Build for a piece of a statement that has first-1 arguments
// already.
func (f Fragment) BuildFrom(first int) (string, []any) {
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
