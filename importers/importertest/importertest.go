// Package importertest is the suite that every source of records must pass. It
// looks at coordinates only as bytes.
package importertest

import (
	"context"
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Source checks what the contract of importers.Source demands, on a source that
// holds at least one record and no rejected one. open gives a fresh one each
// time; Source closes it.
func Source(t *testing.T, open func(t *testing.T) importers.Source) {
	t.Helper()
	t.Run("schema", func(t *testing.T) { schema(t, opened(t, open).Schema()) })
	t.Run("records", func(t *testing.T) { records(t, opened(t, open)) })
	t.Run("reads again from the start", func(t *testing.T) { again(t, opened(t, open)) })
	t.Run("stops at the receiver's error", func(t *testing.T) { stops(t, opened(t, open)) })
	t.Run("stops when the context ends", func(t *testing.T) { cancelled(t, opened(t, open)) })
}

func opened(t *testing.T, open func(t *testing.T) importers.Source) importers.Source {
	t.Helper()
	s := open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func schema(t *testing.T, s importers.Schema) {
	t.Helper()
	if s.Layer == "" || s.Format == "" || s.GeometryType == "" || s.Dimensions == "" || s.Encoding == "" {
		t.Errorf("incomplete: %+v", s)
	}
	seen := map[string]bool{}
	for _, f := range s.Fields {
		if f.Name == "" || seen[f.Name] || !norm.NFC.IsNormalString(f.Name) {
			t.Errorf("field name %q is empty, repeated or not NFC", f.Name)
		}
		seen[f.Name] = true
		switch f.Type {
		case spatial.FieldString, spatial.FieldInteger, spatial.FieldNumber, spatial.FieldBoolean, spatial.FieldDate, spatial.FieldDateTime, spatial.FieldJSON:
		default:
			t.Errorf("field %s has type %q", f.Name, f.Type)
		}
	}
}

func records(t *testing.T, src importers.Source) {
	t.Helper()
	s := src.Schema()
	n, last := int64(0), int64(0)
	err := src.Read(t.Context(), func(r *importers.Record) error {
		n++
		if r.Number <= last {
			t.Errorf("record %d comes after %d", r.Number, last)
		}
		last = r.Number
		record(t, &s, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Error("no records")
	}
	if s.Count >= 0 && s.Count < n {
		t.Errorf("%d records, the schema says %d", n, s.Count)
	}
}

func record(t *testing.T, s *importers.Schema, r *importers.Record) {
	t.Helper()
	if r.Err != nil {
		t.Errorf("record %d: %s", r.Number, r.Err.Reason.EN)
		return
	}
	if len(r.Values) != len(s.Fields) {
		t.Fatalf("record %d has %d values for %d fields", r.Number, len(r.Values), len(s.Fields))
	}
	for i, v := range r.Values {
		text := s.Fields[i].Type == spatial.FieldString || s.Fields[i].Type == spatial.FieldJSON
		if v.Valid && text && (!utf8.Valid(v.Bytes) || !norm.NFC.IsNormal(v.Bytes)) {
			t.Errorf("record %d: %s is not UTF-8 in NFC: %q", r.Number, s.Fields[i].Name, v.Bytes)
		}
	}
	if s.GeometryType == spatial.GeometryNone && r.Geometry != nil {
		t.Errorf("record %d has a geometry, the schema none", r.Number)
	}
	if r.Geometry == nil {
		return
	}
	var in wkb.Info
	if err := wkb.Inspect(r.Geometry, s.Dimensions, &in); err != nil {
		t.Errorf("record %d: %v", r.Number, err)
	}
}

func again(t *testing.T, src importers.Source) {
	t.Helper()
	count := func() (n int64) {
		if err := src.Read(t.Context(), func(*importers.Record) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first, second := count(), count(); first != second {
		t.Errorf("%d records, then %d", first, second)
	}
}

var errEnough = errors.New("enough")

func stops(t *testing.T, src importers.Source) {
	t.Helper()
	n := 0
	err := src.Read(t.Context(), func(*importers.Record) error { n++; return errEnough })
	if !errors.Is(err, errEnough) || n != 1 {
		t.Errorf("%d records, error %v", n, err)
	}
}

func cancelled(t *testing.T, src importers.Source) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := make(chan error, 1)
	go func() { done <- src.Read(ctx, func(*importers.Record) error { return nil }) }()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("still reading")
	}
}
