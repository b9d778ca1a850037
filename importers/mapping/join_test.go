package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/mapping"
)

func TestJoin(t *testing.T) {
	t.Parallel()
	owners := table(false, "SO_THUA,CHU,A", "2,Hai,b", "1,Một,a", "9,Chín,z", "1,trùng,-", "-,ai,-")
	out := apply(t, table(false, "SO,A", "1,x", "2,y", "3,w", "-,v"), "join: {file: owners.xlsx, key: so_thua, on: SO}\nfields: [{from: CHU, name: chu_su_dung}]",
		mapping.Surroundings{Open: opens(owners)})
	want := []string{
		"chu_su_dung=Một SO=1 A=x A_2=a", "chu_su_dung=Hai SO=2 A=y A_2=b",
		"chu_su_dung=- SO=3 A=w A_2=- lost SO 3", "chu_su_dung=- SO=- A=v A_2=- lost SO ",
	}
	for range 2 { // a second reading begins its counts anew
		if diff := cmp.Diff(want, read(t, out)); diff != "" {
			t.Error(diff)
		}
	}
	remarks := importers.RemarksOf(out)
	if n := strings.Join(remarks.Notes, "\n"); !strings.Contains(n, "2 records found their row, 2 did not; 1 rows were not asked for; 1 rows repeat a key, of which the first counts; 1 rows have no key") {
		t.Error(n)
	}
	var unmatched []string
	if err := remarks.Rejects(func(e importers.RecordError) error { unmatched = append(unmatched, e.Field+" "+e.Raw); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"so_thua 9"}, unmatched); diff != "" {
		t.Error(diff)
	}
}

// A joined table larger than any window is found whole, in any order.
func TestJoinOfManyRows(t *testing.T) {
	t.Parallel()
	var left, right []string
	for i := range 20_000 {
		left = append(left, fmt.Sprint(i*7%20_000))
		right = append(right, fmt.Sprintf("%d,%s%d", i, strings.Repeat("x", i%300), i))
	}
	out := apply(t, table(false, "K", left...), "join: {file: o, key: K}", mapping.Surroundings{Open: opens(table(false, "K,V", right...)), Scratch: t.TempDir()})
	n := 0
	err := out.Read(t.Context(), func(r *importers.Record) error {
		k := n * 7 % 20_000
		if want := fmt.Sprintf("%s%d", strings.Repeat("x", k%300), k); string(r.Values[1].Bytes) != want {
			return fmt.Errorf("row %d: %q", k, r.Values[1].Bytes)
		}
		n++
		return nil
	})
	if err != nil || n != 20_000 {
		t.Error(n, err)
	}
}
