package shapefile

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Exporter writes a zip with a Shapefile: .shp, .shx, .dbf, .prj, .cpg (UTF-8)
// and LIMITS.txt, which lists what the format could not hold. Coordinates are
// written bit by bit, x first, in the header's SRID. A layer of several kinds of
// geometry becomes one Shapefile each, NAME_point, NAME_multipoint, NAME_line and
// NAME_polygon, and NAME_table for what has none.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "shapefile" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".shp.zip", ".shz"} }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string { return "application/zip" }

// Create implements importers.Exporter.
func (Exporter) Create(_ context.Context, out io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	w := &zipWriter{out: out, scratch: scratch, h: h, name: fileName(h.Layer), fields: dbfFields(h), build: newShapeBuilder(h.Dimensions)}
	w.build.promoted = h.Geometry == spatial.GeometryMultiPoint
	if w.home = homeOf(h.Geometry); w.home != familyNone {
		if _, err := w.part(w.home); err != nil {
			w.release()
			return nil, err
		}
	}
	return w, nil
}

// homeOf is the family of a layer that has one; features without geometry stay
// there.
func homeOf(t spatial.GeometryType) family {
	switch t {
	case spatial.GeometryPoint:
		return familyPoint
	case spatial.GeometryMultiPoint:
		return familyMultiPoint
	case spatial.GeometryLineString, spatial.GeometryMultiLineString:
		return familyLine
	case spatial.GeometryPolygon, spatial.GeometryMultiPolygon:
		return familyPolygon
	}
	return familyNone
}

// part is one Shapefile of the zip; shp is nil for a table.
type part struct {
	path string
	shp  *shpFile
	dbf  *dbfFile
}

type zipWriter struct {
	out     io.Writer
	scratch string
	h       *importers.Header
	name    string
	fields  []dbfField
	home    family
	parts   [families]*part
	files   []string // base names, once they are settled
	build   *shapeBuilder
	content []byte
	values  []*importers.Value
	apart   int64 // collections
	failed  bool  // a record was not written: there will be no file
}

func (w *zipWriter) part(f family) (*part, error) {
	if w.parts[f] != nil {
		return w.parts[f], nil
	}
	p := &part{path: filepath.Join(w.scratch, fmt.Sprintf("part%d", f))}
	var err error
	if p.dbf, err = createDbf(p.path, w.fields); err != nil {
		return nil, err
	}
	w.parts[f] = p
	if f != familyNone {
		p.shp, err = createShp(p.path, f.shapeType(w.h.Dimensions))
	}
	return p, err
}

// Write implements importers.Writer.
func (w *zipWriter) Write(r *importers.Record) error {
	err := w.write(r)
	w.failed = w.failed || err != nil
	return err
}

func (w *zipWriter) write(r *importers.Record) error {
	w.values = w.values[:0]
	if len(w.fields) > len(w.h.Fields) {
		w.values = append(w.values, &r.ID)
	}
	for i := range w.h.Fields {
		var v *importers.Value
		if i < len(r.Values) {
			v = &r.Values[i]
		}
		w.values = append(w.values, v)
	}
	mask := uint(0)
	if r.Geometry != nil && w.h.Geometry != spatial.GeometryNone {
		var in wkb.Info
		if err := wkb.Inspect(r.Geometry, w.h.Dimensions, &in); err != nil {
			return fmt.Errorf("shapefile: write record %d: %w", r.Number, err)
		}
		mask = w.build.familiesOf(r.Geometry)
		if in.Kind == wkb.GeometryCollection {
			w.apart++
		}
	}
	if mask == 0 {
		return w.add(w.home, nil)
	}
	for f := range familyNone {
		if mask&(1<<f) != 0 {
			if err := w.add(f, r.Geometry); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *zipWriter) add(f family, g []byte) error {
	p, err := w.part(f)
	if err != nil {
		return err
	}
	switch {
	case p.shp == nil:
	case g == nil:
		err = p.shp.add(nil, nil)
	default:
		w.content = w.build.build(w.content[:0], g, f)
		err = p.shp.add(w.build, w.content)
	}
	if err != nil {
		return err
	}
	return p.dbf.add(w.values)
}

// Close implements importers.Writer.
func (w *zipWriter) Close() error {
	defer w.release()
	if w.failed {
		return nil
	}
	used := 0
	for _, p := range w.parts {
		if p != nil {
			used++
		}
	}
	if used == 0 {
		if _, err := w.part(familyNone); err != nil {
			return err
		}
	}
	suffixes := [families]string{"_point", "_multipoint", "_line", "_polygon", "_table"}
	z := zip.NewWriter(w.out)
	for f, p := range w.parts {
		if p == nil {
			continue
		}
		name := w.name
		if used > 1 {
			name += suffixes[f]
		}
		w.files = append(w.files, name)
		if err := w.finish(z, p, name); err != nil {
			return err
		}
	}
	err := putText(z, limitsName, "\ufeff"+w.limits())
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	return nil
}

// release closes what an error has left open.
func (w *zipWriter) release() {
	for _, p := range w.parts {
		if p == nil {
			continue
		}
		_ = p.dbf.spool.Close() // closed already where all went well
		if p.shp != nil {
			_ = p.shp.close()
		}
	}
}

// finish completes one Shapefile and moves it into the zip.
func (w *zipWriter) finish(z *zip.Writer, p *part, name string) error {
	extensions := []string{".dbf"}
	if p.shp != nil {
		if err := p.shp.finish(); err != nil {
			return err
		}
		extensions = []string{".shp", ".shx", ".dbf"}
	}
	if err := p.dbf.finish(); err != nil {
		return err
	}
	for _, ext := range extensions {
		if err := putFile(z, name+ext, p.path+ext); err != nil {
			return fmt.Errorf("shapefile: write: %w", err)
		}
	}
	err := putText(z, name+".cpg", "UTF-8")
	if prj := projection(w.h); prj != "" && p.shp != nil {
		err = errors.Join(err, putText(z, name+".prj", prj))
	}
	if err != nil {
		return fmt.Errorf("shapefile: write: %w", err)
	}
	return nil
}

// putFile moves a file into the zip.
func putFile(z *zip.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, f); err != nil {
		return err
	}
	return os.Remove(path)
}

func putText(z *zip.Writer, name, text string) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}
