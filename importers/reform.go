package importers

import (
	"context"

	"gisd/importers/wkb"
	"gisd/spatial/crs"
)

// reform is a source whose coordinates are rewritten record by record.
type reform struct {
	Source
	crs   CRS
	forms [2]crs.Form // applied in order
}

// reformed wraps src where there is something to rewrite, and says so.
func reformed(src Source, c CRS, asked, found crs.Form) (Source, CRS) {
	if asked.SwapXY {
		c.Reason += "; x and y are swapped as asked for"
	}
	if asked.Plain() && found.Plain() {
		return src, c
	}
	return &reform{Source: src, crs: c, forms: [2]crs.Form{asked, found}}, c
}

// SettledCRS implements Settled.
func (r *reform) SettledCRS() CRS { return r.crs }

// Remarks implements Remarker where the source does.
func (r *reform) Remarks() Remarks { return RemarksOf(r.Source) }

// Position implements Positioned where the source does; else it stays at 0.
func (r *reform) Position() int64 { return PositionOf(r.Source) }

// PositionOf is how many bytes a source has read, 0 where it cannot tell.
func PositionOf(src Source) int64 {
	if p, ok := src.(Positioned); ok {
		return p.Position()
	}
	return 0
}

// Read implements Source. A geometry that cannot be rewritten is handed on as it
// is, for the loader to reject.
func (r *reform) Read(ctx context.Context, emit func(*Record) error) error {
	dims := r.Source.Schema().Dimensions
	var buf []byte
	var in wkb.Info
	return r.Source.Read(ctx, func(rec *Record) error {
		if len(rec.Geometry) == 0 {
			return emit(rec)
		}
		if wkb.Inspect(rec.Geometry, dims, &in) == nil {
			buf = append(buf[:0], rec.Geometry...)
		} else {
			var err error
			if buf, err = wkb.Normalize(buf[:0], rec.Geometry, dims); err != nil || wkb.Inspect(buf, dims, &in) != nil {
				return emit(rec)
			}
		}
		wkb.Edit(buf, dims, func(x, y float64) (float64, float64) {
			return r.forms[1].Apply(r.forms[0].Apply(x, y))
		})
		given := rec.Geometry
		rec.Geometry = buf
		err := emit(rec)
		rec.Geometry = given
		return err
	})
}
