package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"gisd/api"
	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/devices"
)

// walker is a whole server on a database of its own, with a collection and a
// device of each visibility. Everything that only some may see contains the
// text "marker-" and the id of its collection or device.
type walker struct {
	server   *api.Server
	site     *httptest.Server
	accounts *accounts.Store
	db       *postgis.DB
	document *openapi3.T
}

// mayRead says which of them each caller may read.
var (
	everything = []string{"walk_public", "walk_internal", "walk_restricted", "walk_draft"}
	mayRead    = map[string][]string{
		"anonymous":           {"walk_public"},
		"viewer":              {"walk_public", "walk_internal"},
		"planner":             {"walk_public", "walk_internal", "walk_restricted"},
		"editor":              {"walk_public", "walk_internal", "walk_draft"}, // of the department that owns them
		"editor elsewhere":    {"walk_public", "walk_internal"},
		"operator":            {"walk_public", "walk_internal"},
		"admin":               everything,
		"device":              {"walk_public"},
		"viewer by address":   {"walk_public", "walk_internal"},
		"planner by address":  {"walk_public", "walk_internal", "walk_restricted"},
		"admin by address":    everything,
		"viewer by session":   {"walk_public", "walk_internal"},
		"editor by session":   {"walk_public", "walk_internal", "walk_draft"},
		"planner by session":  {"walk_public", "walk_internal", "walk_restricted"},
		"operator by session": {"walk_public", "walk_internal"},
		"limited":             {"walk_public", "walk_internal"},
	}
)

// mixed holds geometries of any kind, and so has label points but is no layer.
const mixed = "walk_internal"

const walkPassword = "mật khẩu của người đi bộ"

func newWalker(t *testing.T) *walker {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgis.Open(t.Context(), postgis.Config{URL: testdb.URL(t)}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for id, spec := range map[string]fixture.Spec{
		"walk_public":     {},
		"walk_internal":   {Visibility: spatial.VisibilityInternal},
		"walk_restricted": {Visibility: spatial.VisibilityRestricted, Roles: []spatial.Role{"planner"}},
		"walk_draft":      {Draft: true, Department: "qh"},
	} {
		spec.ID, spec.Title = id, spatial.Text{VI: "marker-" + id, EN: "marker-" + id}
		spec.Department = "qh"
		if id != mixed {
			spec.Geometry = spatial.GeometryPoint
		}
		spec.Fields, spec.Features = ownedFields(), ownedFeatures(id)
		c := fixture.Collection(t, db.Pool, spec)
		if _, err := db.Pool.Exec(t.Context(), `select gisd.watch_edits($1)`, c.Table); err != nil {
			t.Fatal(err)
		}
		attachPhoto(t, db, id)
	}
	w := &walker{accounts: accounts.NewStore(db.Pool, log), db: db}
	w.addDevices(t, db)
	w.limit(t)
	a := newApp(nil, streams{strings.NewReader(""), io.Discard, io.Discard})
	a.log, a.cfg.Demo, a.cfg.DataDir = log, false, t.TempDir()
	a.cfg.RateLimit = 0 // every address is asked for by every caller at once
	w.server, w.site = runSite(t, a, db)
	w.document = readDocument(t)
	w.reportPositions(t)
	return w
}

// attachPhoto gives the first feature of a collection a photo that tells of it.
func attachPhoto(t *testing.T, db *postgis.DB, id string) {
	t.Helper()
	for _, sql := range []string{
		`insert into gisd.attachment (id, collection_id, feature_id, ids, name, media_type, bytes, sha256, created_by)
			select 'photo-of-' || $1, $1, '1', gisd.meaning_of_ids($1), 'marker-' || $1 || '.png', 'image/png', 7 + length($1), sha256($1::bytea), 'walk'`,
		`insert into gisd.attachment_part (attachment_id, number, content) values ('photo-of-' || $1, 0, convert_to('marker-' || $1, 'UTF8'))`,
	} {
		if _, err := db.Pool.Exec(t.Context(), sql, id); err != nil {
			t.Fatal(err)
		}
	}
}

// runSite is the whole server on a database, with what runs beside it.
func runSite(t *testing.T, a *app, db *postgis.DB) (*api.Server, *httptest.Server) {
	t.Helper()
	server, parts, closeAll, err := wire(t.Context(), a, db)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, len(parts))
	for _, run := range parts {
		go func() { done <- run(ctx) }()
	}
	site := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		site.CloseClientConnections()
		site.Close()
		cancel()
		for range parts {
			if err := ignoreCancel(<-done); err != nil {
				t.Error(err)
			}
		}
		closeAll()
	})
	return server, site
}

func (w *walker) addDevices(t *testing.T, db *postgis.DB) {
	t.Helper()
	_, err := devices.NewStore(db).Register(t.Context(), []live.Device{
		{ID: "walk_public", Kind: live.KindBus, Name: "marker-walk_public", Visibility: spatial.VisibilityPublic},
		{ID: "walk_internal", Kind: live.KindBus, Name: "marker-walk_internal", Visibility: spatial.VisibilityInternal},
		{ID: "walk_restricted", Kind: live.KindBus, Name: "marker-walk_restricted", Visibility: spatial.VisibilityRestricted, Roles: []spatial.Role{"planner"}},
	}, "test")
	if err != nil {
		t.Fatal(err)
	}
}

func (w *walker) reportPositions(t *testing.T) {
	t.Helper()
	key := w.key(t, spatial.APIKey{Name: "reporter", Roles: []spatial.Role{spatial.RoleOperator}})
	body := `{"device":"walk_public","lon":106.65,"lat":11.05}` + "\n" + `{"device":"walk_internal","lon":106.65,"lat":11.05}` + "\n" + `{"device":"walk_restricted","lon":106.65,"lat":11.05}` + "\n"
	req := w.request(t, "POST", "/live/positions", body)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/x-ndjson")
	if res := w.do(t, req); res.status != http.StatusAccepted || !strings.Contains(res.body, `"accepted":3`) {
		t.Fatalf("positions are not taken: %d %s", res.status, res.body)
	}
}

func (w *walker) request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.site.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity") // so that markers can be read
	return req
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do reads the whole answer, or of a stream what comes within a moment.
func (w *walker) do(t *testing.T, req *http.Request) answer {
	t.Helper()
	stream := strings.HasPrefix(req.URL.Path, "/live/stream")
	ctx, cancel := context.WithTimeout(req.Context(), 30*time.Second)
	defer cancel()
	res, err := w.site.Client().Do(req.WithContext(ctx))
	if err != nil {
		t.Fatalf("%s: %v", req.URL.Path, err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	if stream && res.StatusCode == http.StatusOK {
		stop := time.AfterFunc(400*time.Millisecond, cancel)
		defer stop.Stop()
	}
	if _, err := io.Copy(&body, res.Body); err != nil && !stream {
		t.Fatalf("%s: %v", req.URL.Path, err)
	}
	return answer{res.StatusCode, res.Header, body.String()}
}

// targets gives each route its addresses. Those of one collection or device
// hold its id as {id}.
var targets = map[string][]string{
	"/ogc":             {"/ogc", "/ogc?f=html"},
	"/ogc/":            {"/ogc/"},
	"/ogc/conformance": {"/ogc/conformance", "/ogc/conformance?f=html"},
	"/ogc/api":         {"/ogc/api", "/ogc/api?f=html"},
	"/ogc/collections": {"/ogc/collections", "/ogc/collections?f=html"},
	"/ogc/functions":   {"/ogc/functions"},
	"/ogc/collections/:collection/queryables": {"/ogc/collections/{id}/queryables"},
	"/ogc/collections/:collection/sortables":  {"/ogc/collections/{id}/sortables"},
	"/ogc/collections/:collection/schema":     {"/ogc/collections/{id}/schema"},
	"/ogc/collections/:collection/versions":   {"/ogc/collections/{id}/versions"},
	"/ogc/collections/:collection/changes":    {"/ogc/collections/{id}/changes", "/ogc/collections/{id}/changes?since=2020-01-01T00:00:00Z&limit=1&crs=EPSG:9210"},
	"/ogc/collections/:collection":            {"/ogc/collections/{id}", "/ogc/collections/{id}?f=html"},
	"/ogc/collections/:collection/items": {"/ogc/collections/{id}/items", "/ogc/collections/{id}/items?f=html", "/ogc/collections/{id}/items?limit=1&bbox=106,11,107,12", "/ogc/collections/{id}/items?name=marker-{id}&crs=EPSG:9210",
		"/ogc/collections/{id}/items?filter=name%20LIKE%20%27marker%25%27%20AND%20S_INTERSECTS(geometry,BBOX(106,10,107,12))", "/ogc/collections/{id}/items?f=geojsonl&filter-crs=EPSG:9210&filter-lang=cql2-json&filter=%7B%22op%22:%22isNull%22,%22args%22:%5B%7B%22property%22:%22name%22%7D%5D%7D",
		"/ogc/collections/{id}/items?f=jsonfg&sortby=-name&limit=1&properties=name&precision=3", "/ogc/collections/{id}/items?f=geojsonseq&q=marker",
		"/ogc/collections/{id}/items?offset=1&zoom-level=3&profile=val-as-title&skipGeometry=true", "/ogc/collections/{id}/items?f=html&q=&filter=&sortby=name",
		"/ogc/collections/{id}/items?f=csv", "/ogc/collections/{id}/items?f=geojsonl&limit=1", "/ogc/collections/{id}/items?f=shp.zip"},
	"/ogc/collections/:collection/items/:feature/attachments":             {"/ogc/collections/{id}/items/1/attachments"},
	"/ogc/collections/:collection/items/:feature/attachments/:attachment": {"/ogc/collections/{id}/items/1/attachments/photo-of-{id}"},
	"/ogc/collections/:collection/items/:feature":                         {"/ogc/collections/{id}/items/1", "/ogc/collections/{id}/items/1?f=html", "/ogc/collections/{id}/items/1?f=jsonfg&crs=EPSG:9210"},
	"/search":                  {"/search?q=marker&limit=50", "/search?q=marker-{id}"},
	"/tiles/:ids":              {"/tiles/{id}.json", "/tiles/walk_public,{id}.json"},
	"/tiles/:ids/:z/:x/:y":     {"/tiles/{id}/10/815/480.mvt", "/tiles/walk_public,{id}/10/815/480.mvt", "/tiles/{id}/0/0/0.mvt"},
	"/ogc/tileMatrixSets":      {"/ogc/tileMatrixSets"},
	"/ogc/tileMatrixSets/:set": {"/ogc/tileMatrixSets/WorldCRS84Quad", "/ogc/tileMatrixSets/VN2000_9210Quad"},
	"/ogc/tiles":               {"/ogc/tiles", "/ogc/tiles?collections=walk_public,{id}"},
	"/ogc/tiles/:set":          {"/ogc/tiles/WebMercatorQuad", "/ogc/tiles/WorldCRS84Quad?collections={id}", "/ogc/tiles/WebMercatorQuad?f=tilejson"},
	"/ogc/tiles/:set/:matrix/:row/:col": {"/ogc/tiles/WebMercatorQuad/10/480/815", "/ogc/tiles/VN2000_9210Quad/7/90/67?collections={id}",
		"/ogc/tiles/WebMercatorQuad/10/480/815?collections=walk_public,{id}&f=mvt"},
	"/ogc/collections/:collection/tiles":                        {"/ogc/collections/{id}/tiles"},
	"/ogc/collections/:collection/tiles/:set":                   {"/ogc/collections/{id}/tiles/WorldCRS84Quad", "/ogc/collections/{id}/tiles/WebMercatorQuad?f=tilejson"},
	"/ogc/collections/:collection/tiles/:set/:matrix/:row/:col": {"/ogc/collections/{id}/tiles/WebMercatorQuad/10/480/815?f=mvt", "/ogc/collections/{id}/tiles/WorldCRS84Quad/9/224/815"},
	"/styles/:file":                                {"/styles/default.json", "/styles/default.sld", "/styles/{id}.json", "/styles/{id}?f=qml", "/styles/{id}.sld"},
	"/ogc/styles":                                  {"/ogc/styles"},
	"/ogc/styles/:style":                           {"/ogc/styles/default", "/ogc/styles/{id}?f=json", "/ogc/styles/{id}?f=sld"},
	"/fonts/:stack/:file":                          {"/fonts/Noto%20Sans%20Regular/0-255.pbf"},
	"/sprites/:file":                               {"/sprites/default.json", "/sprites/default.png"},
	"/records":                                     {"/records", "/records?f=html"},
	"/records/conformance":                         {"/records/conformance", "/records/conformance?f=html"},
	"/records/collections":                         {"/records/collections", "/records/collections?f=html"},
	"/records/collections/catalogue":               {"/records/collections/catalogue", "/records/collections/catalogue?f=html"},
	"/records/collections/catalogue/items":         {"/records/collections/catalogue/items?limit=100", "/records/collections/catalogue/items?f=html&limit=100", "/records/collections/catalogue/items?q=marker&bbox=106,11,107,12"},
	"/records/collections/catalogue/items/:record": {"/records/collections/catalogue/items/{id}", "/records/collections/catalogue/items/{id}?f=html"},
	"/records/dcat":                                {"/records/dcat"},
	"/wfs": {"/wfs?service=WFS&request=GetCapabilities", "/wfs?service=WFS&request=DescribeFeatureType", "/wfs?service=WFS&request=ListStoredQueries", "/wfs?service=WFS&request=GetFeature&typeNames=gisd:{id}",
		"/wfs?service=WFS&request=GetFeature&typeNames={id}&bbox=10,106,12,107&count=1", "/wfs?service=WFS&request=DescribeFeatureType&typeNames={id}", "/wfs?service=WFS&request=GetFeature&storedQuery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById&ID={id}.1"},
	"/arcgis/rest/info":                                      {"/arcgis/rest/info?f=json"},
	"/arcgis/rest/services":                                  {"/arcgis/rest/services?f=json", "/arcgis/rest/services?f=html"},
	"/arcgis/rest/services/:collection/FeatureServer":        {"/arcgis/rest/services/{id}/FeatureServer?f=json", "/arcgis/rest/services/{id}/FeatureServer?f=html"},
	"/arcgis/rest/services/:collection/FeatureServer/layers": {"/arcgis/rest/services/{id}/FeatureServer/layers?f=pjson"},
	"/arcgis/rest/services/:collection/FeatureServer/:layer": {"/arcgis/rest/services/{id}/FeatureServer/0?f=json", "/arcgis/rest/services/{id}/FeatureServer/0?f=html"},
	"/arcgis/rest/services/:collection/FeatureServer/:layer/query": {"/arcgis/rest/services/{id}/FeatureServer/0/query?where=1%3D1&outFields=*&f=json", "/arcgis/rest/services/{id}/FeatureServer/0/query?where=name%20LIKE%20%27m%25%27&f=geojson&outFields=name",
		"/arcgis/rest/services/{id}/FeatureServer/0/query?returnCountOnly=true&f=json", "/arcgis/rest/services/{id}/FeatureServer/0/query?returnIdsOnly=true&f=json", "/arcgis/rest/services/{id}/FeatureServer/0/query?returnExtentOnly=true&outSR=102100&geometry=106,10,107,12&inSR=4326&f=json"},
	"/arcgis/rest/services/:collection/VectorTileServer":                            {"/arcgis/rest/services/{id}/VectorTileServer?f=json"},
	"/arcgis/rest/services/:collection/VectorTileServer/":                           {"/arcgis/rest/services/{id}/VectorTileServer/?f=html"},
	"/arcgis/rest/services/:collection/VectorTileServer/tile/:z/:y/:x":              {"/arcgis/rest/services/{id}/VectorTileServer/tile/10/480/815.pbf"},
	"/arcgis/rest/services/:collection/VectorTileServer/resources/styles/root.json": {"/arcgis/rest/services/{id}/VectorTileServer/resources/styles/root.json"},
	"/crs":                         {"/crs"},
	"/crs/transform":               {"/crs/transform?from=EPSG:9210&to=EPSG:4326&x=600000&y=1220900"},
	"/crs/:code":                   {"/crs/9210", "/crs/EPSG:9210?f=wkt"},
	"/live/positions":              {"/live/positions", "/live/positions?bbox=106,11,107,12"},
	"/live/osmand":                 {"/live/osmand", "/live/osmand?id=x&lat=1"},
	"/live/ws":                     {"/live/ws"},
	"/live/gtfs-rt":                {"/live/gtfs-rt", "/live/gtfs-rt?kinds=bus,barge"},
	"/live/stream":                 {"/live/stream", "/live/stream?bbox=106,11,107,12&zoom=12"},
	"/live/devices":                {"/live/devices"},
	"/live/devices/:id":            {"/live/devices/{id}"},
	"/live/devices/:id/readings":   {"/live/devices/{id}/readings", "/live/devices/{id}/readings?name=water_level&limit=5&datetime=2026-01-01T00:00:00Z/..&f=csv"},
	"/live/devices/:id/forecast":   {"/live/devices/{id}/forecast?name=water_level&level=1.5,1.7"},
	"/live/tracks/:device":         {"/live/tracks/{id}?purpose=walk", "/live/tracks/{id}?purpose=walk&f=gpx", "/live/tracks/{id}?purpose=walk&f=csv&held=include"},
	"/live/tracks/:device/trips":   {"/live/tracks/{id}/trips?purpose=walk", "/live/tracks/{id}/trips?purpose=walk&f=csv&minStop=1m"},
	"/live/geofences":              {"/live/geofences"},
	"/live/geofences/:id":          {"/live/geofences/walk"},
	"/live/rules":                  {"/live/rules"},
	"/live/rules/:id":              {"/live/rules/walk"},
	"/live/events":                 {"/live/events", "/live/events?rule=walk&limit=5&datetime=2026-01-01T00:00:00Z/.."},
	"/live/incidents":              {"/live/incidents", "/live/incidents?state=open&severity=severe&bbox=106,11,107,12"},
	"/live/incidents/:id":          {"/live/incidents/1"},
	"/live/incidents/:id/timeline": {"/live/incidents/1/timeline", "/live/incidents/1/timeline?after=3"},
	"/imports":                     {"/imports", "/imports?limit=5"},
	"/imports/:id":                 {"/imports/0123456789abcdef01234567", "/imports/0123456789abcdef01234567?f=sse"},
	"/imports/:id/rejects":         {"/imports/0123456789abcdef01234567/rejects"},
	"/auth/me":                     {"/auth/me"},
	"/api":                         {"/api"},
	"/api/openapi.json":            {"/api/openapi.json"},
	"/api/page.css":                {"/api/page.css"},
	"/healthz":                     {"/healthz"},
	"/readyz":                      {"/readyz"},
	"/metrics":                     {"/metrics"},
}

// ofProgram are answers that are the same for everybody.
var ofProgram = []string{"/fonts", "/sprites", "/crs", "/api", "/healthz", "/readyz", "/metrics", "/auth", "/arcgis/rest/info"}

// readRoutes are the patterns of all GET routes but the map's own files.
func (w *walker) readRoutes() []*echo.Route {
	files := regexp.MustCompile(`^/$|^/[^/]*\.[a-z]+$|^/assets/`)
	var routes []*echo.Route
	for _, r := range w.server.Routes() {
		if r.Method == http.MethodGet && !files.MatchString(r.Path) {
			routes = append(routes, r)
		}
	}
	return routes
}
