package live

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"gisd/spatial"
)

// Row is one position of a request; without Faults it is good.
type Row struct {
	Number   int // 1-based: the line, or the place in the array
	Position Position
	Faults   []spatial.FieldError
}

// maxLineBytes bounds one line of NDJSON.
const maxLineBytes = 64 << 10

// DecodeJSON reads one position, or an array of them (single is then false).
// Rows carry their own faults; the error is CodeInvalid where the text is no
// JSON at all, CodeTooLarge above the limit of rows, or the reader's own.
func DecodeJSON(r io.Reader, now time.Time, l Limits) (rows []Row, single bool, err error) {
	l = l.withDefaults()
	buffered := bufio.NewReader(r)
	d := json.NewDecoder(buffered)
	first, err := firstByte(buffered)
	if err != nil {
		return nil, false, notJSON(err)
	}
	one := func() error {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return notJSON(err)
		}
		if len(rows) == l.Rows {
			return tooManyRows(l.Rows)
		}
		p, faults := DecodePosition(raw, now, l)
		rows = append(rows, Row{Number: len(rows) + 1, Position: p, Faults: faults})
		return nil
	}
	if first != '[' {
		if err := one(); err != nil {
			return nil, true, err
		}
		return rows, true, endOfJSON(d)
	}
	if _, err := d.Token(); err != nil {
		return nil, false, notJSON(err)
	}
	for d.More() {
		if err := one(); err != nil {
			return nil, false, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, false, notJSON(err)
	}
	return rows, false, endOfJSON(d)
}

// DecodeLines reads newline-delimited JSON, one position a line; empty lines
// count as lines and are skipped. Errors as DecodeJSON; a line that is no JSON
// is a faulty row.
func DecodeLines(r io.Reader, now time.Time, l Limits) ([]Row, error) {
	l = l.withDefaults()
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxLineBytes)
	var rows []Row
	for number := 1; s.Scan(); number++ {
		line := bytes.TrimSpace(s.Bytes())
		if len(line) == 0 {
			continue
		}
		if len(rows) == l.Rows {
			return nil, tooManyRows(l.Rows)
		}
		p, faults := DecodePosition(line, now, l)
		rows = append(rows, Row{Number: number, Position: p, Faults: faults})
	}
	if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, &spatial.Error{Code: spatial.CodeTooLarge, Op: "live: decode lines",
			Message: fmt.Sprintf("A line is longer than %d bytes.", maxLineBytes)}
	} else if err != nil {
		return nil, fmt.Errorf("live: read lines: %w", err)
	}
	return rows, nil
}

func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, r.UnreadByte()
		}
	}
}

func endOfJSON(d *json.Decoder) error {
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return spatial.Invalid("live: decode positions", "Something follows the end of the JSON text.")
	}
	return nil
}

// notJSON keeps an error of the reader (a limit, a broken connection) as it is.
func notJSON(err error) error {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	if !syntax && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("live: read positions: %w", err)
	}
	message := "The body is not valid JSON."
	switch {
	case errors.Is(err, io.EOF):
		message = "The body is empty; it wants a position, an array of them, or NDJSON."
	case errors.Is(err, io.ErrUnexpectedEOF):
		message = "The JSON text ends too early."
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "live: decode positions", Message: message, Err: err}
}

func tooManyRows(limit int) error {
	return &spatial.Error{Code: spatial.CodeTooLarge, Op: "live: decode positions",
		Message: fmt.Sprintf("A request holds at most %d positions.", limit)}
}
