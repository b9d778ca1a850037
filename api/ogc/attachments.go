package ogc

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/ogc/attach"
	"gisd/spatial"
)

// Attachments keep photos and documents of features. Not_found is what the caller
// may not see, forbidden what they may not change.
type Attachments interface {
	Attachments(ctx context.Context, c *spatial.Collection, feature string, a spatial.Access) ([]spatial.Attachment, error)
	// Known is the same for a caller who has read the feature.
	Known(ctx context.Context, c *spatial.Collection, feature string) ([]spatial.Attachment, error)
	// Attachment returns one with its content, which can be read during the request.
	Attachment(ctx context.Context, c *spatial.Collection, feature, id string, a spatial.Access) (*spatial.Attachment, io.ReadSeeker, error)
	// Attach adds all or none.
	Attach(ctx context.Context, c *spatial.Collection, feature string, a spatial.Access, list []spatial.NewAttachment) ([]spatial.Attachment, error)
	Detach(ctx context.Context, c *spatial.Collection, feature, id string, a spatial.Access) error
}

const typeMultipart = "multipart/form-data"

// attachmentDoc is one attachment on the wire.
type attachmentDoc struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Type      string           `json:"type"`
	Bytes     int64            `json:"bytes"`
	SHA256    string           `json:"sha256"`
	TakenAt   time.Time        `json:"takenAt,omitzero"`
	Place     *[2]float64      `json:"place,omitempty"` // CRS84: lon, lat degrees
	CreatedAt time.Time        `json:"createdAt"`
	CreatedBy string           `json:"createdBy,omitempty"` // for those alone who may change the collection
	Links     []negotiate.Link `json:"links"`
}

func (h *Handlers) registerAttachments(e *echo.Echo) {
	const path = "/ogc/collections/:collection/items/:feature/attachments"
	e.GET(path, h.attachments)
	e.POST(path, h.attach)
	e.GET(path+"/:attachment", h.attachment)
	e.DELETE(path+"/:attachment", h.detach)
}

// attachments lists what belongs to a feature.
func (h *Handlers) attachments(c echo.Context) error {
	r, err := h.beginWith(c, []negotiate.Format{formatJSON})
	if err != nil {
		return err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams(), "f"); err != nil {
		return err
	}
	feature := r.step("feature")
	list, err := h.Attachments.Attachments(c.Request().Context(), found, feature, r.access)
	if err != nil {
		return err
	}
	return r.json(negotiate.TypeJSON, r.attachmentList(found, feature, list))
}

type attachmentsDoc struct {
	Attachments []attachmentDoc  `json:"attachments"`
	Links       []negotiate.Link `json:"links"`
}

func (r *request) attachmentList(c *spatial.Collection, feature string, list []spatial.Attachment) attachmentsDoc {
	doc := attachmentsDoc{[]attachmentDoc{}, []negotiate.Link{
		{Href: r.href(nil, "collections", c.ID, "items", feature, "attachments"), Rel: "self", Type: negotiate.TypeJSON},
		{Href: r.href(formatQuery("json"), "collections", c.ID, "items", feature), Rel: "up", Type: negotiate.TypeGeoJSON},
	}}
	named := r.access.CanEdit(c)
	for i := range list {
		at := &list[i]
		d := attachmentDoc{ID: at.ID, Name: at.Name, Type: at.MediaType, Bytes: at.Bytes, SHA256: hex.EncodeToString(at.SHA256[:]),
			TakenAt: at.TakenAt, Place: at.Place, CreatedAt: at.CreatedAt, Links: []negotiate.Link{r.enclosure(c, feature, at)}}
		if named {
			d.CreatedBy = at.CreatedBy
		}
		doc.Attachments = append(doc.Attachments, d)
	}
	return doc
}

// enclosure leads to a file that belongs to a feature (RFC 4287 §4.2.7.2).
func (r *request) enclosure(c *spatial.Collection, feature string, at *spatial.Attachment) negotiate.Link {
	return negotiate.Link{Href: r.href(nil, "collections", c.ID, "items", feature, "attachments", at.ID), Rel: "enclosure", Type: at.MediaType, Title: at.Name}
}

// enclosuresMost bounds the attachments that a feature links to; its list has all.
const enclosuresMost = 20

// enclosures are the links of a feature that the caller has read to its attachments.
func (r *request) enclosures(c *spatial.Collection, feature string) ([]negotiate.Link, error) {
	if r.h.Attachments == nil {
		return nil, nil
	}
	list, err := r.h.Attachments.Known(r.Request().Context(), c, feature)
	if err != nil {
		return nil, err
	}
	var links []negotiate.Link
	for i := range list[:min(len(list), enclosuresMost)] {
		links = append(links, r.enclosure(c, feature, &list[i]))
	}
	return links, nil
}

// attachment sends a file. Browsers keep it as a file, whatever is in it.
func (h *Handlers) attachment(c echo.Context) error {
	r, found, err := h.forAttachment(c)
	if err != nil {
		return err
	}
	at, content, err := h.Attachments.Attachment(c.Request().Context(), found, r.step("feature"), r.step("attachment"), r.access)
	if err != nil {
		return err
	}
	tag := `"` + hex.EncodeToString(at.SHA256[:16]) + `"` // the bytes never change
	if err := forContent(c.Request().Header, tag, at.Bytes); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, at.MediaType)
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": at.Name}))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set(echo.HeaderXContentTypeOptions, "nosniff")
	header.Set("ETag", tag)
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, content)
	return nil
}

// forContent leaves those conditions to http.ServeContent to which it has no answer
// of its own making: If-Match is judged here, and a range that does not lie in the
// file is ignored (RFC 9110 §14.2).
func forContent(header http.Header, tag string, size int64) error {
	if match := header.Values("If-Match"); len(match) > 0 {
		if !slices.ContainsFunc(strings.Split(strings.Join(match, ","), ","), func(t string) bool {
			return strings.TrimSpace(t) == tag || strings.TrimSpace(t) == "*"
		}) {
			return &spatial.Error{Code: spatial.CodeStale, Op: "ogc: attachment", Message: "The attachment is not the one that you know."}
		}
		header.Del("If-Match")
	}
	text, ok := strings.CutPrefix(header.Get("Range"), "bytes=")
	for part := range strings.SplitSeq(text, ",") {
		first, last, dash := strings.Cut(strings.TrimSpace(part), "-")
		from, errFrom := strconv.ParseUint(first, 10, 62)
		to, errTo := strconv.ParseUint(last, 10, 62)
		switch {
		case first == "" && errTo == nil && to > 0: // the last bytes
		case errFrom == nil && from < uint64(size) && (last == "" || errTo == nil && to >= from):
		default:
			ok = false
		}
		ok = ok && dash
	}
	if !ok {
		header.Del("Range")
	}
	return nil
}

// forAttachment settles who asks for one attachment.
func (h *Handlers) forAttachment(c echo.Context) (*request, *spatial.Collection, error) {
	r, err := h.beginEdit(c)
	if err != nil {
		return nil, nil, err
	}
	found, err := r.find(r.step("collection"))
	if err != nil {
		return nil, nil, err
	}
	return r, found, negotiate.Only(c.QueryParams())
}

// attach adds the body, or the files of a form, to a feature.
func (h *Handlers) attach(c echo.Context) error {
	r, found, err := h.beginChange(c)
	if err != nil {
		return err
	}
	files, err := r.files()
	if err != nil {
		return err
	}
	feature := r.step("feature")
	added, err := h.Attachments.Attach(c.Request().Context(), found, feature, r.access, files)
	if err != nil {
		return err
	}
	doc := r.attachmentList(found, feature, added)
	c.Response().Header().Set("Location", doc.Links[0].Href)
	if len(added) == 1 {
		c.Response().Header().Set("Location", doc.Attachments[0].Links[0].Href)
	}
	body, err := marshal(doc)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusCreated, negotiate.TypeJSON, body)
}

// files reads what is to be attached.
func (r *request) files() ([]spatial.NewAttachment, error) {
	const op = "ogc: attach"
	header := r.Request().Header
	mediaType, parameters, err := mime.ParseMediaType(header.Get(echo.HeaderContentType))
	if err != nil || mediaType != typeMultipart {
		_, disposition, _ := mime.ParseMediaType(header.Get(echo.HeaderContentDisposition))
		file, err := readFile(disposition["filename"], r.Request().Body)
		return []spatial.NewAttachment{file}, err
	}
	var list []spatial.NewAttachment
	for form := multipart.NewReader(r.Request().Body, parameters["boundary"]); ; {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) && len(list) > 0 {
			return list, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, spatial.Invalid(op, "The form has no file.")
		}
		if err != nil {
			return nil, bodyFault(err)
		}
		if part.FileName() == "" { // a field of the form's own
			continue
		}
		file, err := readFile(part.FileName(), part)
		if err != nil {
			return nil, err
		}
		list = append(list, file)
	}
}

func readFile(name string, from io.Reader) (file spatial.NewAttachment, err error) {
	content, err := io.ReadAll(io.LimitReader(from, attach.Most+1))
	if err != nil {
		return file, bodyFault(err)
	}
	if len(content) > attach.Most {
		return file, &spatial.Error{Code: spatial.CodeTooLarge, Op: "ogc: attach", Message: fmt.Sprintf("An attachment has at most %d MiB.", attach.Most>>20)}
	}
	return attach.Read(name, content)
}

// bodyFault is what a body that cannot be read comes to; what is too large for the
// server is told as that.
func bodyFault(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return fmt.Errorf("ogc: read body: %w", err)
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "ogc: read body", Message: "The upload broke off, or is no multipart/form-data.", Err: err}
}

// detach takes a file away from a feature.
func (h *Handlers) detach(c echo.Context) error {
	r, found, err := h.beginChange(c)
	if err != nil {
		return err
	}
	if err := h.Attachments.Detach(c.Request().Context(), found, r.step("feature"), r.step("attachment"), r.access); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
