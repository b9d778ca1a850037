package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const report = `<?xml version="1.0" encoding="UTF-8"?>
<testng-results skipped="2" failed="1" total="5" passed="2"><suite name="s"><test name="Core">
<class name="org.opengis.cite.ogcapitiles10.core.Mandatory">
 <test-method status="PASS" name="initCommon" is-config="true"/>
 <test-method status="PASS" name="a"/>
 <test-method status="PASS" name="b"/>
 <test-method status="FAIL" name="c"><exception class="java.lang.AssertionError"><message><![CDATA[
  expected [200] but found [404]
  more]]></message></exception></test-method>
 <test-method status="SKIP" name="d"><exception class="org.testng.SkipException"><message>not offered</message></exception></test-method>
 <test-method status="SKIP" name="d"/>
</class></test></suite></testng-results>`

func TestReadResults(t *testing.T) {
	t.Parallel()
	got, err := readResults(strings.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	want := results{passed: 2,
		failed:  []outcome{{"core.Mandatory.c", "expected [200] but found [404]"}},
		skipped: []outcome{{"core.Mandatory.d", "not offered"}, {"core.Mandatory.d", ""}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(results{}, outcome{})); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"", "<testng-results/>", `<testng-results><suite><test><class name="x"><test-method status="PASS" name="init" is-config="true"/></class></test></suite></testng-results>`} {
		if _, err := readResults(strings.NewReader(bad)); err == nil {
			t.Errorf("%q counts as a run", bad)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "skips.txt")
	if err := os.WriteFile(path, []byte("# why\n\ntiles core.Mandatory.d  the server has none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	reasons, err := readSkips(path)
	if err != nil {
		t.Fatal(err)
	}
	skipped := []outcome{{"core.Mandatory.d", ""}}
	for _, tt := range []struct {
		name string
		give results
		ok   bool
	}{
		{"all well", results{passed: 1, skipped: skipped}, true},
		{"a failure", results{passed: 1, skipped: skipped, failed: []outcome{{"x", ""}}}, false},
		{"a skip without reason", results{passed: 1, skipped: append(skipped, outcome{"x", ""})}, false},
		{"a reason without skip", results{passed: 1}, false},
	} {
		if err := reasons.judge("tiles", tt.give); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := os.WriteFile(path, []byte("tiles core.Mandatory.d\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readSkips(path); err == nil {
		t.Error("a skip without a reason is read")
	}
}

// The committed list can be read.
func TestSkips(t *testing.T) {
	t.Parallel()
	if _, err := readSkips("skips.txt"); err != nil {
		t.Error(err)
	}
}

const junitReport = `<?xml version="1.0" ?>
<testsuites tests="4"><testsuite name="schemathesis">
 <testcase name="GET /a" time="1.0"/>
 <testcase name="GET /b"><failure type="failure" message="1. Server error
[500]"/><failure message="2. Undocumented status"/></testcase>
 <testcase name="GET /c"><error message="it broke off">more</error></testcase>
 <testcase name="GET /d"><skipped/></testcase>
</testsuite></testsuites>`

func TestReadJUnit(t *testing.T) {
	t.Parallel()
	got, err := readJUnit(strings.NewReader(junitReport))
	if err != nil {
		t.Fatal(err)
	}
	want := results{passed: 1,
		failed:  []outcome{{"GET_/b", "1. Server error"}, {"GET_/b", "2. Undocumented status"}, {"GET_/c", "it broke off more"}},
		skipped: []outcome{{"GET_/d", ""}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(results{}, outcome{})); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"", "<testsuites/>"} {
		if _, err := readJUnit(strings.NewReader(bad)); err == nil {
			t.Errorf("%q counts as a run", bad)
		}
	}
}
