package spool_test

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gisd/spatial/spool"
)

const header = 8 // of a record

// TestCrashAtAnyByte: whatever the last write has left behind, every record that was
// whole is there, in its order, and nothing else; and the log goes on.
func TestCrashAtAnyByte(t *testing.T) {
	t.Parallel()
	made := t.TempDir()
	s := open(t, spool.Config{Dir: made})
	const records = 12
	var want []string
	var ends []int
	end := 0
	for i := range records {
		want = append(want, string(text(i)))
		end += header + len(text(i))
		ends = append(ends, end)
	}
	var all [][]byte
	for _, w := range want {
		all = append(all, []byte(w))
	}
	if err := s.Append(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	s.Close()
	name := fmt.Sprintf("%016x.spool", 0)
	log, err := os.ReadFile(filepath.Join(made, name))
	if err != nil || len(log) != end {
		t.Fatalf("the log has %d bytes, %v", len(log), err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	dir := t.TempDir()
	for cut := range len(log) + 1 {
		for _, tail := range [][]byte{nil, make([]byte, 300), noise, log[:min(cut, 100)]} {
			if err := os.WriteFile(filepath.Join(dir, name), slices.Concat(log[:cut], tail), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := spool.Open(spool.Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			whole, _ := slices.BinarySearch(ends, cut+1)
			got, lost := readAll(t, s, 0)
			if !slices.Equal(got, want[:whole]) || lost != 0 {
				t.Fatalf("cut at %d with %d bytes behind: %d bytes lost, %d records, want %d", cut, len(tail), lost, len(got), whole)
			}
			s.Close()
		}
	}
}

// TestGoesOnAfterACrash: what is appended behind a cut is there when it is opened
// again, at several cuts.
func TestGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	for _, torn := range []int64{0, 1, 7, 8, 9, 30} {
		dir := t.TempDir()
		s := open(t, spool.Config{Dir: dir})
		if err := s.Append(t.Context(), text(1)); err != nil {
			t.Fatal(err)
		}
		kept := s.End()
		if err := s.Append(t.Context(), slices.Repeat([]byte("x"), 40)); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if err := os.Truncate(filepath.Join(dir, fmt.Sprintf("%016x.spool", 0)), kept+torn); err != nil {
			t.Fatal(err)
		}
		s = open(t, spool.Config{Dir: dir})
		if err := s.Append(t.Context(), text(2)); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s = open(t, spool.Config{Dir: dir})
		if got, lost := readAll(t, s, 0); lost != 0 || !slices.Equal(got, []string{string(text(1)), string(text(2))}) {
			t.Errorf("torn at %d: %d bytes lost, %q", torn, lost, got)
		}
	}
}

// TestDamage: of a segment that the disk does not give back as it was, the records
// beside the damage are read, and the loss is told.
func TestDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, spool.Config{Dir: dir, SegmentBytes: 300, Gather: time.Microsecond})
	record := func(i int) []byte { return fmt.Appendf(nil, "%092d", i) }
	for i := range 9 {
		if err := s.Append(t.Context(), record(i)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, fmt.Sprintf("%016x.spool", 300))
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log[150] ^= 1 // in the fifth
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
	got, lost := readAll(t, s, 0)
	var want []string
	for i := range 9 {
		if i != 4 {
			want = append(want, string(record(i)))
		}
	}
	if lost != 100 || s.Stats().Lost != 100 || !slices.Equal(got, want) {
		t.Errorf("%d bytes lost, %d records", lost, len(got))
	}
	if err := os.Truncate(path, 120); err != nil {
		t.Fatal(err)
	}
	if got, lost = readAll(t, s, 0); lost != 200 || len(got) != 7 {
		t.Errorf("of a segment that is too short: %d bytes lost, %d records", lost, len(got))
	}
}

// TestKilled: a process that is killed at any moment has left everything that it
// said was durable.
func TestKilled(t *testing.T) {
	if dir := flag.Arg(0); dir != "" {
		appendForEver(t, dir)
	}
	t.Parallel()
	dir := t.TempDir()
	said := 0
	for round := range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilled$", dir, strconv.Itoa(said))
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for n := 0; n < 50+20*round; n++ {
			if _, err := lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			said++
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(lines)
		said += strings.Count(string(rest), "\n")
		_ = child.Wait()
		s := open(t, spool.Config{Dir: dir})
		got, lost := readAll(t, s, 0)
		s.Close()
		there := map[string]bool{}
		for _, r := range got {
			there[r] = true
		}
		if lost != 0 || len(there) < said {
			t.Fatalf("round %d: %d were durable, %d are there, %d bytes lost", round, said, len(there), lost)
		}
	}
}

// appendForEver says a line for each record that is durable.
func appendForEver(t *testing.T, dir string) {
	from, err := strconv.Atoi(flag.Arg(1))
	if err != nil {
		t.Fatal(err)
	}
	s, err := spool.Open(spool.Config{Dir: dir, SegmentBytes: 1000, Gather: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	next := from * 10 // apart from those that were not told of
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				mu.Lock()
				record := fmt.Appendf(nil, "%d %s", next, strings.Repeat("x", next%90))
				next++
				mu.Unlock()
				if s.Append(t.Context(), record) != nil {
					os.Exit(1)
				}
				fmt.Println("durable")
			}
		})
	}
	group.Wait()
}

// FuzzOpen: a segment may hold anything; what is read from it is what would be written
// there.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	s := open(f, spool.Config{Dir: dir})
	if err := s.Append(f.Context(), text(1), text(2), text(30)); err != nil {
		f.Fatal(err)
	}
	s.Close()
	name := fmt.Sprintf("%016x.spool", 0)
	log, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(log)
	f.Add(log[:len(log)-3])
	f.Add(slices.Concat(log, make([]byte, 20)))
	f.Add(slices.Concat(log[:10], []byte{1}, log[10:]))
	f.Add([]byte{1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, log []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), log, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := spool.Open(spool.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		got, lost := readAll(t, s, 0)
		size := int64(0)
		for _, r := range got {
			size += header + int64(len(r))
		}
		if size+lost != s.End() || s.End() > int64(len(log)) {
			t.Errorf("%d bytes of records and %d lost make %d of %d", size, lost, s.End(), len(log))
		}
	})
}
