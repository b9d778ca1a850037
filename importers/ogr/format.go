package ogr

import (
	"context"
	"errors"
	"fmt"

	"gisd/importers"
	"gisd/spatial"
)

// Format finds files of all kinds that are read through GDAL. Its zero value
// takes the programs from the path, with DefaultLimits.
type Format struct {
	Programs    string   // folder of ogrinfo and ogr2ogr; "" looks them up
	Environment []string // for an installation that needs GDAL_DATA or PROJ_DATA to be set
	Limits      Limits   // the zero value is DefaultLimits
}

// Name implements importers.Format.
func (Format) Name() string { return "ogr" }

// Reads names the formats for people.
func (Format) Reads() []string {
	return []string{"mapinfo tab and mif", "dgn v7", "file geodatabase", "gml", "ods", "openstreetmap pbf"}
}

// Layers implements importers.Format. A damaged file among others is a layer
// that cannot be opened, so that the others can.
func (f Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	all, err := datasets(in)
	if err != nil {
		return nil, err
	}
	var layers []importers.Layer
	for i := range all {
		d := &all[i]
		if i > 0 {
			d.drivers = all[i-1].drivers
		}
		if d.kind.single {
			layers = append(layers, f.layer(d, nil))
			continue
		}
		found, err := f.layersOf(ctx, d)
		if err != nil {
			if _, ours := errors.AsType[*spatial.Error](err); !ours || len(all) == 1 {
				return nil, err
			}
			found = []importers.Layer{{Name: d.title, Format: d.kind.format, File: d.file, Spatial: true,
				Open: func(context.Context, importers.SourceOptions) (importers.Source, error) { return nil, err }}}
		}
		layers = append(layers, found...)
	}
	return layers, nil
}

func (f Format) layersOf(ctx context.Context, d *dataset) ([]importers.Layer, error) {
	r, err := f.newRunner(ctx, d)
	if err != nil {
		return nil, err
	}
	all, err := r.list(ctx)
	if err == nil {
		sections := r.capture(ctx)
		for i := range all {
			all[i].section = sections[all[i].name]
		}
	}
	if err = errors.Join(err, r.close()); err != nil {
		return nil, unjoin(err)
	}
	if len(all) == 0 {
		return nil, r.fail(ctx, "ogrinfo", errors.New("there is no layer in it"))
	}
	var layers []importers.Layer
	for i := range all {
		if !d.kind.sparse || all[i].count != 0 {
			layers = append(layers, f.layer(d, &all[i]))
		}
	}
	if len(layers) == 0 {
		return nil, &spatial.Error{Code: spatial.CodeInvalid, Op: "ogr: open", Message: fmt.Sprintf("%s is %s without any feature", d.file, d.kind.title)}
	}
	return layers, nil
}

// unjoin gives back the one error that a join holds.
func unjoin(err error) error {
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return e
	}
	return err
}

func (f Format) layer(d *dataset, l *listed) importers.Layer {
	out := importers.Layer{Name: d.title, Format: d.kind.format, File: d.file, Spatial: true,
		Open: func(ctx context.Context, o importers.SourceOptions) (importers.Source, error) {
			return f.open(ctx, d, l, o)
		}}
	if l != nil {
		out.Name, out.Spatial = l.name, l.geometry != "None"
	}
	return out
}
