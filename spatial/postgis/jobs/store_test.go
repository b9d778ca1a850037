package jobs_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/jobs"
)

func jobStore(t *testing.T) *jobs.Store {
	t.Helper()
	return jobs.NewStore(postgis.NewDB(testdb.DB(t), nil), slog.New(slog.DiscardHandler))
}

func jobID(c string) string { return strings.Repeat(c, 24) }

func newJob(id, collection string) spatial.Job {
	return spatial.Job{ID: jobID(id), Kind: spatial.JobImport, Node: "a", Collection: collection, Source: "x.gpkg", Bytes: 7,
		CreatedBy: "user:an", Department: "qh", Request: []byte(`{"url":"https://example.org/?token=1","mode":"create"}`)}
}

func addJob(t *testing.T, s *jobs.Store, j spatial.Job) spatial.Job {
	t.Helper()
	if err := s.AddJob(t.Context(), &j, 100); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJobsLife(t *testing.T) {
	t.Parallel()
	s, ctx := jobStore(t), t.Context()
	first := addJob(t, s, newJob("1", "roads"))
	if first.State != spatial.JobQueued || first.CreatedAt.IsZero() || !first.StartedAt.IsZero() {
		t.Errorf("%+v", first)
	}
	twin := newJob("2", "roads")
	if err := s.AddJob(ctx, &twin, 100); spatial.CodeOf(err) != spatial.CodeConflict {
		t.Errorf("a second job into the collection: %v", err)
	}
	many := newJob("2", "rivers")
	if err := s.AddJob(ctx, &many, 1); spatial.CodeOf(err) != spatial.CodeTooManyRequests {
		t.Errorf("too many: %v", err)
	}
	second := addJob(t, s, newJob("2", "rivers"))
	if _, err := s.NextJob(ctx, "b"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("for another node: %v", err)
	}
	got, err := s.NextJob(ctx, "a")
	if err != nil || got.ID != first.ID || got.State != spatial.JobRunning || got.StartedAt.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
	canceled, err := s.BeatJobs(ctx, map[string][]byte{first.ID: []byte(`{"read": 5}`), second.ID: nil})
	if err != nil || len(canceled) != 0 {
		t.Errorf("%v %v", canceled, err)
	}
	if kept, err := s.KeptJobs(ctx, "a"); err != nil || len(kept) != 2 {
		t.Errorf("%v %v", kept, err)
	}
	if j, err := s.CancelJob(ctx, second.ID); err != nil || j.State != spatial.JobCanceled || strings.Contains(string(j.Request), "token") {
		t.Errorf("%+v %v", j, err)
	}
	if j, err := s.CancelJob(ctx, first.ID); err != nil || j.State != spatial.JobRunning {
		t.Errorf("%+v %v", j, err)
	}
	canceled, err = s.BeatJobs(ctx, map[string][]byte{first.ID: nil})
	if diff := cmp.Diff([]string{first.ID}, canceled); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got.State, got.Reports, got.Error, got.Code, got.HasRejects = spatial.JobFailed, []byte(`[{"a":"\u0000"}]`), "b\x00ad", spatial.CodeInvalid, true
	if err := s.EndJob(ctx, got); err != nil {
		t.Fatal(err)
	}
	if err := s.EndJob(ctx, got); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("a second end: %v", err)
	}
	end, err := s.Job(ctx, first.ID)
	if err != nil || end.State != spatial.JobFailed || end.Error != "bad" || end.FinishedAt.IsZero() || string(end.Progress) != `{"read": 5}` ||
		strings.Contains(string(end.Request), "token") || !strings.Contains(string(end.Request), "create") {
		t.Errorf("%+v %v", end, err)
	}
	if kept, err := s.KeptJobs(ctx, "a"); err != nil || !slices.Equal(kept, []string{first.ID}) {
		t.Errorf("those with files: %v %v", kept, err)
	}
	if _, err := s.CancelJob(ctx, first.ID); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("cancel what has ended: %v", err)
	}
	addJob(t, s, newJob("3", "roads")) // the way is free
	if err := s.ForgetJobs(ctx, 0); err != nil {
		t.Error(err)
	}
	if _, err := s.Job(ctx, first.ID); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("forgotten: %v", err)
	}
}

func TestJobsInterrupted(t *testing.T) {
	t.Parallel()
	s, ctx := jobStore(t), t.Context()
	for i, node := range []string{"a", "b", "a"} {
		j := newJob(string("123"[i]), string("xyz"[i]))
		j.Node = node
		addJob(t, s, j)
		if i < 2 {
			if _, err := s.NextJob(ctx, node); err != nil {
				t.Fatal(err)
			}
		}
	}
	states := func() (all string) {
		t.Helper()
		for _, id := range []string{"1", "2", "3"} {
			j, err := s.Job(ctx, jobID(id))
			if err != nil {
				t.Fatal(err)
			}
			all += string(j.State) + " "
		}
		return all
	}
	for _, test := range []struct {
		node    string
		silence time.Duration
		want    string
	}{
		{"", time.Minute, "running running queued "},
		{"a", time.Minute, "interrupted running queued "},
		{"", 0, "interrupted interrupted queued "},
	} {
		if err := s.InterruptJobs(ctx, test.node, test.silence); err != nil {
			t.Fatal(err)
		}
		if got := states(); got != test.want {
			t.Errorf("%q after %v: %s, want %s", test.node, test.silence, got, test.want)
		}
	}
}

// TestJobVisibleInSQL holds the list against spatial.Job.VisibleTo.
func TestJobVisibleInSQL(t *testing.T) {
	t.Parallel()
	s, ctx := jobStore(t), t.Context()
	var all []spatial.Job
	for i, of := range [][2]string{{"user:an", "qh"}, {"user:an", ""}, {"user:ba", "gt"}, {"key:1", ""}} {
		j := newJob(string("1234"[i]), string("abcd"[i]))
		j.CreatedBy, j.Department = of[0], of[1]
		all = append(all, addJob(t, s, j))
	}
	roles := [][]spatial.Role{nil, {spatial.RoleViewer}, {spatial.RoleEditor}, {spatial.RoleAdmin}}
	seen := 0
	for _, subject := range []string{"", "user:an", "user:ba", "key:1"} {
		for _, department := range []string{"", "qh", "gt"} {
			for _, r := range roles {
				for _, device := range []string{"", "bus"} {
					a := spatial.Access{Subject: subject, Department: department, Roles: r, Device: device}
					var want []string
					for i := range all {
						if all[i].VisibleTo(a) {
							want = append(want, all[i].ID)
						}
					}
					queue, err := s.Jobs(ctx, a, 10)
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					for i := range queue {
						got = append(got, queue[i].ID)
					}
					slices.Sort(got)
					if seen += len(got); !slices.Equal(got, want) {
						t.Errorf("%+v sees %v, want %v", a, got, want)
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("nobody sees anything")
	}
}
