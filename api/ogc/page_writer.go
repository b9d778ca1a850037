package ogc

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// memoryForPage is how much of a page is kept before it goes out; what follows goes in
// pieces, so that the database, this server and the client work at the same time.
const (
	memoryForPage = 4 << 20
	pieceOfPage   = 128 << 10
)

// pageWriter writes a page of features as JSON while they are read. The features
// come first, what is known only after them follows: counts and links.
type pageWriter struct {
	r       *request
	c       *spatial.Collection
	q       itemsQuery
	encoder *encoder
	buf     []byte
	kept    *[]byte // where buf comes from and goes back to
	count   int
	out     *patient // once the page has begun to go out
}

// newPageWriter prepares a page; whoever asks calls release once it is written.
func (r *request) newPageWriter(c *spatial.Collection, q itemsQuery) (*pageWriter, error) {
	e, err := r.newEncoder(c, q.view)
	if err != nil {
		return nil, err
	}
	kept, _ := r.h.buffers.Get().(*[]byte)
	if kept == nil {
		kept = new(make([]byte, 0, 16<<10))
	}
	w := &pageWriter{r: r, c: c, q: q, encoder: e, buf: (*kept)[:0], kept: kept}
	w.buf = append(w.buf, `{"type":"FeatureCollection"`...)
	w.buf = append(append(w.buf, e.root()...), `,"features":[`...)
	return w, nil
}

// release lets the next page use the memory of this one.
func (w *pageWriter) release() {
	*w.kept, w.buf = w.buf[:0], nil
	w.r.h.buffers.Put(w.kept)
}

func (w *pageWriter) add(f *spatial.Feature) error {
	if w.count > 0 {
		w.buf = append(w.buf, ',')
	}
	w.count++
	var err error
	if w.buf, err = w.encoder.append(w.buf, f); err != nil {
		return err
	}
	return w.flushBeyond(memoryForPage)
}

// flushBeyond sends what is there once it is that much, and by pieces from then on.
func (w *pageWriter) flushBeyond(kept int) error {
	if w.out != nil {
		kept = pieceOfPage
	}
	if len(w.buf) < kept {
		return nil
	}
	return w.flush()
}

// flush begins to send, or goes on.
func (w *pageWriter) flush() error {
	if w.out == nil {
		w.out = w.r.patient()
		h := w.r.Response().Header()
		h.Set("Content-Crs", "<"+w.q.to.uri+">")
		h.Set("Content-Language", w.r.lang)
		h.Add(echo.HeaderVary, "Accept-Language")
		h.Set(echo.HeaderContentType, w.r.format.Type)
		w.r.Response().WriteHeader(http.StatusOK)
	}
	_, err := w.out.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

// fail tells of an error as long as it can be told.
func (w *pageWriter) fail(err error) error {
	if w.out == nil {
		return err
	}
	return w.r.breakOff(err)
}

// finish writes what follows the features. The entity tag speaks for all but the
// time stamp, which stands last.
func (w *pageWriter) finish(page *spatial.FeaturePage) error {
	links := w.r.itemsLinks(w.c, w.q, page)
	encoded, err := marshal(links)
	if err != nil {
		return w.fail(err)
	}
	b := append(w.buf, ']')
	switch {
	case page.Matched >= 0 && page.Estimated:
		b = strconv.AppendInt(append(b, `,"numberMatchedEstimated":`...), page.Matched, 10)
	case page.Matched >= 0:
		b = strconv.AppendInt(append(b, `,"numberMatched":`...), page.Matched, 10)
	}
	b = strconv.AppendInt(append(b, `,"numberReturned":`...), int64(w.count), 10)
	b = append(append(b, `,"links":`...), encoded...)
	stable := len(b)
	b = append(b, `,"timeStamp":"`...)
	b = w.r.h.Now().UTC().AppendFormat(b, time.RFC3339)
	w.buf = append(b, `"}`...)
	if w.out != nil {
		w.trail(links)
		if err := w.flush(); err != nil {
			return w.fail(err)
		}
		return nil
	}
	w.r.linkHeader(links)
	w.r.Response().Header().Set("Content-Crs", "<"+w.q.to.uri+">")
	return w.r.body(w.r.format.Type, w.buf, w.buf[:stable])
}

// trail sends the links after the body where they came too late for the header
// (RFC 9110 §6.5).
func (w *pageWriter) trail(links []negotiate.Link) { w.r.trail(links) }

func (r *request) trail(links []negotiate.Link) {
	for _, l := range links {
		r.Response().Header().Add(http.TrailerPrefix+"Link", l.Header())
	}
}
