package testdb

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/pgcluster"
)

// ClusterVariable names a running test cluster by its superuser's URL; the
// server role's password is in the query parameter "gisd_password".
const ClusterVariable = "GISD_TEST_CLUSTER"

// cloneStrategy: with fsync off, copying the files of a template takes 70 ms, writing
// them through the WAL (wal_log) 350 ms.
const cloneStrategy = "file_copy"

// server is a running cluster seen by tests.
type server struct {
	admin        *pgxpool.Pool // superuser, on database postgres
	super        *url.URL
	rolePassword string
	stop         func()
	template     func() (string, error)
}

// shared is the one cluster of this process, started at first use.
var shared, stopShared = process()

func process() (get func() (*server, error), stop func()) {
	var running *server
	get = sync.OnceValues(func() (*server, error) {
		s, err := connect()
		running = s
		return s, err
	})
	return get, func() {
		if running != nil {
			running.admin.Close()
			running.stop()
		}
	}
}

func connect() (*server, error) {
	ctx := context.Background()
	address, stop := os.Getenv(ClusterVariable), func() {}
	if address == "" {
		var err error
		if address, stop, err = StartCluster(ctx); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ClusterVariable, err)
	}
	query := u.Query()
	s := &server{super: u, rolePassword: query.Get(passwordParameter), stop: stop}
	query.Del(passwordParameter)
	u.RawQuery = query.Encode()
	config, err := pgxpool.ParseConfig(u.String())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ClusterVariable, err)
	}
	config.MaxConns = 4
	if s.admin, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	s.template = sync.OnceValues(func() (string, error) { return s.makeTemplate(context.Background()) })
	return s, nil
}

// exec runs one statement as the superuser outside any transaction.
func (s *server) exec(ctx context.Context, statement string) error {
	_, err := s.admin.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol)
	return err
}

func (s *server) urlFor(database string, superuser bool) string {
	u := *s.super
	u.Path = "/" + database
	if !superuser {
		u.User = url.UserPassword(pgcluster.RoleName, s.rolePassword)
	}
	return u.String()
}
