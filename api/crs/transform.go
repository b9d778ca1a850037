package crs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

const typeCSV = "text/csv"

// maxFaults is how many bad positions one answer lists.
const maxFaults = 20

// request is what every conversion asks for.
type request struct {
	from, to  crs.System
	transform *crs.Transform
	decimals  int
}

// read takes from, to and precision; from and to as crs.ParseReference reads
// them, precision lowers the decimals.
func read(p *negotiate.Params) request {
	r := request{from: system(p, "from"), to: system(p, "to")}
	if text, ok := p.Text("precision"); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 9 || len(text) != 1 {
			p.Fault("precision", "must be a whole number from 0 to 9")
		}
		r.decimals = min(n, r.to.Decimals())
	} else {
		r.decimals = r.to.Decimals()
	}
	return r
}

func system(p *negotiate.Params, name string) crs.System {
	text, ok := p.Text(name)
	if !ok {
		p.Fault(name, "is missing: a coordinate reference system such as EPSG:9210")
		return crs.System{}
	}
	srid, err := crs.ParseURI(text)
	if e, bad := errors.AsType[*spatial.Error](err); bad {
		p.Fault(name, e.Message)
		return crs.System{}
	}
	s, ok := crs.Lookup(srid)
	if !ok {
		return crs.System{}
	}
	return *s
}

func (r *request) prepare(p *negotiate.Params) error {
	if err := p.Err(); err != nil {
		return err
	}
	var err error
	r.transform, err = crs.NewTransform(r.from.SRID, r.to.SRID)
	return err
}

// one answers GET /crs/transform?from=&to=&x=&y=.
func (h *handlers) one(c echo.Context) error {
	p := negotiate.NewParams(c.QueryParams())
	r := read(p)
	x, y := coordinate(p, "x"), coordinate(p, "y")
	if err := r.prepare(p); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, formats()[:1]); err != nil {
		return err
	}
	x, y, err := r.transform.Checked(x, y)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return r.answer(c, [][]float64{{x, y}})
}

func coordinate(p *negotiate.Params, name string) float64 {
	text, ok := p.Text(name)
	if !ok {
		p.Fault(name, "is missing: a number, x being the easting or longitude")
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v-v != 0 || len(text) > 40 {
		p.Fault(name, "must be a finite number")
	}
	return v
}

// many answers POST /crs/transform: JSON {"coordinates":[[x,y],…]} or a CSV
// table, by Content-Type. Nothing is answered in part: one bad position fails
// the request, naming the first of them.
func (h *handlers) many(c echo.Context) error {
	p := negotiate.NewParams(c.QueryParams())
	r := read(p)
	mediaType, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil {
		mediaType = ""
	}
	body := http.MaxBytesReader(c.Response(), c.Request().Body, MaxBodyBytes)
	switch mediaType {
	case negotiate.TypeJSON:
		if err := r.prepare(p); err != nil {
			return err
		}
		return r.json(c, body)
	case typeCSV:
		return r.csv(c, p, body)
	}
	return &spatial.Error{
		Code: spatial.CodeUnsupported, Op: "crs: transform",
		Message: "Send application/json, {\"coordinates\":[[x,y],…]}, or text/csv.",
	}
}

func (r *request) json(c echo.Context, body io.Reader) error {
	if _, err := negotiate.Choose(c, formats()[:1]); err != nil {
		return err
	}
	positions, err := decode(body)
	if err != nil {
		return err
	}
	var faults []spatial.FieldError
	for i, at := range positions {
		x, y, err := r.transform.Checked(at[0], at[1])
		if e, ok := errors.AsType[*spatial.Error](err); ok {
			if faults = append(faults, spatial.FieldError{Name: "/coordinates/" + strconv.Itoa(i), Reason: e.Message}); len(faults) == maxFaults {
				break
			}
			continue
		}
		at[0], at[1] = x, y
	}
	if len(faults) > 0 {
		return spatial.Invalid("crs: transform", "Positions cannot be converted; the first of them are listed.", faults...)
	}
	return r.answer(c, positions)
}

// decode reads the body strictly and piece by piece: one object, one member,
// positions of two to four numbers (heights and measures pass unchanged).
func decode(body io.Reader) ([][]float64, error) {
	const op = "crs: read positions"
	d := json.NewDecoder(body)
	var positions [][]float64
	err := expect(d, json.Delim('{'), "coordinates", json.Delim('['))
	for err == nil && d.More() {
		if len(positions) == MaxPositions {
			return nil, &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: fmt.Sprintf("At most %d positions are converted at once.", MaxPositions)}
		}
		var numbers []*float64 // null is no number
		err = d.Decode(&numbers)
		at := make([]float64, 0, 4)
		for _, v := range numbers {
			if v != nil && len(at) < cap(at) {
				at = append(at, *v)
			}
		}
		if err == nil && (len(at) < 2 || len(at) != len(numbers)) {
			return nil, spatial.Invalid(op, "A position is not two to four numbers.",
				spatial.FieldError{Name: "/coordinates/" + strconv.Itoa(len(positions)), Reason: "must be two to four numbers, x first"})
		}
		positions = append(positions, at)
	}
	if err == nil {
		err = expect(d, json.Delim(']'), json.Delim('}'))
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, oversize(tooLarge)
	}
	if err != nil {
		return nil, &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err, Message: `The body is not JSON of the form {"coordinates":[[x,y],…]}.`}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, spatial.Invalid(op, "The body goes on after its JSON.")
	}
	if len(positions) == 0 {
		return nil, spatial.Invalid(op, "There is no position.", spatial.FieldError{Name: "/coordinates", Reason: "must hold at least one position"})
	}
	return positions, nil
}

// expect reads exactly these tokens.
func expect(d *json.Decoder, tokens ...json.Token) error {
	for _, want := range tokens {
		got, err := d.Token()
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("got %v, want %v", got, want)
		}
	}
	return nil
}

func oversize(err *http.MaxBytesError) error {
	return &spatial.Error{
		Code: spatial.CodeTooLarge, Op: "crs: read positions", Err: err,
		Message: fmt.Sprintf("The body is larger than %d bytes; `gisd transform` has no such limit.", err.Limit),
	}
}

// answer writes positions with the system's decimals.
func (r *request) answer(c echo.Context, positions [][]float64) error {
	x, y := r.to.Axes()
	b := make([]byte, 0, 120+30*len(positions))
	b = fmt.Appendf(b, `{"from":%q,"to":%q,"axes":[%q,%q],"coordinates":[`, r.from.SRID, r.to.SRID, x, y)
	for i, at := range positions {
		if i > 0 {
			b = append(b, ',')
		}
		for j, v := range at {
			b = append(b, "[,,,"[j])
			if j < 2 {
				b = crs.AppendNumber(b, v, r.decimals)
			} else {
				b = strconv.AppendFloat(b, v, 'f', -1, 64)
			}
		}
		b = append(b, ']')
	}
	b = append(b, "]}\n"...)
	return c.Blob(http.StatusOK, negotiate.TypeJSON, b)
}

// csv converts a table. x, y name its columns; swapXY=true says that they hold
// the northing first.
func (r *request) csv(c echo.Context, p *negotiate.Params, body io.Reader) error {
	options := crs.CSVOptions{MaxRows: MaxPositions}
	options.XColumn, _ = p.Text("x")
	options.YColumn, _ = p.Text("y")
	if swap, ok := p.Text("swapXY"); ok {
		if options.SwapXY = swap == "true"; !options.SwapXY && swap != "false" {
			p.Fault("swapXY", "must be true or false")
		}
	}
	if _, ok := p.Text("precision"); ok {
		p.Fault("precision", "is no parameter of a table")
	}
	if err := r.prepare(p); err != nil {
		return err
	}
	var faults []spatial.FieldError
	options.Reject = func(line int, reason string) {
		if len(faults) < maxFaults {
			faults = append(faults, spatial.FieldError{Name: "line " + strconv.Itoa(line), Reason: reason})
		}
	}
	var out cappedBuffer
	report, err := r.transform.CSV(c.Request().Context(), body, &out, options)
	switch tooLarge, isLarge := errors.AsType[*http.MaxBytesError](err); {
	case isLarge:
		return oversize(tooLarge)
	case err != nil:
		return err
	case report.Rejected > 0:
		return spatial.Invalid("crs: transform", fmt.Sprintf("%d rows cannot be converted; the first of them are listed.", report.Rejected), faults...)
	}
	return c.Blob(http.StatusOK, typeCSV+"; charset=utf-8", out.Bytes())
}

// cappedBuffer holds an answer of at most three times the largest body: a wide
// header over short rows would multiply them.
type cappedBuffer struct{ bytes.Buffer }

func (b *cappedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > 3*MaxBodyBytes {
		return 0, &spatial.Error{Code: spatial.CodeTooLarge, Op: "crs: transform", Message: "The converted table would be too large; use `gisd transform`."}
	}
	return b.Buffer.Write(p)
}
