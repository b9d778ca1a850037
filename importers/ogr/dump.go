package ogr

import (
	"bufio"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"gisd/spatial"
)

// Names in the dump that no field is likely to bear.
const (
	geometryColumn = "gisd geometry"
	idColumn       = "gisd id"
)

// lineLimit bounds one feature in the dump, where a geometry takes two digits a
// byte.
const lineLimit = 96 << 20

// dump reads what ogr2ogr's PGDUMP driver writes of one layer: statements that
// describe a table, then COPY with a line for each feature.
type dump struct {
	c       process
	in      *bufio.Reader
	line    []byte
	columns []column // in the order of COPY
	empty   bool     // no COPY follows
}

// process is what stands behind a dump.
type process interface {
	// why puts an error of reading into words.
	why(ctx context.Context, err error) error
	// finish waits for the end and says what went wrong.
	finish() error
	// lastError is the last complaint, also of one that ended well.
	lastError() string
	kill()
}

// column is one column of the dump.
type column struct {
	name     string
	sql      string // "INTEGER", "VARCHAR[]"
	geometry bool
	id       bool
}

// arguments of ogr2ogr: the layer named t in the dump, or with nil all layers
// under their own names.
func (r *runner) arguments(l *listed, d spatial.Dimensions) []string {
	args := []string{"-f", "PGDUMP", "-forceNullable", "-unsetFieldWidth", "-unsetDefault"}
	lco := []string{"LAUNDER=NO", "PRECISION=NO", "DROP_TABLE=NO", "CREATE_SCHEMA=NO", "SPATIAL_INDEX=NONE",
		"GEOMETRY_NAME=" + geometryColumn, "FID=" + idColumn}
	if l == nil || l.geometry != "None" {
		// A layer of a stated type refuses the curves that GDAL finds in it.
		args = append(args, "-nlt", "GEOMETRY")
		lco = append(lco, "DIM="+dimensionOption(d))
	}
	for _, option := range lco {
		args = append(args, "-lco", option)
	}
	if r.kind.keepIDs && (l == nil || l.fid != "") {
		args = append(args, "-preserve_fid")
	} else {
		args = append(args, "-unsetFid")
	}
	if l == nil {
		return append(args, "/vsistdout/", r.folder.main)
	}
	return append(args, "-nln", "t", "/vsistdout/", r.folder.main, l.name)
}

func dimensionOption(d spatial.Dimensions) string {
	switch d {
	case spatial.XY:
		return "2"
	case spatial.XYZ:
		return "3"
	}
	return string(d)
}

// open starts ogr2ogr and reads as far as the first feature.
func (r *runner) open(ctx context.Context, l *listed, dims spatial.Dimensions) (*dump, error) {
	if strings.HasPrefix(l.name, "-") {
		return nil, r.fail(ctx, "gisd", errors.New("the name of the layer begins with a dash"))
	}
	c, err := r.start(ctx, r.format.program("ogr2ogr"), r.arguments(l, dims)...)
	if err != nil {
		return nil, r.fail(ctx, "ogr2ogr", err)
	}
	d := &dump{c: c, in: bufio.NewReaderSize(c, 64<<10)}
	if err := d.preamble(); err != nil {
		return nil, r.fail(ctx, "ogr2ogr", c.why(ctx, err))
	}
	return d, nil
}

func (d *dump) preamble() error {
	types := map[string]column{}
	var order []string
	for {
		line, err := d.next()
		if err != nil {
			return err
		}
		text := string(line)
		switch {
		case strings.HasPrefix(text, "SELECT AddGeometryColumn("):
			if m := geometryStatement().FindStringSubmatch(text); m != nil {
				name := strings.ReplaceAll(m[1], "''", "'")
				types[name] = column{name: name, geometry: true}
				order = append(order, name)
			}
		case strings.HasPrefix(text, "ALTER TABLE ") && strings.Contains(text, " ADD COLUMN "):
			_, rest, _ := strings.Cut(text, " ADD COLUMN ")
			name, sql := quoted(rest)
			sql, _, _ = strings.Cut(sql, ";")
			types[name] = column{name: name, sql: strings.ToUpper(strings.TrimSpace(sql))}
			order = append(order, name)
		case strings.HasPrefix(text, "COPY "):
			d.copyOf(text, types)
			return nil
		case strings.HasPrefix(text, "COMMIT"):
			d.empty = true
			for _, name := range order {
				d.columns = append(d.columns, types[name])
			}
			return nil
		}
	}
}

// geometryStatement: AddGeometryColumn('public','TABLE','NAME',SRID,'TYPE',DIM).
func geometryStatement() *regexp.Regexp {
	return regexp.MustCompile(`AddGeometryColumn\('public','(?:[^']|'')*','((?:[^']|'')*)',`)
}

// copyOf reads COPY "public"."t" ("a", "b") FROM STDIN;
func (d *dump) copyOf(text string, types map[string]column) {
	_, rest := quoted(strings.TrimPrefix(text, `COPY "public".`))
	rest = strings.TrimPrefix(rest, " (")
	for strings.HasPrefix(rest, `"`) {
		var name string
		name, rest = quoted(rest)
		c := types[name]
		c.name, c.id = name, name == idColumn
		d.columns = append(d.columns, c)
		rest = strings.TrimPrefix(rest, ", ")
	}
}

// quoted takes an SQL identifier in quotation marks off text.
func quoted(text string) (name, rest string) {
	var b strings.Builder
	text = strings.TrimPrefix(text, `"`)
	for {
		part, after, ok := strings.Cut(text, `"`)
		b.WriteString(part)
		if !ok || !strings.HasPrefix(after, `"`) {
			return b.String(), after
		}
		b.WriteByte('"')
		text = after[1:]
	}
}

// next returns the next line without its end; it is valid until the next call.
// A line end after a backslash belongs to the text of a field.
func (d *dump) next() ([]byte, error) {
	d.line = d.line[:0]
	for {
		piece, err := d.in.ReadSlice('\n')
		if len(d.line)+len(piece) > lineLimit {
			return nil, errTooLong
		}
		d.line = append(d.line, piece...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case !escaped(d.line):
			return d.line[:len(d.line)-1], nil
		}
	}
}

// escaped reports whether a backslash, not itself escaped, stands before the
// last byte.
func escaped(line []byte) bool {
	n := len(line) - 1
	for n > 0 && line[n-1] == '\\' {
		n--
	}
	return (len(line)-1-n)%2 == 1
}

// feature returns the next line of COPY, nil after the last.
func (d *dump) feature() ([]byte, error) {
	if d.empty {
		return nil, nil
	}
	line, err := d.next()
	if err == nil && string(line) == `\.` {
		return nil, nil
	}
	return line, err
}

// end reads what follows the last feature and the exit status.
func (d *dump) end() error {
	if _, err := io.Copy(io.Discard, d.in); err != nil {
		return err
	}
	return d.c.finish()
}

// close stops a child that is not wanted any more.
func (d *dump) close() { d.c.kill() }

// fieldType maps a column type of PostgreSQL.
func fieldType(sql string) spatial.FieldType {
	switch base, _, _ := strings.Cut(sql, "("); {
	case strings.HasSuffix(sql, "[]"), strings.HasPrefix(sql, "JSON"):
		return spatial.FieldJSON
	case sql == "INTEGER", sql == "INT8", sql == "SMALLINT", sql == "BIGINT":
		return spatial.FieldInteger
	case base == "FLOAT8", base == "REAL", base == "NUMERIC", base == "DOUBLE PRECISION":
		return spatial.FieldNumber
	case sql == "BOOLEAN":
		return spatial.FieldBoolean
	case sql == "DATE":
		return spatial.FieldDate
	case strings.HasPrefix(sql, "TIMESTAMP"):
		return spatial.FieldDateTime
	}
	return spatial.FieldString
}
