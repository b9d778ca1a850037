package ogc

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// stateTag spells a state of a feature as entity tags do: its revision and the
// moment of its change, in microseconds.
func stateTag(s spatial.FeatureState) string {
	return strconv.FormatInt(s.Revision, 36) + "." + strconv.FormatInt(s.ChangedAt.UnixMicro(), 36)
}

// featureTag is the strong entity tag of a representation: the state, and a hash of
// the bytes in the coding that the caller takes, so that one tag is one sequence of
// bytes.
func (r *request) featureTag(s spatial.FeatureState, contentType string, body []byte) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\x00%s\x00%v\x00", contentType, r.lang, negotiate.AcceptsGzip(r.Request()))
	hash.Write(body)
	return `"` + stateTag(s) + "-" + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:9]) + `"`
}

// names reports whether an entity tag is one of the state, of whatever
// representation, or of none as changes give it. A proxy that compresses weakens
// tags; the state in them is exact all the same, and is what a change builds on.
func names(tag string, s spatial.FeatureState) bool {
	tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
	tag, ok := strings.CutPrefix(tag, `"`)
	if !ok {
		return false
	}
	state, _, _ := strings.Cut(strings.TrimSuffix(tag, `"`), "-")
	return state == stateTag(s)
}

func namesAny(headers []string, s spatial.FeatureState) bool {
	for tag := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		if strings.TrimSpace(tag) == "*" || names(tag, s) {
			return true
		}
	}
	return false
}

// precondition holds the headers of a change against the feature as it stands, in
// the order of RFC 9110 §13.2.2. Times have whole seconds there: two changes within
// one second look alike, which entity tags do not.
func (r *request) precondition(c *spatial.Collection, before *spatial.Feature) error {
	header, state := r.Request().Header, before.State()
	matches := header.Values("If-Match")
	since, err := http.ParseTime(header.Get("If-Unmodified-Since"))
	switch {
	case len(matches) > 0:
		if !namesAny(matches, state) {
			return stale(state)
		}
	case err == nil: // what is no date is ignored (§13.1.4)
		if state.ChangedAt.Truncate(time.Second).After(since) {
			return stale(state)
		}
	case c.Locking == spatial.LockingRequired:
		return &spatial.Error{Code: spatial.CodeUnconditional, Op: "ogc: edit",
			Message: "Changes of this collection name the state that they build on: send If-Match with the ETag of the feature, or If-Unmodified-Since."}
	}
	if none := header.Values("If-None-Match"); len(none) > 0 && namesAny(none, state) {
		return stale(state)
	}
	return nil
}

func stale(s spatial.FeatureState) error {
	return &spatial.Error{Code: spatial.CodeStale, Op: "ogc: edit", Current: &s,
		Message: fmt.Sprintf("The feature is not as you know it: %s changed it at %s. Read it again.", s.ChangedBy, s.ChangedAt.Format(time.RFC3339))}
}

// stateHeaders tell which state a feature is in.
func (r *request) stateHeaders(s spatial.FeatureState) {
	h := r.Response().Header()
	h.Set("ETag", `"`+stateTag(s)+`"`)
	h.Set("Last-Modified", s.ChangedAt.UTC().Format(http.TimeFormat))
}

// answer tells of a change: with the feature as it now is where the caller prefers
// so (RFC 7240 §4.2), else with headers alone.
func (in *incoming) answer(status int, state spatial.FeatureState) error {
	h := in.Response().Header()
	if status == http.StatusCreated {
		h.Set("Location", in.href(nil, "collections", in.collection.ID, "items", state.ID))
	}
	switch in.prefer["return"] {
	case "representation":
		f, err := in.h.Features.Feature(in.Request().Context(), in.collection, state.ID, in.access)
		if err != nil {
			return err
		}
		h.Add("Preference-Applied", "return=representation")
		if status == http.StatusNoContent {
			status = http.StatusOK
		}
		return in.writeFeature(status, in.collection, f, in.view)
	case "minimal":
		h.Add("Preference-Applied", "return=minimal")
	}
	in.stateHeaders(state)
	return in.NoContent(status)
}

// answerBatch lists the ids of new features in the order in which they came.
func (in *incoming) answerBatch(states []spatial.FeatureState) error {
	doc := struct {
		NumberCreated int                    `json:"numberCreated"`
		Features      []spatial.FeatureState `json:"features"`
		Links         []negotiate.Link       `json:"links"`
	}{len(states), states, []negotiate.Link{{
		Href: in.href(nil, "collections", in.collection.ID, "items"), Rel: "items", Type: negotiate.TypeGeoJSON, Title: in.in(in.collection.Title),
	}}}
	for i := range states {
		states[i].ETag = `"` + stateTag(states[i]) + `"`
	}
	body, err := marshal(doc)
	if err != nil {
		return err
	}
	in.Response().Header().Set("Location", doc.Links[0].Href)
	return in.Blob(http.StatusCreated, negotiate.TypeJSON, body)
}
