package gpkg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// rows are the answer to one statement, read through SQLite's own interface:
// database/sql boxes and copies every value and locks for each, which takes
// longer than the reading. One goroutine uses them, and so SQLite need not lock.
type rows struct {
	tls       *libc.TLS
	db        uintptr // sqlite3*
	statement uintptr // sqlite3_stmt*
}

// queryRows opens the file once more, as openDB does.
func queryRows(path, query string) (*rows, error) {
	r := &rows{tls: libc.NewTLS()}
	err := r.open(address(path))
	if err == nil {
		err = r.prepare(query)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *rows) open(address string) error {
	name, err := libc.CString(address)
	if err != nil {
		return err
	}
	defer libc.Xfree(r.tls, name)
	out := r.tls.Alloc(pointerSize)
	defer r.tls.Free(pointerSize)
	const flags = sqlite3.SQLITE_OPEN_READONLY | sqlite3.SQLITE_OPEN_URI | sqlite3.SQLITE_OPEN_NOMUTEX
	code := sqlite3.Xsqlite3_open_v2(r.tls, name, out, flags, 0)
	r.db = *(*uintptr)(pointer(out)) // also where it fails, for the message
	return r.fault(code)
}

func (r *rows) prepare(query string) error {
	text, err := libc.CString(query)
	if err != nil {
		return err
	}
	defer libc.Xfree(r.tls, text)
	out := r.tls.Alloc(pointerSize)
	defer r.tls.Free(pointerSize)
	code := sqlite3.Xsqlite3_prepare_v2(r.tls, r.db, text, -1, out, 0)
	r.statement = *(*uintptr)(pointer(out))
	return r.fault(code)
}

const pointerSize = int(unsafe.Sizeof(uintptr(0)))

// each calls do for every row; its cells are valid during the call.
func (r *rows) each(ctx context.Context, do func() error) error {
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		tls := libc.NewTLS()
		defer tls.Close()
		sqlite3.Xsqlite3_interrupt(tls, r.db)
	})
	defer func() {
		if !stop() {
			<-interrupted // it uses the database, which is closed next
		}
	}()
	for {
		switch code := sqlite3.Xsqlite3_step(r.tls, r.statement); code {
		case sqlite3.SQLITE_ROW:
			if err := do(); err != nil {
				return err
			}
		case sqlite3.SQLITE_DONE:
			return ctx.Err()
		default:
			if err := ctx.Err(); err != nil {
				return err
			}
			return r.fault(code)
		}
	}
}

func (r *rows) fault(code int32) error {
	switch {
	case code == sqlite3.SQLITE_OK:
		return nil
	case r.db == 0:
		return errors.New("SQLite: out of memory")
	}
	return fmt.Errorf("SQLite: %s (%d)", libc.GoString(sqlite3.Xsqlite3_errmsg(r.tls, r.db)), code)
}

func (r *rows) close() {
	if r.statement != 0 {
		sqlite3.Xsqlite3_finalize(r.tls, r.statement)
	}
	if r.db != 0 {
		sqlite3.Xsqlite3_close_v2(r.tls, r.db)
	}
	r.tls.Close()
}

// value is what SQLite stores in one place, of one of its five types.
type value struct {
	kind  int32 // SQLITE_NULL, _INTEGER, _FLOAT, _TEXT, _BLOB
	int   int64
	float float64
	bytes []byte // memory of SQLite, valid until the next row
}

// value asks for the cell once and then the cell itself: each sqlite3_column_
// function looks it up and checks for errors anew.
func (r *rows) value(column int) value {
	cell := sqlite3.Xsqlite3_column_value(r.tls, r.statement, int32(column))
	v := value{kind: sqlite3.Xsqlite3_value_type(r.tls, cell)}
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		v.int = sqlite3.Xsqlite3_value_int64(r.tls, cell)
	case sqlite3.SQLITE_FLOAT:
		v.float = sqlite3.Xsqlite3_value_double(r.tls, cell)
	case sqlite3.SQLITE_TEXT:
		v.bytes = r.bytes(sqlite3.Xsqlite3_value_text(r.tls, cell), cell)
	case sqlite3.SQLITE_BLOB:
		v.bytes = r.bytes(sqlite3.Xsqlite3_value_blob(r.tls, cell), cell)
	}
	return v
}

func (r *rows) bytes(at, cell uintptr) []byte {
	n := sqlite3.Xsqlite3_value_bytes(r.tls, cell)
	if at == 0 || n <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(at)), n)
}

// pointer is of memory that SQLite has from outside of Go's heap, which stays
// where it is.
func pointer(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) }

// String implements fmt.Stringer for messages.
func (v value) String() string {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return strconv.FormatInt(v.int, 10)
	case sqlite3.SQLITE_FLOAT:
		return strconv.FormatFloat(v.float, 'g', -1, 64)
	}
	return string(v.bytes)
}
