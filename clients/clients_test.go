package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdata"
)

// Programs that people use see every feature of a collection once, while others
// edit and read it, and the examples of docs/clients.md do what they say.
func TestClients(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t) // the processes that are looked at are not raced
	root := testdata.Root(t)
	o := options{
		gisd: filepath.Join(root, "bin", "gisd"), work: t.TempDir(), home: filepath.Join(root, "clients"),
		docs: filepath.Join(root, "docs", "clients.md"), n: 100_000, only: regexp.MustCompile(""), log: t.Output(),
	}
	if err := os.Chmod(o.work, 0o755); err != nil { // the cluster has a user of its own
		t.Fatal(err)
	}
	var light []client
	missing := func() error { _, err := os.Stat(o.gisd); return err }()
	for _, c := range all() {
		if !c.light {
			continue
		}
		_, err := c.version(t.Context(), o.home)
		missing = errors.Join(missing, err)
		light = append(light, c)
	}
	if missing != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", missing)
	}
	results, err := o.everyone(t.Context(), light)
	if err != nil {
		t.Error(err)
	}
	if len(results) != len(light) {
		t.Errorf("%d of %d clients have read", len(results), len(light))
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		see  []int
		want [3]int // seen, lost, doubled
	}{
		{"nothing", nil, [3]int{0, 3, 0}},
		{"each once", []int{3, 1, 2}, [3]int{3, 0, 0}},
		{"one is lost, one comes twice", []int{1, 2, 2}, [3]int{2, 1, 1}},
		{"what the writer adds does not count", []int{1, 2, 3, 4, 4, 99, 0, -1}, [3]int{3, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seen := newTally(3)
			for _, number := range tt.see {
				seen.see(number)
			}
			var got [3]int
			got[0], got[1], got[2] = seen.verdict()
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if (seen.fault() == nil) != (tt.want == [3]int{3, 0, 0}) {
				t.Error(seen.fault())
			}
		})
	}
}

// Of the numbers, exactly n stay.
func TestStays(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 49, 50, 51, 1000, 100_000} {
		got := 0
		for number := 1; number <= numbers(n); number++ {
			if stays(number) {
				got++
			}
		}
		if got != n {
			t.Errorf("%d stay, want %d", got, n)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	ogrinfo := client{line: regexp.MustCompile(`^  number \(Integer(?:64)?\) = (\d+)$`)}
	for _, tt := range []struct {
		c    client
		line string
		want int
		ok   bool
	}{
		{client{}, "12", 12, true},
		{client{}, `"12"`, 12, true},
		{client{}, "number", 0, false},
		{ogrinfo, "  number (Integer) = 12", 12, true},
		{ogrinfo, "  name (String) = 12", 0, false},
	} {
		if got, ok := tt.c.number(tt.line); got != tt.want || ok != tt.ok {
			t.Errorf("%q: %d %v", tt.line, got, ok)
		}
	}
}

// A client that ends with a fault has a line in the table all the same.
func TestOne(t *testing.T) {
	t.Parallel()
	s := &site{options: options{n: 3, log: t.Output()}}
	for _, tt := range []struct {
		name, script string
		edits        bool
		want         [3]int // seen, lost, doubled
		fault        string
	}{
		{"reads all", "seq 3", false, [3]int{3, 0, 0}, ""},
		{"loses one", "printf '1\n2\n2\n3'", false, [3]int{2, 1, 1}, "lost 1, doubled 1"},
		{"fails", "seq 3; echo broken >&2; exit 3", false, [3]int{3, 0, 0}, "exit status 3: broken"},
		{"edits", `test "$KEY" = secret`, true, [3]int{}, "exit status 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := s.one(t.Context(), client{
				name: tt.name, edits: tt.edits, program: "sh", ask: []string{"echo", "7"},
				args: func(*site) []string { return []string{"-c", tt.script} },
			})
			got := [3]int{r.seen, r.lost, r.doubled}
			if got != tt.want || r.version != "7" || (r.fault == nil) != (tt.fault == "") {
				t.Errorf("%+v", r)
			}
			if r.fault != nil && !strings.Contains(r.fault.Error(), tt.fault) {
				t.Error(r.fault)
			}
		})
	}
	if r := s.one(t.Context(), client{name: "nobody", ask: []string{"/nowhere/client"}}); r.fault == nil {
		t.Error("a client that is not there has read")
	}
}

func TestReadExamples(t *testing.T) {
	t.Parallel()
	got := readExamples("# A\n\n```sh\ncurl x\n```\n\n```json\n{}\n```\n```python\nimport a\n\nb()\n```\n")
	want := []example{{"sh", 3, "curl x\n"}, {"python", 10, "import a\n\nb()\n"}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(example{})); d != "" {
		t.Error(d)
	}
}

func TestPutTable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "clients.md")
	if err := os.WriteFile(path, []byte("# A\n"+tableBegin+"old\n"+tableEnd+"\nB\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := putTable(path, []result{
			{client: client{name: "C", covers: "all"}, version: "1", seen: 5},
			{client: client{name: "E", covers: "edits", edits: true}, version: "2", fault: errors.New("not saved\nat all")},
		}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for _, line := range []string{"| C | 1 | all | 5 | 0 | 0 | 0 |\n", "| E | 2 | edits | – | – | – | 0 |\n", "\nE failed: `not saved`\n"} {
		if strings.Count(got, line) != 1 {
			t.Errorf("not once: %q", line)
		}
	}
	if strings.Contains(got, "old") || !strings.HasPrefix(got, "# A\n") || !strings.HasSuffix(got, "\nB\n") {
		t.Error(got)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := putTable(path, nil); err == nil {
		t.Error("a document without a place for the table is written")
	}
}
