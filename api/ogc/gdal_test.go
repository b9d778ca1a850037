package ogc_test

import (
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"gisd/internal/testdata"
)

// GDAL reads every feature of a collection, page after page, and in the
// collection's own system.
func TestGDAL(t *testing.T) {
	t.Parallel()
	program := testdata.Program(t, "ogrinfo", "gdal-bin")
	site := httptest.NewServer(newService(t))
	t.Cleanup(site.Close)
	for _, test := range []struct {
		name, layer string
		options     []string
		wants       []string
	}{
		{"pages", "points", []string{"-oo", "PAGE_SIZE=7"}, []string{"Feature Count: 25", "Extent: (106.100000, 10.900000) - (106.340000, 11.000000)", "name: String", "số tầng: Integer", "built: Date"}},
		{"a filter", "points", []string{"-where", `"số tầng" = 3`}, []string{"Feature Count: 1"}},
		{"a box", "points", []string{"-spat", "106.105", "10", "106.125", "12"}, []string{"Feature Count: 2"}},
		{"nothing", "empty", nil, []string{"Feature Count: 0"}},
		{"its own system", "national", []string{"-al"}, []string{"Feature Count: 1", "POINT (106.6"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append(test.options, "OAPIF:"+site.URL+"/ogc", test.layer)
			if test.name != "its own system" {
				args = append([]string{"-so"}, args...)
			}
			out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for _, want := range test.wants {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
		})
	}
}
