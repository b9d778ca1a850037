package imports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// maxDocument bounds a request for an address: its mapping and little else.
const maxDocument = 3 << 20

// maxParts bounds the parts of an upload: the pieces of a Shapefile, tables to
// join, and the fields.
const maxParts = 100

// post takes files, or an address, and queues their import.
func (h *Handlers) post(c echo.Context) error {
	const op = "imports: start"
	a, err := h.mayImport(c)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	var f form
	upload := ""
	kind, params, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	switch kind {
	case echo.MIMEMultipartForm:
		if err := h.uploads.enter(a.Subject); err != nil {
			return err
		}
		defer h.uploads.leave(a.Subject)
		upload, err = h.receive(c, &f, params["boundary"])
	case negotiate.TypeJSON:
		err = h.readDocument(c, &f)
	default:
		return &spatial.Error{Code: spatial.CodeUnsupported, Op: op,
			Message: "Files are sent as multipart/form-data, the address of one as application/json."}
	}
	if err != nil {
		return err
	}
	j, err := h.cfg.Jobs.Submit(c.Request().Context(), upload, f.request, a, f.faults...)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, h.cfg.Origin.Href(c.Request(), root+"/"+j.ID, nil))
	negotiate.Cache(c, a, "no-store")
	return c.JSON(http.StatusAccepted, h.describe(c.Request(), j))
}

func (h *Handlers) readDocument(c echo.Context, f *form) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxDocument))
	if err != nil {
		return unread(err)
	}
	return f.document(body)
}

// unread is a body that cannot be read to its end: too large ones have a code of
// their own, as a *http.MaxBytesError.
func unread(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	if _, ours := errors.AsType[*spatial.Error](err); ours {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "imports: read body", Message: "The upload broke off, or is no multipart/form-data.", Err: err}
}

// receive stores the files of a form while they come in, and reads its fields.
// The server's deadlines are for short requests: as long as bytes come, it goes
// on.
func (h *Handlers) receive(c echo.Context, f *form, boundary string) (upload string, err error) {
	tooLarge := &spatial.Error{Code: spatial.CodeTooLarge, Op: "imports: upload",
		Message: fmt.Sprintf("An upload holds at most %s; the command line takes more.", sizeText(h.cfg.MaxBytes))}
	r := c.Request()
	control := http.NewResponseController(c.Response())
	defer func() {
		_ = control.SetReadDeadline(time.Time{}) // one that passes would end the request
		_ = control.SetWriteDeadline(time.Now().Add(h.cfg.WriteTimeout))
	}()
	if r.ContentLength > h.cfg.MaxBytes+maxDocument {
		return "", tooLarge
	}
	body := &patient{r: http.MaxBytesReader(c.Response(), r.Body, h.cfg.MaxBytes+maxDocument), control: control, idle: h.cfg.Idle}
	upload, err = h.parts(multipart.NewReader(body, boundary), f)
	if err == nil {
		return upload, nil
	}
	if upload != "" {
		if dropErr := h.cfg.Files.Drop(upload); dropErr != nil {
			h.cfg.Log.WarnContext(r.Context(), "a broken upload is left for later", "error", dropErr)
		}
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return "", tooLarge
	}
	return "", unread(err)
}

func sizeText(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// parts takes one part after the other. The upload that was begun is returned
// also with an error.
func (h *Handlers) parts(form *multipart.Reader, f *form) (upload string, err error) {
	left := h.cfg.MaxBytes
	for n := 0; ; n++ {
		part, err := form.NextRawPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it says that the form has no end
			return upload, nil
		}
		if err != nil {
			return upload, err
		}
		if n == maxParts {
			return upload, &spatial.Error{Code: spatial.CodeTooLarge, Op: "imports: upload",
				Message: fmt.Sprintf("An upload has at most %d parts; send many files as one zip archive.", maxParts)}
		}
		name := part.FormName()
		if name != "file" {
			value, err := io.ReadAll(io.LimitReader(part, longest(name)+1))
			if err != nil {
				return upload, err
			}
			f.text(name, string(value))
			continue
		}
		content := bufio.NewReader(part)
		if _, err := content.Peek(1); part.FileName() == "" && errors.Is(err, io.EOF) {
			continue // a form's place for a file, left empty
		}
		if upload == "" {
			if upload, err = h.cfg.Files.Begin(); err != nil {
				return "", err
			}
		}
		size, err := h.cfg.Files.Put(upload, part.FileName(), io.LimitReader(content, left+1))
		if left -= size; err == nil && left < 0 {
			err = &http.MaxBytesError{Limit: h.cfg.MaxBytes}
		}
		if err != nil {
			return upload, err
		}
	}
}

// patient moves the server's read deadline on with every read.
type patient struct {
	r       io.Reader
	control *http.ResponseController
	idle    time.Duration
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.control.SetReadDeadline(time.Now().Add(p.idle)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.r.Read(b)
}
