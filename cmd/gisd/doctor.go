package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gisd/internal/pgcluster"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/changes"
	"gisd/spatial/redisbus"
)

func newDoctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "doctor",
		Short:   "Check programs, cluster and database, and say what to do",
		Example: "  gisd doctor",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.doctor(cmd.Context())
		},
	}
}

func (a *app) doctor(ctx context.Context) error {
	var findings []pgcluster.Finding
	if a.cfg.DatabaseURL == "" {
		findings = pgcluster.Check(ctx, a.cfg.DataDir)
	}
	if a.cfg.DatabaseURL != "" || pgcluster.Exists(a.cfg.DataDir) {
		findings = append(findings, a.examineDatabase(ctx)...)
	}
	if a.cfg.RedisURL != "" {
		findings = append(findings, a.examineRedis(ctx))
	}
	wrong := 0
	for _, f := range findings {
		mark := "ok   "
		if !f.OK {
			mark = "WRONG"
			wrong++
		}
		fmt.Fprintf(a.stdout, "%s  %s: %s\n", mark, f.Name, f.Detail)
		if f.Advice != "" {
			fmt.Fprintf(a.stdout, "       -> %s\n", f.Advice)
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d checks failed", wrong, len(findings))
	}
	return nil
}

// examineDatabase looks at the database as a serving connection sees it.
func (a *app) examineDatabase(ctx context.Context) []pgcluster.Finding {
	db, release, err := a.openDatabase(ctx)
	if err != nil {
		return []pgcluster.Finding{{Name: "connection", Detail: describe(err), Advice: "see the message"}}
	}
	defer release()
	d, err := db.Diagnose(ctx)
	if err != nil {
		return []pgcluster.Finding{{Name: "database", Detail: describe(err), Advice: "see the message"}}
	}
	findings := a.judge(d)
	migrations := pgcluster.Finding{Name: "migrations", OK: true, Detail: "up to date"}
	if err := a.checkMigrated(ctx, db); err != nil {
		migrations.OK, migrations.Detail, migrations.Advice = false, describe(err), "run `gisd migrate up`"
		return append(findings, migrations)
	}
	return append(findings, migrations, examineTriggers(ctx, db), a.examineLimits(ctx, db), examineWebhooks(ctx, db))
}

// examineLimits looks whether what the limits of roles name is there.
func (a *app) examineLimits(ctx context.Context, db *postgis.DB) pgcluster.Finding {
	f := pgcluster.Finding{Name: "limits of roles", OK: true, Detail: "name what is there"}
	store := accounts.NewStore(db.Pool, a.log)
	list, err := store.Limits(ctx)
	var stale []accounts.AreaRef
	if err == nil {
		stale, err = store.StaleAreas(ctx)
	}
	if err != nil {
		f.OK, f.Detail, f.Advice = false, describe(err), "see the message"
		return f
	}
	var faults []string
	for _, l := range list {
		for _, fault := range l.Faults {
			faults = append(faults, fmt.Sprintf("%s: %s", l.Rule.Role, fault))
		}
	}
	for _, area := range stale {
		faults = append(faults, fmt.Sprintf("%s:%s is not the area any more that it was", area.Collection, area.Feature))
	}
	if len(faults) > 0 {
		f.OK, f.Detail = false, strings.Join(faults, "; ")
		f.Advice = "look at `gisd roles list` and set the limits again with `gisd roles limit`: a column that was renamed may show now"
	}
	return f
}

// examineTriggers looks whether edits in SQL are noticed.
func examineTriggers(ctx context.Context, db *postgis.DB) pgcluster.Finding {
	f := pgcluster.Finding{Name: "triggers", OK: true, Detail: "edits in SQL are noticed"}
	unwatched, err := changes.FindUnwatched(ctx, db)
	if err != nil {
		f.OK, f.Detail, f.Advice = false, describe(err), "see the message"
		return f
	}
	if len(unwatched) == 0 {
		return f
	}
	var details, ids []string
	for _, u := range unwatched {
		details = append(details, lacking(u))
		ids = append(ids, u.Collection)
	}
	f.OK, f.Detail = false, "edits in SQL go unnoticed and tiles stay as they were: "+strings.Join(details, "; ")
	f.Advice = "gisd tiles build --verify " + strings.Join(ids, " ")
	return f
}

// lacking says what is wrong with the triggers of a collection, for the doctor
// and for who mends them alike.
func lacking(u changes.Unwatched) string {
	return fmt.Sprintf("%s lacks %s, or they are disabled", u.Collection, strings.Join(u.Triggers, ", "))
}

// examineRedis looks whether Redis answers. A server works without it.
func (a *app) examineRedis(ctx context.Context) pgcluster.Finding {
	f := pgcluster.Finding{Name: "Redis", OK: true, Detail: "answers"}
	client, err := redisbus.Open(string(a.cfg.RedisURL))
	if err == nil {
		err = errors.Join(client.Ping(ctx).Err(), client.Close())
	}
	if err != nil {
		f.OK, f.Detail = false, describe(err)
		f.Advice = "start Redis: until it answers nodes share no tiles and do not see each other's positions; with one node leave redis-url out"
	}
	return f
}

func (a *app) judge(d postgis.Diagnosis) []pgcluster.Finding {
	check := func(name string, ok bool, detail, advice string) pgcluster.Finding {
		if ok {
			advice = ""
		}
		return pgcluster.Finding{Name: name, OK: ok, Detail: detail, Advice: advice}
	}
	return []pgcluster.Finding{
		check("server", atLeast(d.ServerVersion, 15, 0), "PostgreSQL "+d.ServerVersion, "upgrade to PostgreSQL 15 or later"),
		check("PostGIS", atLeast(d.PostGIS, 3, 3), cmp.Or(d.PostGIS, "missing"), "as a superuser: create extension postgis, 3.3 or later"),
		check("extensions", len(d.MissingExtensions) == 0, extensionDetail(d.MissingExtensions), "as a superuser: create extension "+strings.Join(d.MissingExtensions, ", ")),
		check("role", !d.Superuser, d.Role, "serve as a role that is no superuser"),
		check("JIT of serving connections", !d.JIT, onOff(d.JIT), "something between gisd and the database drops the setting jit=off: a pooler? let it pass"),
		check("parallel workers of serving connections", d.ParallelWorkers == 0, fmt.Sprint(d.ParallelWorkers), "something between gisd and the database drops max_parallel_workers_per_gather=0: let it pass"),
		check("connections", a.cfg.DatabaseConns < d.MaxConnections, fmt.Sprintf("%d of the server's %d", a.cfg.DatabaseConns, d.MaxConnections), "lower --database-conns or raise the server's max_connections"),
		check("spatial_ref_sys, rights", d.SRSWritable, d.Role, "as a superuser: grant select, insert, update on spatial_ref_sys to "+d.Role),
		check("spatial_ref_sys, VN-2000", d.SRSDiffering == 0, fmt.Sprintf("%d rows differ", d.SRSDiffering), "run `gisd migrate up`, then restart the server"),
		check("size", true, fmt.Sprintf("%.1f MiB", float64(d.DatabaseBytes)/(1<<20)), ""),
	}
}

// atLeast compares the beginning of a version, "15.18 (Debian 15.18-1)".
func atLeast(version string, major, minor int) bool {
	var gotMajor, gotMinor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &gotMajor, &gotMinor); n == 0 {
		return false
	}
	return gotMajor > major || gotMajor == major && gotMinor >= minor
}

func extensionDetail(missing []string) string {
	if len(missing) == 0 {
		return "all there"
	}
	return strings.Join(missing, ", ") + " missing"
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
