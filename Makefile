# gisd. `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# What each step needs from apt; scripts/need.sh installs what is missing.
APT_RUN  := postgresql postgresql-postgis gdal-bin
APT_TEST := $(APT_RUN) redis-server proj-bin chromium python3-venv
APT_BENCH := $(APT_TEST) python3-gdal postgis
APT_CONFORMANCE := $(APT_TEST) openjdk-17-jdk-headless maven
APT_CLIENTS := $(APT_TEST) python3-qgis debootstrap

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# The tests, the linters and the program are built alike, and so from one build
# of everything they depend on.
export CGO_ENABLED := 0
export GOFLAGS := $(GOFLAGS) -trimpath

GO_SOURCES := $(shell git ls-files --cached --others --exclude-standard '*.go' '*.sql' '*.yaml' go.mod go.sum 2>/dev/null)
WEB_SOURCES := $(shell git ls-files --cached --others --exclude-standard web/map 2>/dev/null)
VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo unknown)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: run
run: need-run build ## install what is missing, build, and serve the demo province on http://localhost:8080
	exec ./bin/gisd up

.PHONY: build
build: bin/gisd ## web map and program: leaves ./bin/gisd

bin/gisd: $(GO_SOURCES) web/dist/app/index.html
	@scripts/toolchain.sh go
	go build -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/gisd

.PHONY: web
web: web/dist/app/index.html ## the web map alone

web/dist/app/index.html: web/map/node_modules/.installed $(WEB_SOURCES)
	cd web/map && npm run --silent build

web/map/node_modules/.installed: web/map/package.json web/map/package-lock.json
	@scripts/toolchain.sh node
	@# not npm ci: it wants the lock file to name packages of other platforms
	cd web/map && npm install --no-save --no-audit --no-fund --loglevel=error
	touch $@

.PHONY: need-run need-test need-bench need-conformance need-clients
need-run:
	@scripts/toolchain.sh go node
	@scripts/need.sh $(APT_RUN)
need-test:
	@scripts/toolchain.sh go node
	@scripts/need.sh $(APT_TEST)
need-bench: need-test
	@scripts/need.sh $(APT_BENCH)
need-conformance: need-test
	@scripts/need.sh $(APT_CONFORMANCE)
need-clients: need-test
	@scripts/need.sh $(APT_CLIENTS)

# Clients that are no Debian packages, in folders of their own.
clients/.venv/.installed: clients/requirements.txt
	python3 -m venv --clear clients/.venv
	clients/.venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

clients/node_modules/.installed: clients/package.json
	@scripts/toolchain.sh node
	cd clients && npm install --no-save --no-package-lock --no-audit --no-fund --loglevel=error
	touch $@

.PHONY: test
test: need-test build test-go test-web test-e2e ## install what is missing and run every test

.PHONY: test-go
test-go: clients/.venv/.installed clients/node_modules/.installed web/map/node_modules/.installed
	@# go vet has its own turn, in lint.
	go run ./internal/testdb/cmd/testcluster -- go test -vet=off -timeout 45m ./...

# Packages that start no goroutines, in their tests either, as internal/archtest
# checks: formats, codecs, geometry. Those that run them beside each other
# (importers, importers/ogr, tiles/overview, tiles/postgis, api, cmd/gisd) are raced.
ALONE := importers/(csv|demo|dxf|encodings|flatbuf|flatgeobuf|geojson|geoparquet|gpkg|gpx|kml|mapping|markup|rejects|shapefile|table|wkb|xlsx)
ALONE := $(ALONE)|tiles/(cell|generalise|label|mvt|mvt/mvttest|styles/glyphs|styles/icons|styles/sheets)
ALONE := $(ALONE)|spatial|spatial/cql|spatial/postgis/(filter|sql)
ALONE := $(ALONE)|api/(crs|negotiate|ogc/attach|ogc/coords|ogc/receive|page|problem|shape)
ALONE := $(ALONE)|internal/(archtest|filelock|fixture|sleep)|conformance|web

.PHONY: race
race: need-test ## the Go tests of everything that has goroutines, under the race detector
	@# The detector needs cgo.
	go run ./internal/testdb/cmd/testcluster -- env CGO_ENABLED=1 go test -race -vet=off -timeout 40m $$(go list ./... | grep -vE '^gisd/($(ALONE))$$')

.PHONY: test-web
test-web: web/map/node_modules/.installed
	cd web/map && npm run --silent test

.PHONY: test-e2e
test-e2e: bin/gisd
	cd web/map && npm run --silent e2e

.PHONY: lint
lint: web/map/node_modules/.installed ## formatting, vet, staticcheck, the web linter
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "gofmt: $$bad"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	cd web/map && npm run --silent lint

.PHONY: generate verify
generate: web/map/node_modules/.installed ## what is made from other files (TypeScript types of the API)
	cd web/map && npm run --silent generate
verify: generate ## generated files are fresh
	git diff --exit-code -- web/map/src/api

.PHONY: golden
golden: need-test ## rewrite golden files and the table of PROJ's answers
	go test ./tiles/styles ./tiles/styles/sheets ./spatial/crs -update

.PHONY: conformance conformance-ogc conformance-corpus
conformance: conformance-ogc conformance-corpus ## the official OGC test suites, schemathesis, and the whole corpus; writes docs/conformance.md and docs/import-corpus.md

conformance-ogc: need-conformance build ## the official OGC test suites and schemathesis alone; SUITES=folder takes checkouts of them
	go run ./conformance $(if $(SUITES),-sources $(SUITES))

conformance-corpus: need-test ## inspect and import every file of the corpus, not a sample
	go test -timeout 60m -count 1 -run TestCorpus ./cmd/gisd -args -whole

.PHONY: fuzz
fuzz: ## every fuzz target, 20 s each
	@scripts/fuzz.sh 20s

.PHONY: bench
bench: need-bench build ## measure against the peers on this machine; writes docs/benchmarks.md
	go run ./bench -out docs/benchmarks.md

# Servers that are no Debian packages, to compare with.
PEERS := $(or $(TMPDIR),/tmp)/gisd-bench/peers

.PHONY: bench-peers
bench-peers: ## install Martin (cargo, compiles for a good while), TiPg and pygeoapi (pip) for the suites tile-servers and features
	cargo install martin --version 1.14.0 --locked --no-default-features --features postgres --root $(PEERS)
	python3 -m venv --clear $(PEERS)/tipg
	$(PEERS)/tipg/bin/pip install --quiet tipg==1.6.1 uvicorn
	python3 -m venv --clear $(PEERS)/pygeoapi
	$(PEERS)/pygeoapi/bin/pip install --quiet pygeoapi==0.21.0 gunicorn==27.0.1 sqlalchemy==2.1.9 geoalchemy2 psycopg2-binary==2.9.13

.PHONY: clients
clients: need-clients build clients/.venv/.installed clients/node_modules/.installed web/map/node_modules/.installed ## programs that people use read a million features each while others edit, and QGIS edits (3 GB of packages, QGIS 3.40 in a Debian 13 of its own); writes docs/clients.md
	clients/debian13.sh make
	go run ./clients

.PHONY: soak
soak: need-bench build ## people look at a million parcels while others edit them; writes its section of docs/benchmarks.md
	go run ./bench -suite soak

.PHONY: ci
ci: ## everything that must be green
	@scripts/toolchain.sh go node
	@# Debian's packages come and unpack while the compiler works; what is generated is
	@# generated first, or the build after it would not be the last.
	@$(MAKE) need-test & packages=$$!; $(MAKE) verify build lint || { wait; exit 1; }; wait $$packages
	@$(MAKE) race test

.PHONY: clean
clean: ## remove what was built (not the data in ./var)
	rm -rf bin web/dist/app web/map/node_modules clients/.venv clients/node_modules
