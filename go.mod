module gisd

go 1.26

toolchain go1.26.8

require (
	github.com/labstack/echo/v4 v4.16.0
	github.com/jackc/pgx/v5 v5.12.0
	github.com/paulmach/orb v0.14.0
	github.com/twpayne/go-geom v1.7.0
	github.com/redis/go-redis/v9 v9.23.0
	modernc.org/sqlite v1.61.1
	golang.org/x/text v0.43.0
	golang.org/x/crypto v0.58.0
	golang.org/x/sync v0.24.0
	golang.org/x/time v0.16.0
	golang.org/x/image v0.47.0
	github.com/prometheus/client_golang v1.25.0
	github.com/google/go-cmp v0.7.0
	github.com/getkin/kin-openapi v0.152.0
	github.com/spf13/cobra v1.10.1
	github.com/go-fonts/liberation v0.3.3
)
