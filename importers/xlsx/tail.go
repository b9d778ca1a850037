package xlsx

import (
	"strings"

	"gisd/importers/table"
)

// tailRows are held back, so that totals and signatures at the end of a sheet
// do not count as records.
const tailRows = 12

// heldRow is a copy of a row.
type heldRow struct {
	number int
	cells  []table.Cell
	bytes  []byte
}

func (h *heldRow) keep(number int, cells []table.Cell) {
	h.number, h.bytes, h.cells = number, h.bytes[:0], h.cells[:0]
	for _, c := range cells {
		from := len(h.bytes)
		h.bytes = append(h.bytes, c.Text...)
		h.cells = append(h.cells, table.Cell{Text: h.bytes[from:len(h.bytes):len(h.bytes)], Quoted: c.Quoted, Fault: c.Fault, Void: c.Void})
	}
}

// tail holds the last rows seen.
type tail struct {
	rows []heldRow
	n    int // rows in use, the oldest first from at
	at   int
}

// push takes a row and returns the one that it displaces, nil while there is room.
func (t *tail) push(number int, cells []table.Cell) *heldRow {
	if t.rows == nil {
		t.rows = make([]heldRow, tailRows+1)
	}
	t.rows[(t.at+t.n)%len(t.rows)].keep(number, cells)
	if t.n < tailRows {
		t.n++
		return nil
	}
	out := &t.rows[t.at]
	t.at = (t.at + 1) % len(t.rows)
	return out
}

func (t *tail) get(i int) *heldRow { return &t.rows[(t.at+i)%len(t.rows)] }

// records is how many of the held rows belong to the table of that many columns:
// those before the totals, and before notes and signatures that an empty row or
// a total sets apart.
func (t *tail) records(columns int) int {
	n := t.n
	for i := n; i > 0; i-- {
		row := t.get(i - 1)
		switch {
		case isTotal(row.cells):
			n = i - 1
		case !isNote(row.cells, columns):
			return n
		case i > 1 && row.number > t.get(i-2).number+1:
			n = i - 1
		}
	}
	return n
}

// isTotal recognizes a row of sums by its first word.
func isTotal(cells []table.Cell) bool {
	for i := range cells {
		if len(cells[i].Text) == 0 {
			continue
		}
		f := table.Fold(string(cells[i].Text))
		return cells[i].Quoted && (f == "tong" || f == "cong" || f == "total" || f == "sum" || f == "grand_total" ||
			strings.HasPrefix(f, "tong_cong") || strings.HasPrefix(f, "tong_so") || strings.HasPrefix(f, "tong_dien_tich") || strings.HasPrefix(f, "cong_cong"))
	}
	return true
}

// isNote recognizes a row of words that fills half of the columns at most.
func isNote(cells []table.Cell, columns int) bool {
	filled := 0
	for i := range cells {
		if len(cells[i].Text) == 0 {
			continue
		}
		if !cells[i].Quoted {
			return false
		}
		filled++
	}
	return columns >= 3 && filled <= max(1, columns/2)
}
