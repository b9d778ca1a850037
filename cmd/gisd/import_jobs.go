package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"gisd/api/auth"
	apiimports "gisd/api/imports"
	"gisd/importers"
	"gisd/importers/jobs"
	"gisd/importers/mapping"
	"gisd/spatial"
	"gisd/spatial/postgis"
	jobstore "gisd/spatial/postgis/jobs"
)

// diskReserve is what uploads leave free on the disk, for the database may share
// it.
const diskReserve = 512 << 20

// addImports has the server import files by itself.
func (n *node) addImports() {
	store := jobstore.NewStore(n.db, n.log)
	inbox := jobs.NewInbox(filepath.Join(n.cfg.DataDir, "imports"), diskReserve)
	work := importWork{node: n}
	runner := jobs.New(jobs.Config{
		Queue: store, Records: store, Inbox: inbox, Prepare: work.prepare, Work: work.do, Log: n.log, AtOnce: n.cfg.ImportJobs,
	})
	handlers := apiimports.New(apiimports.Config{
		Jobs: runner, Files: inbox, AccessOf: auth.AccessOf, Limited: n.catalogue.Limited, Origin: n.origin, Log: n.log, MaxBytes: int64(n.cfg.ImportMax),
	})
	n.server.Register = append(n.server.Register, handlers.Register)
	n.server.Uploads = handlers.IsUpload
	others := n.server.Downloads
	n.server.Downloads = func(r *http.Request) bool { return handlers.IsDownload(r) || others != nil && others(r) }
	n.server.StopStreams = append(n.server.StopStreams, handlers.Close)
	n.parts = append(n.parts, runner.Run)
}

// importWork does the server's imports as the command line would, within the
// rights of those who asked.
type importWork struct{ *node }

// prepare checks a request before it is queued.
func (w importWork) prepare(ctx context.Context, r spatial.ImportRequest, by spatial.Access) (department string, faults []spatial.FieldError, err error) {
	_, faults = requestFlags(r)
	if err := mayOwn(by, r.Department); err != nil {
		return "", nil, err
	}
	department = departmentOf(r, by)
	if r.AllLayers || r.Collection == "" {
		return department, faults, nil // which collections shows when the file is read
	}
	c, err := w.existing(ctx, r.Collection)
	if err != nil || c == nil {
		return department, faults, err
	}
	return c.Department, faults, w.mayImportInto(by, c)
}

// existing is a collection that is there, nil where there is none.
func (w importWork) existing(ctx context.Context, id string) (*spatial.Collection, error) {
	if err := w.catalogue.Reload(ctx); err != nil {
		return nil, err
	}
	c, err := w.catalogue.Collection(id, spatial.SystemAccess("imports"))
	if spatial.CodeOf(err) == spatial.CodeNotFound {
		return nil, nil
	}
	return c, err
}

// departmentOf is whose a new collection is.
func departmentOf(r spatial.ImportRequest, by spatial.Access) string {
	if r.Department == "" {
		return by.Department
	}
	return r.Department
}

// mayOwn refuses new collections for a department of others, and those of an
// editor who has none: nobody but admins could change them.
func mayOwn(by spatial.Access, department string) error {
	const op = "imports: prepare"
	switch {
	case by.ReadOnly || !by.Has(spatial.RoleEditor):
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "Importing needs the role editor or admin."}
	case by.Has(spatial.RoleAdmin):
		return nil
	case by.Department == "":
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "Editors import for their department, and this account has none."}
	case department != "" && department != by.Department:
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "Editors import for their own department."}
	}
	return nil
}

func (w importWork) mayImportInto(by spatial.Access, c *spatial.Collection) error {
	if by.CanEdit(c) {
		if seen, err := w.catalogue.Collection(c.ID, by); err == nil && seen.Limits != nil {
			return &spatial.Error{Code: spatial.CodeForbidden, Op: "imports: prepare",
				Message: "An import changes all of a collection, and you may change only a part of it."}
		}
		return nil
	}
	return &spatial.Error{Code: spatial.CodeForbidden, Op: "imports: prepare",
		Message: fmt.Sprintf("Only editors of the department that owns %s, and admins, may import into it.", c.ID)}
}

// do imports what a job is about.
func (w importWork) do(ctx context.Context, t jobs.Task) ([]*importers.Report, error) {
	f, faults := requestFlags(t.Request)
	if len(faults) > 0 {
		return nil, spatial.Invalid("imports: run", "The import cannot be done any more.", faults...)
	}
	o, err := f.options()
	if err != nil {
		return nil, forPerson(err)
	}
	o.ChangedBy, o.Department = t.By.Subject, departmentOf(t.Request, t.By)
	f.mapPath = filepath.Join(t.Joined, "mapping.yaml") // tables to join lie there
	l := loading{path: t.Path, flags: f, options: o, rejected: rejectFile(t.Rejects), progress: t.Progress, permit: func(id string) error {
		c, err := w.existing(ctx, id)
		if err != nil || c == nil {
			return errors.Join(err, mayOwn(t.By, t.Request.Department))
		}
		return w.mayImportInto(t.By, c)
	}}
	if t.Path == "" {
		t.Progress(importers.Progress{Stage: jobs.StageFetch, Total: -1})
		path, _, release, err := w.local(ctx, t.Request.URL, nil)
		if err != nil {
			return nil, forPerson(err)
		}
		defer release()
		l.path = path
	} else {
		l.name = t.Job.Source
	}
	reports, err := w.load(ctx, func(context.Context) (*postgis.DB, func(), error) { return w.db, func() {}, nil }, l)
	return reports, forPerson(errors.Join(err, l.rejected.Close()))
}

// forPerson gives bad usage the code that it has for a client of the server.
func forPerson(err error) error {
	usage, ok := errors.AsType[*exitError](err)
	if _, coded := errors.AsType[*spatial.Error](err); !ok || coded || usage.err == nil {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "imports: run", Message: usage.Error(), Err: err}
}

// requestFlags are the flags of a request, and all that is wrong with them.
func requestFlags(r spatial.ImportRequest) (*importFlags, []spatial.FieldError) {
	f := &importFlags{
		collection: r.Collection, layer: r.Layer, allLayers: r.AllLayers, crs: r.CRS, swapXY: r.SwapXY, encoding: r.Encoding,
		mode: strings.ToLower(r.Mode), modeAsked: r.Mode != "", key: r.Key, deleteMissing: r.DeleteMissing, allowLoss: r.AllowLoss,
		discardEdits: r.DiscardEdits, rebaseEdits: r.RebaseEdits, maxErrors: defaultMaxErrors, dryRun: r.DryRun,
		title: r.Title, retitle: r.Title != "", publish: r.Publish, visibility: r.Visibility,
	}
	if r.Mode == "" {
		f.mode = string(importers.ModeCreate)
	}
	if r.MaxErrors != nil {
		f.maxErrors = *r.MaxErrors
	}
	var faults []spatial.FieldError
	fault := func(name string, err error) {
		if err == nil {
			return
		}
		reason := err.Error()
		if e, ok := errors.AsType[*spatial.Error](err); ok {
			reason = e.Message
			for _, detail := range e.Fields {
				reason += "; " + detail.Name + ": " + detail.Reason
			}
		}
		faults = append(faults, spatial.FieldError{Name: name, Reason: jobs.SayFields(reason)})
	}
	if r.Collection == "" {
		fault("collection", errors.New("is missing"))
	} else {
		fault("collection", importers.CheckID(r.Collection))
	}
	if r.Layer != "" && r.AllLayers {
		fault("allLayers", errors.New("goes without layer"))
	}
	fault("encoding", checkEncoding(r.Encoding))
	mode, err := parseMode(f.mode)
	fault("mode", err)
	if err == nil {
		fault("mode", f.checkMode(mode))
	}
	_, err = parseCRS(r.CRS)
	fault("crs", err)
	_, _, err = parseVisibility(r.Visibility)
	fault("visibility", err)
	if r.Map != "" {
		f.mapping, err = mapping.Load([]byte(r.Map))
		fault("map", err)
	}
	return f, faults
}
