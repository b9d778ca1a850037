package dxf_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/dxf"
	"gisd/importers/importertest"
	"gisd/internal/testdata"
)

// onPurpose lists, by the end of the path, why the number of features differs
// from GDAL's.
var onPurpose = map[string]string{
	"integration_tests/data/duplicate_handles.dxf":                       "dimensions turned by 5,156° measure 0 in GDAL, and get no arrowheads",
	"samples/data/api-cw750-details.dxf":                                 "GDAL adds arrowheads and block contents of MULTILEADERs as features",
	"examples_dxf/uncommon.dxf":                                          "GDAL adds arrowheads of MULTILEADERs as features",
	"integration_tests/data/recover01.dxf":                               "GDAL gives up at the first LINE; the file has 1,441 of them",
	"dxf/leader-mleader.dxf":                                             "GDAL invents arrowheads for leaders",
	"dxf/attrib.dxf":                                                     "GDAL drops constant attributes, which are text like any other",
	"dxf/clusterfuzz-testcase-minimized-dxf_fuzzer-5400376672124928.dxf": "GDAL finds a point in bytes that are no drawing",
}

// TestCorpusAgreesWithGDAL compares the sum of the features over the layers of
// each drawing with GDAL's count.
func TestCorpusAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	agree, all := 0, 0
	for _, e := range importertest.Corpus(t) {
		if e.Driver != "DXF" || e.File == "" {
			continue
		}
		all++
		got := strconv.FormatInt(countAll(t, e.File), 10)
		reason := ""
		for suffix, why := range onPurpose {
			if strings.HasSuffix(e.Path, suffix) {
				reason = why
			}
		}
		switch {
		case got == e.Count && reason != "":
			t.Errorf("%s agrees now: take it off the list", e.Path)
		case got == e.Count:
			agree++
		case reason == "":
			t.Errorf("%s: %s features, GDAL has %s", e.Path, got, e.Count)
		}
	}
	t.Logf("%d of %d drawings agree, %d differ on purpose", agree, all, len(onPurpose))
	if agree*100 < all*95 {
		t.Errorf("fewer than 95 %% agree")
	}
	if all < 120 {
		t.Errorf("only %d drawings in the corpus", all)
	}
}

// countAll reads every layer but the one that repeats the others.
func countAll(t *testing.T, path string) int64 {
	t.Helper()
	layers, err := importertest.Layers(t, dxf.Format{}, path)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	sum := int64(0)
	for _, l := range importers.Parts(layers) {
		src, err := l.Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		err = src.Read(t.Context(), func(r *importers.Record) error {
			n++
			if r.Err != nil {
				t.Errorf("%s, %s: record %d: %s", path, l.Name, r.Number, r.Err.Reason.EN)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s, %s: %v", path, l.Name, err)
		}
		if n != src.Schema().Count {
			t.Errorf("%s, %s: %d records, the schema says %d", path, l.Name, n, src.Schema().Count)
		}
		sum += n
	}
	return sum
}

// TestBinaryDrawings: GDAL 3.6 cannot read them.
func TestBinaryDrawings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		path string
		want int64
	}{
		{"corpus/import/ezdxf/integration_tests/data/bin_dxf_r12.dxf", 3},
		{"corpus/import/ezdxf/integration_tests/data/bin_dxf_r13.dxf", 3},
		{"corpus/import/ezdxf/integration_tests/data/bin_dxf_r14.dxf", 3},
		{"corpus/import/ezdxf/integration_tests/data/bin_dxf_r2000.dxf", 1},
	} {
		if got := countAll(t, testdata.Shared(t, tc.path)); got != tc.want {
			t.Errorf("%s: %d features, want %d", tc.path, got, tc.want)
		}
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, path, layer string }{
		{"details", "corpus/import/dxf-parser/samples/data/api-cw750-details.dxf", "entities"},
		{"one layer of it", "corpus/import/dxf-parser/samples/data/api-cw750-details.dxf", "FG-Frame"},
		{"binary", "corpus/import/ezdxf/integration_tests/data/bin_dxf_r2000.dxf", ""},
		{"hatches", "corpus/import/ezdxf/examples_dxf/hatches_1.dxf", "entities"},
		{"attributes", "corpus/import/ezdxf/examples_dxf/multi_insert_with_attribs.dxf", "entities"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := testdata.Shared(t, tc.path)
			importertest.Source(t, func(t *testing.T) importers.Source {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				return openNamed(t, b, tc.layer)
			})
		})
	}
}
