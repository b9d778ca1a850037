package postgis

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
)

// plan is what drawing one version of a collection in one tile matrix set always
// needs. The statement has one text for all tiles, so that each connection
// prepares it once; $1 to $4 are minx, miny, maxx, maxy of the box in the storage
// CRS, or in that of the set where the database projects. The expected index is
// the GiST on geom.
type plan struct {
	set     tiles.TileMatrixSet
	sql     string
	any     string // whether there is a row
	byIDs   string // the rows with an id of $1, in whatever box
	owned   string // id and the number of each area of $2 that holds the point on surface of the row with an id of $1
	boxes   string // minx, miny, maxx, maxy of the same rows in the storage CRS, at most $5
	formats pgx.QueryResultFormats
	keys    []string         // property names; the first is tiles.KeyProperty
	fields  []field          // the columns behind geom and id
	hasID   bool             // a field of that name stands for the feature id
	textID  bool             // ids are text
	server  bool             // the database projects
	exact   *crs.Transform   // storage to the set's CRS; nil when stored so, or server
	back    *crs.Transform   // the set's CRS to storage
	regions *regions         // the same as exact, for zooms of WebMercatorQuad that have cells; nil where exact is
	extent  spatial.Envelope // of the collection in the set's CRS; empty when unknown
	geo     bool             // storage is in degrees
	labels  bool             // label points are drawn
	angle   int              // index into keys of theirs; 0: none
	owners  *owners          // the areas that cells tell apart; nil where there are none
}

// byID puts rows in the order of their ids, so that equal rows give equal bytes
// on every node.
const byID = "\norder by \"id\""

type field struct {
	typ spatial.FieldType
	key int // index into keys
}

func newPlan(c *spatial.Collection, set tiles.TileMatrixSet) (*plan, error) {
	p := &plan{set: set, keys: []string{tiles.KeyProperty}, textID: c.IDKind == spatial.IDText, extent: spatial.EmptyEnvelope(set.SRID)}
	if err := p.project(c); err != nil {
		return nil, err
	}
	var b strings.Builder
	geom, box := `"geom"`, `st_makeenvelope($1, $2, $3, $4, `+strconv.Itoa(int(c.SRID))+`)`
	if p.server {
		geom = `st_transform("geom", ` + strconv.Itoa(int(set.SRID)) + `)`
		box = `st_transform(st_makeenvelope($1, $2, $3, $4, ` + strconv.Itoa(int(set.SRID)) + `), ` + strconv.Itoa(int(c.SRID)) + `)`
	}
	b.WriteString("select " + geom + `, "id"`)
	for _, f := range c.Fields {
		key := len(p.keys)
		if f.Name == tiles.KeyProperty {
			if p.textID {
				continue // the id itself is the better answer
			}
			p.hasID, key = true, 0
		} else {
			p.keys = append(p.keys, f.Name)
		}
		p.fields = append(p.fields, field{f.Type, key})
		b.WriteString(", " + pgx.Identifier{f.Column}.Sanitize())
	}
	from := "\nfrom " + pgx.Identifier{"data", c.Table}.Sanitize() + " t\nwhere \"geom\" && " + box
	b.WriteString(from)
	p.any = "select exists (select" + from + ")"
	p.byIDs = b.String()[:b.Len()-len(from)] + "\nfrom " + pgx.Identifier{"data", c.Table}.Sanitize() + " t\nwhere \"id\" = any($1)"
	p.owned = ownedBy(c.Table)
	p.sql = b.String()
	p.boxes = "select st_xmin(g), st_ymin(g), st_xmax(g), st_ymax(g)\nfrom (select " + geom + " as g" + from + "\nlimit $5) q"
	if p.labels = c.LabelsOf != ""; p.labels {
		if _, taken := c.Field(tiles.AngleProperty); !taken {
			p.angle = len(p.keys)
			p.keys = append(p.keys, tiles.AngleProperty)
		}
	}
	p.formats = make(pgx.QueryResultFormats, 2+len(p.fields))
	for i := range p.formats {
		p.formats[i] = pgx.BinaryFormatCode
	}
	return p, nil
}

// ownedBy is the statement of plan.owned over a table. It is the condition of
// postgis.Seen; areas are read whole once rather than for each feature.
func ownedBy(table string) string {
	return `with area as materialized (
  select number, st_force2d(geom) as geom
  from gisd.owner_area
  where number = any ($2::integer[])
)
select t."id", a.number
from ` + pgx.Identifier{"data", table}.Sanitize() + ` t
join area a
  on a.geom && t.geom
  and st_intersects(a.geom, st_pointonsurface(t.geom))
where t."id" = any ($1)`
}

func (p *plan) project(c *spatial.Collection) error {
	if e := c.Whole().Extent; e.SRID == spatial.SRIDWGS84 && !e.Empty() && e.MinX <= e.MaxX {
		t, err := crs.NewTransform(spatial.SRIDWGS84, p.set.SRID)
		if err != nil {
			return err
		}
		if p.extent, err = t.Envelope(e); err != nil {
			return err
		}
	}
	if c.SRID == p.set.SRID {
		return nil
	}
	system, ok := crs.Lookup(c.SRID)
	if !ok {
		p.server = true
		return nil
	}
	p.geo = system.Geographic
	var err error
	if p.exact, err = crs.NewTransform(c.SRID, p.set.SRID); err != nil {
		return err
	}
	p.back = p.exact.Inverse()
	p.regions = newRegions(p.exact, p.back, p.geo)
	return nil
}
