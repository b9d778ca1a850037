package live

import (
	"bufio"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// pieces sends an answer of any length in pieces, each of which has its own time to
// arrive. The status goes out with the first.
type pieces struct {
	*bufio.Writer
	c       echo.Context
	control *http.ResponseController
}

const (
	pieceBytes   = 64 << 10
	pieceTimeout = time.Minute
)

func newPieces(c echo.Context) *pieces {
	p := &pieces{c: c, control: http.NewResponseController(c.Response())}
	p.Writer = bufio.NewWriterSize(piece{p}, pieceBytes)
	return p
}

// piece is what a buffer that is full goes to.
type piece struct{ to *pieces }

func (w piece) Write(b []byte) (int, error) {
	if err := w.to.deadline(time.Now().Add(pieceTimeout)); err != nil {
		return 0, err
	}
	n, err := w.to.c.Response().Write(b)
	return min(n, len(b)), err // what compresses may hand on more at once than it was given
}

func (p *pieces) deadline(at time.Time) error {
	if err := p.control.SetWriteDeadline(at); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// finish sends what is left.
func (p *pieces) finish() error {
	if err := p.Flush(); err != nil {
		return p.fail(err)
	}
	if !p.c.Response().Committed { // an answer without a body
		p.c.Response().WriteHeader(http.StatusOK)
	}
	return nil
}

// fail tells of an error as long as nothing is out. After that what the caller has looks
// whole, and breaking the connection is the only way left to say that it is not.
func (p *pieces) fail(err error) error {
	response := p.c.Response()
	if !response.Committed {
		for _, name := range []string{echo.HeaderContentType, echo.HeaderContentDisposition} {
			response.Header().Del(name)
		}
		return err
	}
	_ = p.deadline(time.Unix(1, 0)) // the connection may be gone already
	return err
}
