package importers_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/spatial"
)

func TestRunChoosesIDs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		src      *given
		key      string
		late     bool // the database finds the repetition
		want     []string
		from     string
		rejected int64
	}{
		{"ascending", keyed(3, 5, 6), "", false, []string{"3", "5", "6"}, "id", 0},
		{"any order", keyed(9, 5, 7, 6), "", false, []string{"9", "5", "7", "6"}, "id", 0},
		{"repeated", keyed(3, 5, 5), "", false, []string{"1", "2", "3"}, "number", 0},
		{"repeated far back", keyed(3, 4, 5, 9, 4), "", false, []string{"1", "2", "3", "4", "5"}, "number", 0},
		{"one is missing", keyed(3, 0, 5), "", false, []string{"1", "2", "3"}, "number", 0},
		{"found by the database", keyed(3, 5, 6), "", true, []string{"1", "2", "3"}, "number", 0},
		{"asked for, repeated and missing", keyed(3, 5, 5, 0, 6), "ID", false, []string{"3", "5", "6"}, "id", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := &memory{duplicate: tc.late}
			r, err := importers.Run(t.Context(), tc.src, m, importers.Options{Collection: "a", Key: tc.key, MaxErrors: -1})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, ids(m)); diff != "" {
				t.Error(diff)
			}
			if r.IDFrom != tc.from || r.Rejected != tc.rejected || !m.published || m.closed != 1 || m.released != 1 {
				t.Errorf("%+v, published %v, closed %d, and %d when the reservation ended", r, m.published, m.closed, m.released)
			}
		})
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	rejected := keyed(1, 2)
	rejected.records[1].Err = &importers.RecordError{Reason: spatial.Text{EN: "bad"}}
	hopeless := keyed(1, 2)
	for i := range hopeless.records {
		hopeless.records[i].Err = &importers.RecordError{Reason: spatial.Text{EN: "bad"}}
	}
	badCRS := keyed(1)
	badCRS.schema.CRS = importers.CRS{}
	badCRS.records[0].Geometry = point(5e6, 7e6)
	for _, tc := range []struct {
		name string
		src  *given
		sink *memory
		o    importers.Options
		want string
	}{
		{"the source", &given{schema: keyed().schema, err: broken}, &memory{}, importers.Options{Collection: "a"}, "broken"},
		{"the sink", keyed(1, 2), &memory{breakLoad: broken}, importers.Options{Collection: "a"}, "broken"},
		{"a rejected record", rejected, &memory{}, importers.Options{Collection: "a"}, "record 2: bad"},
		{"nothing is left", hopeless, &memory{}, importers.Options{Collection: "a", MaxErrors: -1}, "every record was rejected, the first of them record 1: bad"},
		{"an impossible id", keyed(1), &memory{}, importers.Options{Collection: "A b"}, "no collection id"},
		{"an unknown key", keyed(1), &memory{}, importers.Options{Collection: "a", Key: "x"}, "no field x"},
		{"an unknown system", badCRS, &memory{}, importers.Options{Collection: "a"}, "--crs"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := importers.Run(t.Context(), tc.src, tc.sink, tc.o)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v", err)
			}
			if tc.sink.published {
				t.Error("published")
			}
			if tc.sink.loads > 0 && (tc.sink.closed != 1 || tc.sink.failed == nil) {
				t.Errorf("closed %d times with %v", tc.sink.closed, tc.sink.failed)
			}
		})
	}
}

// several is a sink of two imports that share their fate.
type several struct {
	stagings  [2]memory
	begun     int
	beside    []importers.Staging
	published []string
	reserved  []importers.Claim
	conflict  error // of the reservation
}

func (s *several) Reserve(_ context.Context, claims []importers.Claim) (func(), error) {
	s.reserved = claims
	return func() {}, s.conflict
}

func (s *several) Base(context.Context, string) (*importers.Base, error) { return nil, nil }

func (s *several) Edits(context.Context, string, int, func(importers.Edit) error) error { return nil }

func (s *several) Begin(_ context.Context, _ *importers.Plan, beside importers.Staging) (importers.Staging, error) {
	s.beside = append(s.beside, beside)
	s.begun++
	return &s.stagings[s.begun-1], nil
}

func (s *several) Publish(_ context.Context, all []importers.Staged) error {
	for _, staged := range all {
		s.published = append(s.published, staged.Plan.Options.Collection)
	}
	return nil
}

func TestRunAllPublishesAllOrNone(t *testing.T) {
	t.Parallel()
	bad := keyed(1)
	bad.records[0].Err = &importers.RecordError{Reason: spatial.Text{EN: "bad"}}
	missing := errors.New("missing")
	for _, tc := range []struct {
		name   string
		second func(context.Context) (importers.Source, error)
		dryRun bool
		want   []string
		err    string
		begun  int
	}{
		{"both are good", func(context.Context) (importers.Source, error) { return keyed(2), nil }, false, []string{"a", "b"}, "", 2},
		{"a rehearsal", func(context.Context) (importers.Source, error) { return keyed(2), nil }, true, nil, "", 2},
		{"the second fails", func(context.Context) (importers.Source, error) { return bad, nil }, false, nil,
			"layer B: record 1: bad; more than 0 rejected records are not accepted (--max-errors); none of the 2 layers was imported", 2},
		{"the second cannot be opened", func(context.Context) (importers.Source, error) { return nil, missing }, false, nil, "missing", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := &several{}
			reports, err := importers.RunAll(t.Context(), []importers.Job{
				{Layer: "A", Open: func(context.Context) (importers.Source, error) { return keyed(1), nil }, Options: importers.Options{Collection: "a", DryRun: tc.dryRun}},
				{Layer: "B", Open: tc.second, Options: importers.Options{Collection: "b", DryRun: tc.dryRun}},
			}, s)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(tc.want, s.published); diff != "" {
				t.Error(diff)
			}
			if s.begun != tc.begun || len(reports) != tc.begun || s.beside[0] != nil || s.begun == 2 && s.beside[1] != &s.stagings[0] {
				t.Errorf("%d begun, beside %v, %d reports", s.begun, s.beside, len(reports))
			}
			for i := range s.begun {
				if m := &s.stagings[i]; m.closed != 1 || (m.failed != nil) != (tc.err != "") {
					t.Errorf("staging %d was closed %d times with %v", i, m.closed, m.failed)
				}
			}
		})
	}
}

// Collections are reserved, all of them, before the first source is opened.
func TestRunAllReservesFirst(t *testing.T) {
	t.Parallel()
	taken := errors.New("taken")
	s := &several{conflict: taken}
	open := func(context.Context) (importers.Source, error) {
		t.Error("a source is opened")
		return keyed(1), nil
	}
	_, err := importers.RunAll(t.Context(), []importers.Job{
		{Open: open, Options: importers.Options{Collection: "a"}},
		{Open: open, Options: importers.Options{Collection: "b", Mode: importers.ModeUpsert}},
	}, s)
	want := []importers.Claim{{Collection: "a", Mode: importers.ModeCreate}, {Collection: "b", Mode: importers.ModeUpsert}}
	if diff := cmp.Diff(want, s.reserved); diff != "" || !errors.Is(err, taken) {
		t.Error(diff, err)
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := &memory{}
	src := keyed(1, 2)
	src.schema.CRS.SRID = 2056 // not one whose coordinates are looked at before
	if _, err := importers.Run(ctx, src, m, importers.Options{Collection: "a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if m.published || m.closed != 1 {
		t.Errorf("published %v, closed %d", m.published, m.closed)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	var infos []importers.FieldInfo
	names := []string{"Tên đường", "TEN_DUONG", "id", "geom", "Diện tích (m²)", "2024", "", "面積", strings.Repeat("dài ", 40)}
	for _, n := range names {
		infos = append(infos, importers.FieldInfo{Name: n})
	}
	var got []string
	for i, f := range importers.Columns(infos) {
		if f.Name != names[i] {
			t.Errorf("name %q became %q", names[i], f.Name)
		}
		got = append(got, f.Column)
	}
	want := []string{"ten_duong", "ten_duong_2", "id_2", "geom_2", "dien_tich_m", "_2024", "field", "field_2", strings.TrimRight(strings.Repeat("dai_", 40)[:55], "_")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGuessCRS(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		x, y float64
		want spatial.SRID
	}{
		{"degrees", 106.66, 11.05, 4326},
		{"Bình Dương in VN-2000", 599_233, 1_222_000, 9210},
		{"a building site", 5000, 2000, 0},
	} {
		src := keyed(1)
		src.schema.CRS = importers.CRS{}
		src.records[0].Geometry = point(tc.x, tc.y)
		_, c, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{Home: home()})
		if c.SRID != tc.want || (err != nil) != (tc.want == 0) || err == nil && !c.Guess {
			t.Errorf("%s: %+v, %v", tc.name, c, err)
		}
	}
}
