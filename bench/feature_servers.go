package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// degreeTable is what the peers serve: the parcels in EPSG:4326, which spares
// them the projection, with the id as its key.
const degreeTable = "bench_degrees"

// featureServer is a program that serves the parcels as OGC API - Features.
type featureServer struct {
	name    string
	items   string // path with its format, GeoJSON
	program string // "" where it is not installed
	start   func(context.Context) (*server, error)
	slow    bool
}

func (b importBench) gisdFeatures() featureServer {
	return featureServer{
		name: "gisd", program: b.gisd, items: "/ogc/collections/" + benchCollection + "/items?f=json",
		start: func(ctx context.Context) (*server, error) { return b.serveGisd(ctx) },
	}
}

// tipgFeatures serves the copy by one process a processor.
func (b importBench) tipgFeatures() featureServer {
	program := b.installed("tipg/bin/uvicorn")
	return featureServer{
		name: "TiPg", program: program, slow: true, items: "/collections/data." + degreeTable + "/items?f=geojson",
		start: func(ctx context.Context) (*server, error) {
			env := []string{"DATABASE_URL=" + b.tcp, `TIPG_DB_SCHEMAS=["data"]`, `TIPG_DB_TABLES=["data.` + degreeTable + `"]`,
				"TIPG_MAX_FEATURES_PER_QUERY=" + strconv.Itoa(walkPage), "TIPG_DB_DATETIME_EXTENT=false"}
			return b.uvicorn(ctx, program, env)
		},
	}
}

// pygeoapi serves the copy by one process a processor.
func (b importBench) pygeoapi() featureServer {
	program := b.installed("pygeoapi/bin/gunicorn")
	return featureServer{
		name: "pygeoapi", program: program, slow: true, items: "/collections/parcels/items?f=json",
		start: func(ctx context.Context) (*server, error) {
			address, err := freePort()
			if err != nil {
				return nil, err
			}
			config, document := filepath.Join(b.work, "pygeoapi.yaml"), filepath.Join(b.work, "pygeoapi-openapi.yaml")
			text, err := b.pygeoapiConfig(address)
			if err != nil {
				return nil, err
			}
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				return nil, err
			}
			env := []string{"PYGEOAPI_CONFIG=" + config, "PYGEOAPI_OPENAPI=" + document}
			if _, err := command(ctx, b.work, nil, "env", append(env, b.installed("pygeoapi/bin/pygeoapi"), "openapi", "generate", config, "--output-file", document)...); err != nil {
				return nil, err
			}
			return startServer(ctx, b.options, address, "/collections/parcels?f=json", env, program, "--bind", address, "--workers", "2", "--log-level", "warning", "pygeoapi.flask_app:APP")
		},
	}
}

func (b importBench) pygeoapiConfig(address string) (string, error) {
	at, err := url.Parse(b.tcp)
	if err != nil {
		return "", err
	}
	password, _ := at.User.Password()
	host, port, _ := strings.Cut(address, ":")
	return fmt.Sprintf(`server:
  bind: {host: %s, port: %s}
  url: http://%s
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  language: en-US
  cors: false
  pretty_print: false
  limits: {default_items: 10, max_items: %d, on_exceed: throttle}
  map: {url: 'http://%s/none/{z}/{x}/{y}', attribution: none}
logging: {level: ERROR}
metadata:
  identification: {title: bench, description: bench, keywords: [bench], keywords_type: theme, terms_of_service: none, url: 'http://%s'}
  license: {name: none, url: 'http://%s'}
  provider: {name: bench, url: 'http://%s'}
  contact: {name: bench, position: none, address: none, city: none, stateorprovince: none, postalcode: none, country: none, phone: none, fax: none, email: none, url: 'http://%s', hours: none, instructions: none, role: pointOfContact}
resources:
  parcels:
    type: collection
    title: parcels
    description: parcels
    keywords: [parcels]
    links: []
    extents: {spatial: {bbox: [105, 10, 108, 13], crs: 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'}}
    providers:
      - type: feature
        name: PostgreSQL
        data: {host: %s, port: %s, dbname: '%s', user: '%s', password: '%s', search_path: [data, public]}
        id_field: id
        table: %s
        geom_field: geom
        count: false
`, host, port, address, walkPage, address, address, address, address, address,
		at.Hostname(), at.Port(), strings.TrimPrefix(at.Path, "/"), at.User.Username(), password, degreeTable), nil
}

// uvicorn starts TiPg with an environment.
func (b importBench) uvicorn(ctx context.Context, program string, env []string) (*server, error) {
	address, err := freePort()
	if err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(address, ":")
	return startServer(ctx, b.options, address, "/healthz", env, program, "tipg.main:app", "--host", host, "--port", port, "--workers", "2", "--log-level", "warning")
}
