package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// transformFlags are the flags of `gisd transform`.
type transformFlags struct {
	from, to string
	x, y     string
	swapXY   bool
}

func newTransformCommand(a *app) *cobra.Command {
	var f transformFlags
	cmd := &cobra.Command{
		Use:   "transform --from CRS --to CRS [FILE.csv | X Y]",
		Short: "Convert coordinates between reference systems",
		Long: "Convert one position, or a CSV table (from standard input without a file), to which the new coordinates are added as two columns. " +
			"X is the easting or longitude, whatever the system: give --swap-xy where X is the northing. " +
			"VN-2000 is converted by the ministry's parameters (05/2007/QĐ-BTNMT) everywhere.",
		Example: "  gisd transform --from EPSG:9210 --to EPSG:4326 600000 1220900\n" +
			"  gisd transform --from EPSG:9210 --to EPSG:4326 points.csv > lonlat.csv\n" +
			"  gisd transform --from CRS84 --to EPSG:3857 -- -0.1276 51.5072",
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.transform(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "system of the given coordinates, such as EPSG:9210 or CRS84")
	flags.StringVar(&f.to, "to", "", "system to convert to")
	flags.StringVar(&f.x, "x", "", "column of easting or longitude")
	flags.StringVar(&f.y, "y", "", "column of northing or latitude")
	flags.BoolVar(&f.swapXY, "swap-xy", false, "the northing stands first, as in Vietnamese surveys")
	return cmd
}

func (a *app) transform(ctx context.Context, f transformFlags, args []string) error {
	t, err := f.prepare()
	if err != nil {
		return err
	}
	if len(args) == 2 {
		return a.transformPoint(t, f, args)
	}
	in, name := a.stdin, "standard input"
	if len(args) == 1 && args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer file.Close()
		in, name = file, args[0]
	}
	return a.transformTable(ctx, t, f, namedReader{in, name})
}

// prepare reads the two systems; anything wrong with them is bad usage.
func (f transformFlags) prepare() (*crs.Transform, error) {
	if f.from == "" || f.to == "" {
		return nil, usagef("give --from and --to, such as --from EPSG:9210 --to EPSG:4326")
	}
	from, err := crs.ParseURI(f.from)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	to, err := crs.ParseURI(f.to)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return crs.NewTransform(from, to)
}

func (a *app) transformPoint(t *crs.Transform, f transformFlags, args []string) error {
	var at [2]float64
	for i, text := range args {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return usagef("%q is not a number", text)
		}
		at[i] = v
	}
	if f.swapXY {
		at[0], at[1] = at[1], at[0]
	}
	x, y, err := t.Checked(at[0], at[1])
	if err != nil {
		return err
	}
	to := t.To()
	line := crs.AppendNumber(nil, x, to.Decimals())
	line = append(line, ' ')
	line = append(crs.AppendNumber(line, y, to.Decimals()), '\n')
	_, err = a.stdout.Write(line)
	return err
}

// namedReader is an input with its name for messages.
type namedReader struct {
	io.Reader
	name string
}

// maxRejectLines is how many bad rows are listed; all are counted.
const maxRejectLines = 20

func (a *app) transformTable(ctx context.Context, t *crs.Transform, f transformFlags, in namedReader) error {
	listed := 0
	out := bufio.NewWriterSize(a.stdout, 64<<10)
	report, err := t.CSV(ctx, in, out, crs.CSVOptions{
		XColumn: f.x, YColumn: f.y, SwapXY: f.swapXY,
		Reject: func(line int, reason string) {
			if listed++; listed <= maxRejectLines {
				fmt.Fprintf(a.stderr, "%s:%d: %s\n", in.name, line, reason)
			}
		},
	})
	if err == nil {
		err = out.Flush()
	}
	if _, ok := errors.AsType[*spatial.Error](err); ok {
		return fmt.Errorf("%s: %s", in.name, describe(err))
	}
	if err != nil {
		return err
	}
	if report.Rejected > 0 {
		return &exitError{exitRejected, fmt.Errorf("%d of %d rows were not converted; their new columns are empty", report.Rejected, report.Rows)}
	}
	return nil
}
