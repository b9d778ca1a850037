package importers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/spatial"
)

// Format reads one family of files. Formats are told apart by content: each is
// offered the whole input and takes what it recognizes.
type Format interface {
	Name() string // "shapefile"
	// Layers lists the layers of this format in the input, in a stable order;
	// none is no error. It fails for a file that is of this format and cannot
	// be read.
	Layers(ctx context.Context, in *Input) ([]Layer, error)
}

// SourceOptions concern how a layer is read.
type SourceOptions struct {
	Encoding string // "" or "auto" finds out
	// Columns of a table that hold coordinates or geometry text, by name; ""
	// finds them. XColumn is the easting or longitude, YColumn the northing or
	// latitude; named columns are used as named.
	XColumn, YColumn, GeometryColumn string
	// AxesAsNamed keeps a table's X and Y columns from being exchanged where
	// their values say that X is the northing: for callers who swap themselves.
	AxesAsNamed bool
}

// Layer is one readable layer of an input.
type Layer struct {
	Name   string
	Format string
	File   string // name within the input
	// Spatial is false for a table without geometry.
	Spatial bool
	// Whole marks a layer that repeats what the file's other layers hold. It is
	// taken only by its name.
	Whole bool
	// Open reads what is needed to know the schema.
	Open func(ctx context.Context, o SourceOptions) (Source, error)
}

// Layers lists what every format finds in the input. Names are unique: layers
// of equal names in several files carry the file's folder before them. Finding
// none is an error that says what was found instead.
func Layers(ctx context.Context, in *Input, formats []Format) ([]Layer, error) {
	var all []Layer
	for _, f := range formats {
		layers, err := f.Layers(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, layers...)
	}
	if len(all) == 0 {
		return nil, nothingFound(in, formats)
	}
	distinguish(all)
	return all, nil
}

// FormatNames lists what the formats read, for people. A Format of several says so
// by a method Reads.
func FormatNames(formats []Format) []string {
	var names []string
	for _, f := range formats {
		if several, ok := f.(interface{ Reads() []string }); ok {
			names = append(names, several.Reads()...)
		} else {
			names = append(names, f.Name())
		}
	}
	return names
}

func nothingFound(in *Input, formats []Format) error {
	what := fmt.Sprintf("is in no format that is read here (%s)", strings.Join(FormatNames(formats), ", "))
	full := slices.ContainsFunc(in.Files, func(f File) bool { return f.Size > 0 && (in.Named == "" || f.Name == in.Named) })
	switch {
	case len(in.Files) == 0 && in.links > 0:
		what = "holds nothing but links, which are not followed: name the folder that they lead to"
	case len(in.Files) == 0:
		what = "holds no files"
	case !full && in.Named != "":
		what = "is empty"
	case !full:
		what = "holds only empty files"
	default:
		if said := whatInstead(in); said != "" {
			return &spatial.Error{Code: spatial.CodeUnsupported, Op: "importers: open", Message: said}
		}
	}
	return &spatial.Error{Code: spatial.CodeUnsupported, Op: "importers: open", Message: in.Name + " " + what}
}

// whatInstead names the files of known kinds that are not read, up to three.
func whatInstead(in *Input) string {
	var said []string
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		what := unreadable(f)
		if what == "" {
			continue
		}
		if len(said) == 3 {
			said = append(said, "and more")
			break
		}
		said = append(said, f.Name+" is "+what)
	}
	return strings.Join(said, "; ")
}

func distinguish(layers []Layer) {
	count := map[string]int{}
	for i := range layers {
		layers[i].Name = norm.NFC.String(layers[i].Name) // as people type it
		count[layers[i].Name]++
	}
	used := map[string]bool{}
	for i := range layers {
		l := &layers[i]
		if count[l.Name] > 1 {
			l.Name = strings.TrimSuffix(l.File, "/") + ":" + l.Name
		}
		for n := 2; used[l.Name]; n++ {
			l.Name = fmt.Sprintf("%s_%d", strings.TrimRight(l.Name, "_0123456789"), n)
		}
		used[l.Name] = true
	}
}

// Parts are the layers without those that repeat others.
func Parts(layers []Layer) []Layer {
	return slices.DeleteFunc(slices.Clone(layers), func(l Layer) bool { return l.Whole })
}

// ChooseLayer applies the rule of the command line: the named layer, else the
// only one. The error lists what there is.
func ChooseLayer(layers []Layer, name string) (Layer, error) {
	if name == "" {
		if parts := Parts(layers); len(parts) == 1 {
			return parts[0], nil
		}
		return Layer{}, &AmbiguousError{Layers: layers}
	}
	name = norm.NFC.String(name)
	for _, l := range layers {
		if l.Name == name {
			return l, nil
		}
	}
	for _, l := range layers {
		if strings.EqualFold(l.Name, name) {
			return l, nil
		}
	}
	return Layer{}, &AmbiguousError{Layers: layers, Wanted: name}
}

// AmbiguousError says that a layer must be named; it is bad usage.
type AmbiguousError struct {
	Layers []Layer
	Wanted string
}

// Error lists the layers, one a line.
func (e *AmbiguousError) Error() string {
	var b strings.Builder
	if e.Wanted != "" {
		fmt.Fprintf(&b, "there is no layer %q; layers are:", e.Wanted)
	} else {
		fmt.Fprintf(&b, "%d layers; name one with --layer or take --all-layers:", len(e.Layers))
	}
	for _, l := range e.Layers {
		kind := ""
		switch {
		case !l.Spatial:
			kind = ", no geometry"
		case l.Whole:
			kind = ", all of the others"
		}
		fmt.Fprintf(&b, "\n  %s (%s%s)", l.Name, l.Format, kind)
	}
	return b.String()
}
