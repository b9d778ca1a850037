package table

import (
	"bytes"
	"strings"
)

// Heading says where a table begins among its first rows.
type Heading struct {
	First int      // the rows before are titles
	Rows  int      // of the heading; 0 without one
	Skip  int      // rows after the heading that only number the columns
	Names []string // "" where the heading is silent
}

// headingSearch is how far down a heading is looked for.
const headingSearch = 40

// FindHeading looks for the row from which on a table is consistent: the first
// that is all words and covers most of the columns that are used below it.
// Titles above it are left out; a heading of two or three rows with merged cells
// becomes one; a row "(1) (2) (3)" below it is left out. rows are the first of
// the table, a few more than headingSearch at best. alone says that a single row
// of words is a heading without records rather than a record.
func FindHeading(rows [][]Cell, alone bool) Heading {
	width := 0
	for _, r := range rows {
		width = max(width, used(r))
	}
	none := Heading{Names: make([]string, width)}
	for h := 0; h < len(rows) && h < headingSearch; h++ {
		if filled(rows[h]) == 0 {
			continue
		}
		below := columnsBelow(rows, h+1, width)
		cover := covered(rows[h], below)
		if !wordsOnly(rows, h) {
			if cover*2 >= len(below) || filled(rows[h]) > 2 {
				return none // values: the table has begun without a heading
			}
			continue
		}
		extra := continuation(rows, h)
		if h+extra+1 == len(rows) && !(alone && h == 0) {
			return none
		}
		for k := 1; k <= extra; k++ {
			below = columnsBelow(rows, h+k+1, width)
		}
		if cover = coveredBy(rows[h:h+extra+1], below); cover*5 < len(below)*3 || h > 0 && filled(rows[h]) < 2 && len(below) > 1 {
			continue
		}
		out := Heading{First: h, Rows: extra + 1, Names: names(rows[h:h+extra+1], width)}
		if next := h + extra + 1; next < len(rows) && numbersColumns(rows[next], h > 0 || extra > 0) {
			out.Skip = 1
		}
		return out
	}
	return none
}

// used is the number of columns up to the last that has a value.
func used(r []Cell) int {
	for i := len(r); i > 0; i-- {
		if len(trim(r[i-1].Text)) > 0 {
			return i
		}
	}
	return 0
}

func filled(r []Cell) (n int) {
	for i := range r {
		if len(trim(r[i].Text)) > 0 {
			n++
		}
	}
	return n
}

// columnsBelow lists the columns with a value from a row on.
func columnsBelow(rows [][]Cell, from, width int) (columns []int) {
	for c := range width {
		for r := from; r < len(rows); r++ {
			if len(at(rows[r], c)) > 0 {
				columns = append(columns, c)
				break
			}
		}
	}
	return columns
}

func covered(r []Cell, columns []int) (n int) { return coveredBy([][]Cell{r}, columns) }

func coveredBy(rows [][]Cell, columns []int) (n int) {
	for _, c := range columns {
		for _, r := range rows {
			if len(at(r, c)) > 0 {
				n++
				break
			}
		}
	}
	return n
}

// wordsOnly tells whether a row can be a heading: nothing in it is a number or a
// date, save years over a column of something else.
func wordsOnly(rows [][]Cell, h int) bool {
	words, years := 0, 0
	for c := range rows[h] {
		cell := &rows[h][c]
		b := trim(cell.Text)
		if len(b) == 0 {
			continue
		}
		if cell.Fault {
			return false
		}
		_, dated := readMoment(b)
		s := shapeOf(b)
		switch {
		case s.styles == 0 && !s.code && !dated && !IsPosition(b):
			words++
		case cell.Quoted && quotedOver(rows, h+1, c):
			words++
		case isYear(b) && !(h+1 < len(rows) && isYear(at(rows[h+1], c))):
			years++
		default:
			return false
		}
	}
	return words > 0 || years == 0
}

// quotedOver tells a number that is marked as text over values that are not.
func quotedOver(rows [][]Cell, from, column int) bool {
	for _, r := range rows[from:min(from+5, len(rows))] {
		if len(at(r, column)) > 0 {
			return !r[column].Quoted
		}
	}
	return false
}

func isYear(b []byte) bool {
	return len(b) == 4 && (b[0] == '1' && b[1] == '9' || b[0] == '2' && b[1] == '0') && b[2]-'0' <= 9 && b[3]-'0' <= 9
}

// continuation is the number of further rows of a heading: words below an empty
// cell of it, with cells of its own left empty, and numbers soon after.
func continuation(rows [][]Cell, h int) (n int) {
	for n < 2 && h+n+2 < len(rows) {
		upper, lower, first := rows[h+n], rows[h+n+1], rows[h+n+2]
		if !wordsOnly(rows, h+n+1) || filled(lower) == 0 {
			return n
		}
		fills, leaves, numbers := false, false, false
		for c := range max(len(upper), len(lower)) {
			u, l := len(at(upper, c)) > 0, len(at(lower, c)) > 0
			fills = fills || !u && l
			leaves = leaves || u && !l
			numbers = numbers || l && isNumeric(at(first, c))
		}
		further := n == 0 && h+3 < len(rows) && (numbersColumns(first, true) || continuation(rows, h+1) > 0)
		if !fills || !leaves || !numbers && !further {
			return n
		}
		n++
	}
	return n
}

func isNumeric(b []byte) bool { return len(b) > 0 && shapeOf(b).styles != 0 }

// names joins the rows of a heading column by column: the lowest name, under
// its parent where it would stand twice.
func names(rows [][]Cell, width int) []string {
	out := make([]string, width)
	count := map[string]int{}
	for c := range out {
		for r := len(rows) - 1; r >= 0 && out[c] == ""; r-- {
			out[c] = Name(string(at(rows[r], c)))
		}
		count[out[c]]++
	}
	for c := range out {
		if len(rows) < 2 || count[out[c]] < 2 || out[c] == "" {
			continue
		}
		for p := c; p >= 0; p-- {
			if parent := Name(string(at(rows[0], p))); parent != "" {
				if parent != out[c] {
					out[c] = parent + " " + out[c]
				}
				break
			}
		}
	}
	return out
}

// numbersColumns recognizes "(1) (2) (3)"; bare digits and letters count where
// the table is an office's, with titles or a heading of several rows.
func numbersColumns(r []Cell, office bool) bool {
	last, n := 0, 0
	for c := range r {
		b := at(r, c)
		if len(b) == 0 {
			continue
		}
		inner := bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("(")), []byte(")"))
		if len(inner) == len(b) && !office {
			return false
		}
		if eq := bytes.IndexAny(inner, "=)"); eq > 0 {
			inner = inner[:eq]
		}
		if len(inner) == 1 && strings.IndexByte("ABCabc", inner[0]) >= 0 {
			continue
		}
		v, ok := parseInteger(inner)
		if !ok || int(v) != last+1 {
			return false
		}
		last = int(v)
		n++
	}
	return n >= 3 || n == 2 && !office
}
