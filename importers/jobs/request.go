package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gisd/importers/mapping"
	"gisd/spatial"
)

// asked is a job's Request as it is stored.
type asked struct {
	spatial.ImportRequest
	By    spatial.Access `json:"by"`
	Joins []string       `json:"joins,omitempty"` // uploaded tables that the mapping joins
}

// Submit queues an import: of the files that an upload brought, or of the
// address in the request, upload "" then. The faults are those that the caller
// found already; all are reported at once. After an error the upload is dropped.
func (r *Runner) Submit(ctx context.Context, upload string, req spatial.ImportRequest, by spatial.Access, faults ...spatial.FieldError) (_ *spatial.Job, err error) {
	defer func() {
		if err != nil && upload != "" {
			err = errors.Join(err, r.Drop(upload))
		}
	}()
	department, more, err := r.cfg.Prepare(ctx, req, by)
	if err != nil {
		return nil, err
	}
	faults = append(faults, more...)
	a := asked{ImportRequest: req, By: by}
	j := &spatial.Job{ID: upload, Kind: spatial.JobImport, Collection: req.Collection, CreatedBy: by.Subject, Department: department}
	if upload == "" {
		faults = append(faults, fromAddress(j, req)...)
	} else {
		more, err := r.fromUpload(j, &a)
		if err != nil {
			return nil, err
		}
		faults = append(faults, more...)
	}
	if len(faults) > 0 {
		return nil, faulty(faults)
	}
	if upload == "" {
		j.ID = newID()
	}
	if j.Node, err = r.Node(true); err != nil {
		return nil, err
	}
	if j.Request, err = json.Marshal(a); err != nil {
		return nil, fmt.Errorf("jobs: submit: %w", err)
	}
	if err := r.cfg.Queue.AddJob(ctx, j, r.cfg.PerSubject); err != nil {
		return nil, err
	}
	r.settle(j.ID)
	r.nudge()
	return j, nil
}

func faulty(faults []spatial.FieldError) error {
	message := "One field of the import is wrong."
	if len(faults) > 1 {
		message = strconv.Itoa(len(faults)) + " fields of the import are wrong."
	}
	return spatial.Invalid("jobs: submit", message, faults...)
}

// fromAddress names the job after what the address ends in: the rest of it may
// hold a secret.
func fromAddress(j *spatial.Job, req spatial.ImportRequest) []spatial.FieldError {
	if req.URL == "" {
		return []spatial.FieldError{{Name: "file", Reason: "is missing; send a file, or the url of one"}}
	}
	u, err := url.Parse(req.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(req.URL) > 4096 {
		return []spatial.FieldError{{Name: "url", Reason: "must be an http or https address"}}
	}
	if j.Source = BaseName(path.Base(u.Path)); j.Source == "" {
		j.Source = u.Hostname()
	}
	if m, err := mapping.Load([]byte(req.Map)); err == nil && req.Map != "" && len(m.Joins) > 0 {
		return []spatial.FieldError{{Name: "map", Reason: "joins a table, which has to be uploaded with the file"}}
	}
	return nil
}

// fromUpload looks at what was uploaded. A mapping joins tables of the upload
// and no others: a path of the server is no source.
func (r *Runner) fromUpload(j *spatial.Job, a *asked) (faults []spatial.FieldError, err error) {
	if a.URL != "" {
		faults = append(faults, spatial.FieldError{Name: "url", Reason: "goes without files"})
	}
	entries, err := os.ReadDir(filepath.Join(r.dir, j.ID, contentDir))
	if err != nil {
		return nil, fmt.Errorf("jobs: submit: %w", err)
	}
	var files []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("jobs: submit: %w", err)
		}
		files = append(files, e.Name())
		j.Bytes += info.Size()
	}
	if m, err := mapping.Load([]byte(a.Map)); err == nil && a.Map != "" {
		for _, join := range m.Joins {
			if i := slices.Index(files, join.File); i >= 0 {
				files = slices.Delete(files, i, i+1)
				a.Joins = append(a.Joins, join.File)
			} else if !slices.Contains(a.Joins, join.File) {
				faults = append(faults, spatial.FieldError{Name: "map", Reason: fmt.Sprintf("joins %s, which is not among the uploaded files", join.File)})
			}
		}
	}
	if len(files) == 0 {
		return append(faults, spatial.FieldError{Name: "file", Reason: "is missing; send a file, or the url of one"}), nil
	}
	j.Source = files[0]
	if i := slices.IndexFunc(files, func(name string) bool { return strings.EqualFold(filepath.Ext(name), ".shp") }); i >= 0 {
		j.Source = files[i]
	}
	return faults, nil
}

// gather puts tables to join aside and says where the rest lies.
func gather(content, joined string, joins []string) (string, error) {
	if len(joins) > 0 {
		if err := os.MkdirAll(joined, 0o700); err != nil {
			return "", fmt.Errorf("jobs: tables to join: %w", err)
		}
	}
	for _, name := range joins {
		if err := os.Rename(filepath.Join(content, name), filepath.Join(joined, name)); err != nil {
			return "", fmt.Errorf("jobs: tables to join: %w", err)
		}
	}
	entries, err := os.ReadDir(content)
	if err != nil || len(entries) == 0 {
		return "", spatial.NotFound("jobs: upload", "What was uploaded is not there any more; send it again.")
	}
	if len(entries) == 1 {
		return filepath.Join(content, entries[0].Name()), nil
	}
	return content, nil
}
