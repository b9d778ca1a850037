package crs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/crs"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		to       spatial.SRID
		in       string
		options  crs.CSVOptions
		out      string
		rejected []string
	}{
		{
			"by name", 4326, "id,easting,northing,note\n1,600000,1220900,\"a, b\"\n", crs.CSVOptions{},
			"id,easting,northing,note,lon,lat\n1,600000,1220900,\"a, b\",106.666983391,11.038787761\n", nil,
		},
		{"without a header", 3857, "600000,1220900,x\n", crs.CSVOptions{}, "600000,1220900,x,11874114.2755,1236505.7410\n", nil},
		{
			"byte order mark, semicolons, decimal commas", 4326, "\ufeffX;Y\r\n600000,0;1220900,0\r\n", crs.CSVOptions{},
			"X;Y;lon;lat\n600000,0;1220900,0;106.666983391;11.038787761\n", nil,
		},
		{"northing first", 4326, "x\ty\n1220900\t600000\n", crs.CSVOptions{SwapXY: true}, "x\ty\tlon\tlat\n1220900\t600000\t106.666983391\t11.038787761\n", nil},
		{
			"columns named", 4326, "toadoY,toadoX\n600000,1220900\n", crs.CSVOptions{XColumn: "toadoy", YColumn: "toadox"},
			"toadoY,toadoX,lon,lat\n600000,1220900,106.666983391,11.038787761\n", nil,
		},
		{"names taken", 5897, "Easting,Northing\n600000,1220900\n", crs.CSVOptions{}, "Easting,Northing,easting_5897,northing_5897\n600000,1220900,681966.3877,1221253.5117\n", nil},
		{
			"bad rows", 4326, "easting,northing,n\n600000,1220900,1\nabc,1,2\n600000\n1220900,600000,3\nNaN,Inf,4\n", crs.CSVOptions{},
			"easting,northing,n,lon,lat\n600000,1220900,1,106.666983391,11.038787761\nabc,1,2,,\n600000,,,,\n1220900,600000,3,,\nNaN,Inf,4,,\n",
			[]string{"3 not a pair", "4 1 columns only", "5 swapped", "6 not a pair"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			var rejected []string
			c.options.Reject = func(line int, reason string) { rejected = append(rejected, fmt.Sprint(line, " ", reason)) }
			report, err := mustTransform(t, 9210, c.to).CSV(t.Context(), strings.NewReader(c.in), &out, c.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.out, out.String()); diff != "" {
				t.Error(diff)
			}
			if int(report.Rejected) != len(c.rejected) || len(rejected) != len(c.rejected) {
				t.Fatalf("rejected %v, report %+v", rejected, report)
			}
			for i, want := range c.rejected {
				line, text, _ := strings.Cut(want, " ")
				if !strings.HasPrefix(rejected[i], line+" ") || !strings.Contains(rejected[i], text) {
					t.Errorf("row rejected as %q, want %q", rejected[i], want)
				}
			}
		})
	}
}

func TestCSVRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"empty": "", "one column": "x\n1\n", "no positions": "name,age\nan,30\n", "open quote": "x,y\n\"1,2\n", "half named": "x,y\n1,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o crs.CSVOptions
			if name == "half named" {
				o.XColumn = "x"
			}
			var out strings.Builder
			_, err := mustTransform(t, 9210, 4326).CSV(t.Context(), strings.NewReader(in), &out, o)
			if spatial.CodeOf(err) != spatial.CodeInvalid {
				t.Errorf("got %v", err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if _, err := mustTransform(t, 9210, 4326).CSV(ctx, strings.NewReader("x,y\n600000,1220900\n"), &out, crs.CSVOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: %v", err)
	}
	if _, err := mustTransform(t, 9210, 4326).CSV(t.Context(), strings.NewReader("x,y\n600000,1220900\n"), failing{}, crs.CSVOptions{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

var errFull = errors.New("no space left")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestChecked(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name     string
		from, to spatial.SRID
		x, y     float64
		fault    string // "" is none
	}{
		{"Thủ Dầu Một", 9210, 4326, 591000, 1214000, ""},
		{"Côn Đảo", 9210, 4326, 593000, 961000, ""},
		{"Trường Sa from Khánh Hòa's zone", 4326, 9217, 114.36, 10.18, ""},
		{"swapped", 9210, 4326, 1220900, 600000, "swapped"},
		{"swapped degrees", 4326, 9210, 11.05, 106.65, "is not a valid one"},
		{"the origin", 9210, 4326, 0, 0, "outside the area of EPSG:9210"},
		{"Paris in VN-2000", 4326, 9210, 2.35, 48.85, "outside the reach"},
		{"Manila in VN-2000", 4326, 9210, 121, 14.6, "outside the area of EPSG:9210"},
		{"Paris in web Mercator", 4326, 3857, 2.35, 48.85, ""},
		{"far north in web Mercator", 4326, 3857, 2.35, 86, "outside the area of EPSG:3857"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := mustTransform(t, c.from, c.to).Checked(c.x, c.y)
			if c.fault == "" && err != nil || c.fault != "" && (spatial.CodeOf(err) != spatial.CodeInvalid || !strings.Contains(err.Error(), c.fault)) {
				t.Errorf("got %v, want %q", err, c.fault)
			}
		})
	}
}

func TestAppendNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v        float64
		decimals int
		want     string
	}{{106.6669833908, 9, "106.666983391"}, {-0.00001, 4, "0.0000"}, {-0.00006, 4, "-0.0001"}, {0, 9, "0.000000000"}, {1e7, 0, "10000000"}} {
		if got := string(crs.AppendNumber(nil, c.v, c.decimals)); got != c.want {
			t.Errorf("%v with %d decimals: %s, want %s", c.v, c.decimals, got, c.want)
		}
	}
}

// FuzzCSV: no panic, and every row that is not reported carries two numbers.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"id,easting,northing\n1,600000,1220900\n", "600000;1220900\n", "\ufeffX\tY\n1\t2\n", "x,y\n\"1\"\"\",2\n", "x,y\n1\n", "a,b\n", "\"",
	} {
		f.Add(s)
	}
	tr := mustTransform(f, 9210, 4326)
	f.Fuzz(func(t *testing.T, s string) {
		var out strings.Builder
		rejected := int64(0)
		report, err := tr.CSV(t.Context(), strings.NewReader(s), &out, crs.CSVOptions{Reject: func(int, string) { rejected++ }})
		if err != nil && spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%v", err)
		}
		if report.Rejected != rejected || report.Rejected > report.Rows || len(out.String()) > 4*len(s)+64*int(report.Rows+1) {
			t.Errorf("%+v, %d rejected, %d bytes of %d", report, rejected, len(out.String()), len(s))
		}
	})
}
