package attachments_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis/attachments"
	"gisd/spatial/postgis/features"
)

var (
	editor = spatial.Access{Subject: "user:an", UserID: 1, Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"}
	viewer = spatial.Access{Subject: "user:ba", UserID: 2, Roles: []spatial.Role{spatial.RoleViewer}}
)

// archive is a collection p of three features with a store of attachments.
type archive struct {
	fixture.Store
	files *attachments.Store
	p     *spatial.Collection
}

func newArchive(t *testing.T, c attachments.Config) *archive {
	t.Helper()
	s := fixture.Open(t)
	a := &archive{Store: s, files: attachments.NewStore(s.DB, features.NewStore(s.DB, s.Catalogue), c)}
	a.publish(t)
	return a
}

// publish makes the next version of the collection, in which ids are as they were.
func (a *archive) publish(t *testing.T) {
	t.Helper()
	a.p = fixture.Collection(t, a.Pool, fixture.Spec{ID: "p", Department: "qh", Features: fixture.Points(3)})
	a.run(t, `select gisd.watch_edits($1)`, a.p.Table)
	if err := a.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (a *archive) run(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := a.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func file(name string, content []byte) spatial.NewAttachment {
	return spatial.NewAttachment{Content: content, Attachment: spatial.Attachment{
		Name: name, MediaType: "image/png", Bytes: int64(len(content)), SHA256: sha256.Sum256(content),
		TakenAt: time.Date(2026, 3, 1, 1, 2, 3, 0, time.UTC), Place: &[2]float64{106.65, 10.98},
	}}
}

func (a *archive) attach(t *testing.T, feature string, list ...spatial.NewAttachment) []spatial.Attachment {
	t.Helper()
	added, err := a.files.Attach(t.Context(), a.p, feature, editor, list)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func (a *archive) names(t *testing.T, feature string) (names []string) {
	t.Helper()
	list, err := a.files.Known(t.Context(), a.p, feature)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range list {
		names = append(names, at.Name)
	}
	return names
}

func TestContentComesBack(t *testing.T) {
	t.Parallel()
	a := newArchive(t, attachments.Config{})
	content := bytes.Repeat([]byte("0123456789abcde"), 60_000) // four parts
	added := a.attach(t, "1", file("nhà.png", content))
	list, err := a.files.Attachments(t.Context(), a.p, "1", viewer)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(added, list); diff != "" {
		t.Error(diff)
	}
	at, r, err := a.files.Attachment(t.Context(), a.p, "1", added[0].ID, viewer)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(added[0], *at); diff != "" {
		t.Error(diff)
	}
	whole, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(whole, content) {
		t.Errorf("%d bytes, %v", len(whole), err)
	}
	const from, count = 256<<10 - 3, 10 // over the edge of a part
	if _, err := r.Seek(from, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	part := make([]byte, count)
	if _, err := io.ReadFull(r, part); err != nil || !bytes.Equal(part, content[from:from+count]) {
		t.Errorf("%q, %v", part, err)
	}
	if _, _, err := a.files.Attachment(t.Context(), a.p, "2", added[0].ID, viewer); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("of another feature: %v", err)
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	a := newArchive(t, attachments.Config{})
	hidden := *a.p
	hidden.Visibility = spatial.VisibilityInternal
	added := a.attach(t, "1", file("a.png", []byte("a")))
	for _, test := range []struct {
		name string
		do   func() error
		want spatial.Code
	}{
		{"to add", func() error {
			_, err := a.files.Attach(t.Context(), a.p, "1", viewer, []spatial.NewAttachment{file("b.png", []byte("b"))})
			return err
		}, spatial.CodeForbidden},
		{"to delete", func() error { return a.files.Detach(t.Context(), a.p, "1", added[0].ID, viewer) }, spatial.CodeForbidden},
		{"to see what is hidden", func() error {
			_, err := a.files.Attachments(t.Context(), &hidden, "1", spatial.Access{})
			return err
		}, spatial.CodeNotFound},
		{"to add to no feature", func() error {
			_, err := a.files.Attach(t.Context(), a.p, "9", editor, []spatial.NewAttachment{file("b.png", []byte("b"))})
			return err
		}, spatial.CodeNotFound},
		{"to delete what is not there", func() error { return a.files.Detach(t.Context(), a.p, "1", "none", editor) }, spatial.CodeNotFound},
	} {
		if err := test.do(); spatial.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	if err := a.files.Detach(t.Context(), a.p, "1", added[0].ID, editor); err != nil {
		t.Fatal(err)
	}
	got := testdb.Strings(t, a.Pool, `select actor || ' ' || action || ' ' || object || ' ' || (detail ->> 'feature') || ' ' || (detail ->> 'name')
		from gisd.audit where action like 'attachment%' order by id`)
	if diff := cmp.Diff([]string{"user:an attachment.add p 1 a.png", "user:an attachment.delete p 1 a.png"}, got); diff != "" {
		t.Error(diff)
	}
	if n := testdb.Strings(t, a.Pool, `select count(*)::text from gisd.attachment_part`); n[0] != "0" {
		t.Errorf("%s parts are left", n[0])
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	a := newArchive(t, attachments.Config{MaxTotal: 10, MaxFeature: 2})
	refused := func(feature string, list ...spatial.NewAttachment) {
		t.Helper()
		if _, err := a.files.Attach(t.Context(), a.p, feature, editor, list); spatial.CodeOf(err) != spatial.CodeTooLarge {
			t.Errorf("error %v", err)
		}
	}
	a.attach(t, "1", file("a.png", []byte("12345")), file("b.png", []byte("1")))
	refused("1", file("c.png", []byte("1")))
	refused("2", file("c.png", []byte("1234")), file("d.png", []byte("1")))
	if got := a.names(t, "2"); got != nil {
		t.Errorf("%v of what was refused", got)
	}
	a.attach(t, "2", file("c.png", []byte("1234")))
}

// TestFeaturesComeAndGo: attachments stay as long as the id is the same feature.
func TestFeaturesComeAndGo(t *testing.T) {
	t.Parallel()
	a := newArchive(t, attachments.Config{})
	a.attach(t, "1", file("a.png", []byte("a")))
	a.attach(t, "3", file("c.png", []byte("c")))
	a.run(t, `update gisd.collection_version set id_source = 'source'`)
	a.attach(t, "1", file("by key.png", []byte("k")))
	a.publish(t)
	if got := a.names(t, "1"); got != nil {
		t.Errorf("of a version in which ids mean something else: %v", got)
	}
	a.run(t, `update gisd.collection_version set id_source = 'source'`)
	if diff := cmp.Diff([]string{"by key.png"}, a.names(t, "1")); diff != "" {
		t.Errorf("of a version in which ids stay:\n%s", diff)
	}
	a.run(t, `delete from layers.p where id = 1`)
	a.run(t, `insert into layers.p (id, name) values (1, 'another one')`)
	if got := a.names(t, "1"); got != nil {
		t.Errorf("of a feature that took the place of another: %v", got)
	}
	purge := func(want string) {
		t.Helper()
		if err := a.files.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := testdb.Strings(t, a.Pool, `select coalesce(string_agg(name, ' ' order by name), '') from gisd.attachment`)[0]; left != want {
			t.Errorf("left are %q, want %q", left, want)
		}
	}
	purge("a.png by key.png c.png")
	a.run(t, `update gisd.attachment set gone_at = gone_at - interval '31 days', lost_at = case feature_id when '3' then lost_at - interval '31 days' else lost_at end`)
	purge("a.png")
	a.run(t, `update gisd.collection_version set id_source = '' where version = 2`)
	a.run(t, `update gisd.attachment set ids = gisd.meaning_of_ids('p'), lost_at = lost_at - interval '31 days'`) // as after a revert
	purge("a.png")
}
