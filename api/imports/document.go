package imports

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
)

// document is a job on the wire.
type document struct {
	ID         string           `json:"id"`
	Kind       string           `json:"kind"`
	State      spatial.JobState `json:"state"`
	Collection string           `json:"collection"`
	Source     string           `json:"source"`
	Bytes      int64            `json:"bytes,omitempty"`
	CreatedBy  string           `json:"createdBy"`
	Department string           `json:"department,omitempty"`
	Created    time.Time        `json:"created"`
	Started    *time.Time       `json:"started,omitempty"`
	Finished   *time.Time       `json:"finished,omitempty"`
	Progress   json.RawMessage  `json:"progress,omitempty"`
	Reports    json.RawMessage  `json:"reports,omitempty"`
	Error      *failure         `json:"error,omitempty"`
	Links      []negotiate.Link `json:"links"`
}

// failure says why a job did not do what was asked.
type failure struct {
	Code   spatial.Code `json:"code"`
	Detail string       `json:"detail"`
}

// describe writes a job for whoever asks, in their language.
func (h *Handlers) describe(r *http.Request, j *spatial.Job) document {
	href := func(path string, query url.Values) string { return h.cfg.Origin.Href(r, root+"/"+j.ID+path, query) }
	d := document{
		ID: j.ID, Kind: j.Kind, State: j.State, Collection: j.Collection, Source: j.Source, Bytes: j.Bytes,
		CreatedBy: j.CreatedBy, Department: j.Department, Created: j.CreatedAt, Started: when(j.StartedAt), Finished: when(j.FinishedAt),
		Progress: j.Progress, Reports: j.Reports,
		Links: []negotiate.Link{
			{Href: href("", nil), Rel: "self", Type: negotiate.TypeJSON},
			{Href: href("", url.Values{"f": {"sse"}}), Rel: "monitor", Type: typeEvents},
		},
	}
	if j.Code != "" {
		d.Error = &failure{j.Code, problem.Say(j.Error, problem.Language(r))}
	}
	if j.HasRejects {
		d.Links = append(d.Links,
			negotiate.Link{Href: href("/rejects", nil), Rel: "rejects", Type: typeCSV},
			negotiate.Link{Href: href("/rejects", url.Values{"f": {"geojson"}}), Rel: "rejects", Type: negotiate.TypeGeoJSON})
	}
	return d
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
