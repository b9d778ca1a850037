package track

import (
	"encoding/csv"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	"gisd/spatial/live"
)

// Writer writes the parts of a track; Close writes the end and closes nothing. The first
// call writes the head too.
type Writer interface {
	Part(p Part) error
	Close() error
}

// text gathers what goes out in one piece.
type text struct {
	out io.Writer
	buf []byte
}

func (t *text) add(parts ...string) {
	for _, p := range parts {
		t.buf = append(t.buf, p...)
	}
}

func (t *text) send() error {
	_, err := t.out.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

// NewGeoJSON writes a feature collection (RFC 7946 §3.3) with a LineString for each part,
// a Point for a part of one fix. Times and speeds (km/h, null where not known) of its
// coordinates are in the property coordinateProperties, as togeojson writes them.
func NewGeoJSON(out io.Writer, d *live.Device) Writer {
	w := &geoJSON{text: text{out: out}, id: d.ID}
	w.add(`{"type":"FeatureCollection","features":[`)
	return w
}

type geoJSON struct {
	text
	id    string
	parts int
}

func (w *geoJSON) Part(p Part) error {
	if w.parts > 0 {
		w.add(",")
	}
	w.parts++
	w.add(`{"type":"Feature","geometry":{"type":"`)
	if len(p.Fixes) == 1 {
		w.add(`Point","coordinates":`)
		w.position(&p.Fixes[0])
	} else {
		w.add(`LineString","coordinates":[`)
		for i := range p.Fixes {
			w.comma(i)
			w.position(&p.Fixes[i])
		}
		w.add("]")
	}
	w.add(`},"properties":{"device":`)
	w.buf = live.AppendText(w.buf, w.id)
	w.add(`,"begin":`)
	w.time(&p.Fixes[0])
	w.add(`,"end":`)
	w.time(&p.Fixes[len(p.Fixes)-1])
	w.add(`,"continues":`, strconv.FormatBool(p.Continues), `,"coordinateProperties":{"times":[`)
	for i := range p.Fixes {
		w.comma(i)
		w.time(&p.Fixes[i])
	}
	w.add(`],"speeds":[`)
	for i := range p.Fixes {
		w.comma(i)
		if s := p.Fixes[i].SpeedKMH; s.Known {
			w.buf = live.AppendMeasure(w.buf, s.Value)
		} else {
			w.add("null")
		}
	}
	w.add("]}}}")
	return w.send()
}

func (w *geoJSON) comma(i int) {
	if i > 0 {
		w.add(",")
	}
}

func (w *geoJSON) position(p *live.Position) {
	w.add("[")
	w.buf = live.AppendDegrees(w.buf, p.Lon)
	w.add(",")
	w.buf = live.AppendDegrees(w.buf, p.Lat)
	w.add("]")
}

func (w *geoJSON) time(p *live.Position) {
	w.add(`"`)
	w.buf = p.Time.UTC().AppendFormat(w.buf, time.RFC3339Nano)
	w.add(`"`)
}

func (w *geoJSON) Close() error {
	w.add("]}\n")
	return w.send()
}

// NewGPX writes GPX 1.1: one track, a segment for what lies between two gaps. Speed, in
// metres a second, and course go into Garmin's TrackPointExtension v2.
func NewGPX(out io.Writer, d *live.Device) Writer {
	w := &gpx{text: text{out: out}}
	name := d.Name
	if name == "" {
		name = d.ID
	}
	w.add(xml.Header, `<gpx version="1.1" creator="gisd" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">`,
		"\n<trk><name>", escaped(name), "</name><src>", escaped(d.ID), "</src><type>", escaped(string(d.Kind)), "</type>\n")
	return w
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

type gpx struct {
	text
	open bool // a segment
}

func (w *gpx) Part(p Part) error {
	if !p.Continues || !w.open {
		w.close()
		w.add("<trkseg>\n")
		w.open = true
	}
	fixes := p.New()
	for i := range fixes {
		w.point(&fixes[i])
	}
	return w.send()
}

func (w *gpx) point(p *live.Position) {
	w.add(`<trkpt lat="`)
	w.buf = live.AppendDegrees(w.buf, p.Lat)
	w.add(`" lon="`)
	w.buf = live.AppendDegrees(w.buf, p.Lon)
	w.add(`"><time>`)
	w.buf = p.Time.UTC().AppendFormat(w.buf, time.RFC3339Nano)
	w.add("</time>")
	if p.SpeedKMH.Known || p.BearingDegrees.Known {
		w.add("<extensions><gpxtpx:TrackPointExtension>")
		if p.SpeedKMH.Known {
			w.add("<gpxtpx:speed>")
			w.buf = live.AppendMeasure(w.buf, p.SpeedKMH.Value/3.6)
			w.add("</gpxtpx:speed>")
		}
		if p.BearingDegrees.Known {
			w.add("<gpxtpx:course>")
			w.buf = live.AppendMeasure(w.buf, p.BearingDegrees.Value)
			w.add("</gpxtpx:course>")
		}
		w.add("</gpxtpx:TrackPointExtension></extensions>")
	}
	w.add("</trkpt>\n")
}

func (w *gpx) close() {
	if w.open {
		w.add("</trkseg>\n")
	}
}

func (w *gpx) Close() error {
	w.close()
	w.add("</trk>\n</gpx>\n")
	return w.send()
}

// NewCSV writes a line for each fix: device, time, lon and lat in degrees, speed in km/h,
// bearing in degrees, accuracy in metres, flags separated by spaces, attributes as JSON.
func NewCSV(out io.Writer) Writer {
	w := &lines{csv: csv.NewWriter(out)}
	w.err = w.csv.Write([]string{"device", "time", "lon", "lat", "speed", "bearing", "accuracy", "flags", "attributes"})
	return w
}

type lines struct {
	csv *csv.Writer
	err error
}

func (w *lines) Part(p Part) error {
	fixes := p.New()
	for i := range fixes {
		f := &fixes[i]
		measured := func(m live.Measure) string {
			if !m.Known {
				return ""
			}
			return string(live.AppendMeasure(nil, m.Value))
		}
		if err := w.csv.Write([]string{
			f.Device, f.Time.UTC().Format(time.RFC3339Nano), string(live.AppendDegrees(nil, f.Lon)), string(live.AppendDegrees(nil, f.Lat)),
			measured(f.SpeedKMH), measured(f.BearingDegrees), measured(f.AccuracyMeters), strings.Join(f.Flags.Names(), " "), string(f.Attributes),
		}); err != nil {
			return err
		}
	}
	return w.Close()
}

func (w *lines) Close() error {
	w.csv.Flush()
	if w.err != nil {
		return w.err
	}
	return w.csv.Error()
}
