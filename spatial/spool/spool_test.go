package spool_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/spool"
)

func open(t testing.TB, cfg spool.Config) *spool.Spool {
	t.Helper()
	s, err := spool.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// text is the record of a number, of 1 to 40 bytes.
func text(i int) []byte {
	return fmt.Appendf(nil, "%0*d", 1+i*7%40, i)
}

// readAll returns what is in the log from a position on, and how many bytes the disk
// has lost.
func readAll(t testing.TB, s *spool.Spool, at int64) (records []string, lost int64) {
	t.Helper()
	for {
		lot, err := s.Read(at, 100)
		if err != nil {
			t.Fatal(err)
		}
		lost += lot.Lost
		for _, r := range lot.Records {
			records = append(records, string(r))
		}
		if lot.Next == at {
			return records, lost
		}
		at = lot.Next
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, spool.Config{Dir: dir, SegmentBytes: 200, Gather: time.Microsecond})
	var want []string
	for i := 0; i < 50; i += 2 {
		if err := s.Append(t.Context(), text(i), text(i+1)); err != nil {
			t.Fatal(err)
		}
		want = append(want, string(text(i)), string(text(i+1)))
	}
	if got, lost := readAll(t, s, 0); lost != 0 || !slices.Equal(got, want) {
		t.Errorf("read %d bytes lost and %q", lost, got)
	}
	if err := s.Append(t.Context()); err != nil {
		t.Errorf("nothing at all: %v", err)
	}
	for _, bad := range [][]byte{{}, make([]byte, spool.MaxRecord+1)} {
		if err := s.Append(t.Context(), bad); err == nil {
			t.Errorf("a record of %d bytes is taken", len(bad))
		}
	}
	s.Close()
	if err := s.Append(t.Context(), text(1)); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("after the end: %v", err)
	}
	again := open(t, spool.Config{Dir: dir, SegmentBytes: 200})
	if got, _ := readAll(t, again, 0); !slices.Equal(got, want) {
		t.Errorf("after opening again: %q", got)
	}
}

func TestLongRecordBesideShortOnes(t *testing.T) {
	t.Parallel()
	s := open(t, spool.Config{Dir: t.TempDir()})
	long := slices.Repeat([]byte("x"), spool.MaxRecord)
	if err := s.Append(t.Context(), text(1), long, text(2)); err != nil {
		t.Fatal(err)
	}
	got, _ := readAll(t, s, 0)
	if diff := cmp.Diff([]int{len(text(1)), len(long), len(text(2))}, lengths(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func lengths(records []string) (n []int) {
	for _, r := range records {
		n = append(n, len(r))
	}
	return n
}

// TestGroup: who comes while the disk is waited for shares the next wait.
func TestGroup(t *testing.T) {
	t.Parallel()
	s := open(t, spool.Config{Dir: t.TempDir(), Gather: 50 * time.Millisecond})
	const writers = 200
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			if err := s.Append(t.Context(), text(i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	stats := s.Stats()
	if stats.Records != writers || stats.Syncs > writers/4 {
		t.Errorf("%d records with %d fsyncs", stats.Records, stats.Syncs)
	}
	got, _ := readAll(t, s, 0)
	slices.Sort(got)
	var want []string
	for i := range writers {
		want = append(want, string(text(i)))
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAdvance: what was let go is not read again, its segments go, and there is room.
func TestAdvance(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := spool.Config{Dir: dir, MaxBytes: 1000, SegmentBytes: 100, Gather: time.Microsecond}
	s := open(t, cfg)
	record := slices.Repeat([]byte("r"), 92) // 100 bytes with its header
	taken := 0
	var err error
	for ; err == nil; taken++ {
		err = s.Append(t.Context(), record)
	}
	if spatial.CodeOf(err) != spatial.CodeUnavailable || taken-1 != 10 {
		t.Fatalf("%d records of 100 bytes in 1000, then %v", taken-1, err)
	}
	if st := s.Stats(); st.Refused != 1 || st.Waiting != 1000 || st.Bytes != 1000 {
		t.Errorf("stats %+v", st)
	}
	if err := s.Advance(250); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Waiting != 750 || st.Bytes != 800 {
		t.Errorf("stats after 250 bytes were let go: %+v", st)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.spool"))
	if err != nil || len(files) != 8 {
		t.Errorf("%d segments, %v", len(files), err)
	}
	if err := s.Append(t.Context(), record, record); err != nil {
		t.Errorf("no room though 250 bytes were let go: %v", err)
	}
	if err := s.Advance(1200); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, cfg)
	if st := s.Stats(); st.Waiting != 0 || st.Bytes != 0 || s.End() != 1200 {
		t.Errorf("everything was let go: %+v, end %d", st, s.End())
	}
	if err := s.Append(t.Context(), text(3)); err != nil {
		t.Fatal(err)
	}
	if got, _ := readAll(t, s, s.Drained()); !slices.Equal(got, []string{string(text(3))}) {
		t.Errorf("got %q", got)
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	s := open(t, spool.Config{Dir: t.TempDir()})
	told := make(chan error, 1)
	go func() { told <- s.Await(t.Context(), 0) }()
	if err := s.Append(t.Context(), text(1)); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Await(ended, s.End()); err == nil {
		t.Error("there is nothing behind the end")
	}
}

// TestDiskRefuses: nothing is acknowledged that is not there, and the spool works
// again when the disk does.
func TestDiskRefuses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, spool.Config{Dir: dir, SegmentBytes: 1, Gather: time.Microsecond})
	if err := s.Append(t.Context(), text(1)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), text(2)); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("without a disk: %v", err)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), text(3)); err != nil {
		t.Error(err)
	}
	if got, _ := readAll(t, s, 0); !slices.Equal(got, []string{string(text(1)), string(text(3))}) {
		t.Errorf("got %q", got)
	}
}

// TestFolders: each process has a log of its own; what one that is gone has left is
// found by the next.
func TestFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, left, err := spool.OpenOne(spool.Config{Dir: dir})
	if err != nil || len(left) != 0 {
		t.Fatalf("%d left, %v", len(left), err)
	}
	if _, err := spool.Open(spool.Config{Dir: filepath.Join(dir, "0")}); err == nil {
		t.Error("two have one folder")
	}
	second, left, err := spool.OpenOne(spool.Config{Dir: dir})
	if err != nil || len(left) != 0 {
		t.Fatalf("%d left, %v", len(left), err)
	}
	for i, s := range []*spool.Spool{first, second} {
		if err := s.Append(t.Context(), text(i)); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	own, left, err := spool.OpenOne(spool.Config{Dir: dir})
	if err != nil || len(left) != 1 {
		t.Fatalf("%d left, %v", len(left), err)
	}
	for i, s := range []*spool.Spool{own, left[0]} {
		if got, _ := readAll(t, s, 0); !slices.Equal(got, []string{string(text(i))}) {
			t.Errorf("folder %d holds %q", i, got)
		}
		s.Close()
	}
}

// BenchmarkAppend is the price of a durable record with a thousand writers.
func BenchmarkAppend(b *testing.B) {
	s := open(b, spool.Config{Dir: b.TempDir(), MaxBytes: 64 << 30})
	record := slices.Repeat([]byte("r"), 70)
	b.SetParallelism(500)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Append(b.Context(), record); err != nil {
				b.Error(err)
				return
			}
		}
	})
	stats := s.Stats()
	b.ReportMetric(float64(stats.Records)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(stats.Records)/float64(stats.Syncs), "records/fsync")
}
